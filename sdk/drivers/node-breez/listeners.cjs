'use strict';
// The callback objects handed to the SDK, and what they turn events into.

const { clip } = require('./errors.cjs');
const { replacer, snakeCase } = require('../node/json.cjs');
const { toPayment } = require('./payments.cjs');

const MAX_LISTENERS = 10000;
const MAX_DETAIL_BYTES = 1024;

// The SDK holds this object; the host holds none of it. Its own count lives in `ledger`, plain numbers,
// so a listener that the SDK forgets to let go stays visible as an object that is never collected.
class ForwardingListener {
  constructor(instanceName, ledger, notify) {
    this.instanceName = instanceName;
    this.ledger = ledger;
    this.notify = notify;
    this.id = undefined;
    this.capturedInstance = undefined;
  }

  onEvent(event) {
    if (this.ledger.destroyed) {
      // Its name may belong to another instance by now, so it is only counted.
      this.ledger.onEventAfterDestroy();
      return;
    }
    this.notify('event', eventParams(this.instanceName, this.id, event));
  }
}

function eventParams(instanceName, listenerId, event) {
  const { type, payment, ...rest } = event ?? {};
  const params = { instance: instanceName, type: snakeCase(type ?? 'unknown') };
  if (listenerId !== undefined) params.listener = listenerId;
  if (payment) params.payment = toPayment(payment);
  if (Object.keys(rest).length > 0) params.detail = clip(JSON.stringify(rest, replacer), MAX_DETAIL_BYTES);
  return params;
}

module.exports = { ForwardingListener, eventParams, MAX_LISTENERS };
