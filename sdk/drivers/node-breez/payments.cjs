'use strict';
// Payments between the protocol's shapes and the SDK's, across the versions that are known.

const { createHash } = require('node:crypto');
const { PreparedPayments, unknownToken } = require('../node/prepared.cjs');
const { satoshis } = require('../node/json.cjs');

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function toPayment(payment) {
  return {
    id: String(payment.id),
    status: payment.status,
    direction: payment.paymentType,
    method: payment.method,
    amount_sats: satoshis(payment.amount),
    fee_sats: satoshis(payment.fees),
    timestamp: Number(payment.timestamp ?? 0),
  };
}

function receiveMethod(method, amountSats, description) {
  switch (method) {
    case 'spark_address':
      return { type: 'sparkAddress' };
    case 'spark_invoice':
      return { type: 'sparkInvoice', amount: amountSats === undefined ? undefined : String(amountSats), description };
    case 'bolt11_invoice':
      return { type: 'bolt11Invoice', description: description ?? '', amountSats };
    default:
      return { type: 'bitcoinAddress' };
  }
}

// 0.19 takes a tagged request, earlier versions the bare text, and the wrong one never settles. The tag
// exists to tell cross-chain requests apart, so the method that came with those tells which it is.
function paymentRequest(sdk, destination) {
  const tagged = 'getCrossChainRoutes' in sdk.BreezSdk.prototype;
  return tagged ? { type: 'input', input: destination } : destination;
}

function prepareRequest(sdk, { destination, amountSats, feePolicy }) {
  const request = { paymentRequest: paymentRequest(sdk, destination) };
  if (amountSats !== undefined) request.amount = BigInt(amountSats);
  if (feePolicy !== undefined) request.feePolicy = feePolicy === 'fees_included' ? 'feesIncluded' : 'feesExcluded';
  return request;
}

// What `send` would cost with the options that sendOptions chooses.
function preparedFee(prepared) {
  const method = prepared.paymentMethod;
  switch (method.type) {
    case 'bolt11Invoice':
      return satoshis(method.lightningFeeSats);
    case 'bitcoinAddress': {
      const quote = method.feeQuote.speedMedium;
      return satoshis(quote.userFeeSat) + satoshis(quote.l1BroadcastFeeSat);
    }
    default:
      return satoshis(method.fee);
  }
}

// Lightning payments settle after the call unless it is told to wait: half the deadline, so that a
// slow one still answers "pending" in time.
function sendOptions(prepared, deadlineMs) {
  switch (prepared.paymentMethod.type) {
    case 'bolt11Invoice':
      return { type: 'bolt11Invoice', preferSpark: false, completionTimeoutSecs: Math.max(1, Math.floor(deadlineMs / 2000)) };
    case 'bitcoinAddress':
      return { type: 'bitcoinAddress', confirmationSpeed: 'medium' };
    default:
      return undefined;
  }
}

// The SDK wants a UUID, which becomes the transfer's id: the same key then cannot pay twice, not even
// from another process. Any other text is hashed into one.
function idempotencyUuid(key) {
  if (UUID.test(key)) return key.toLowerCase();
  const digest = createHash('sha256').update(key).digest();
  digest[6] = (digest[6] & 0x0f) | 0x80; // version 8: made by the application's own rule
  digest[8] = (digest[8] & 0x3f) | 0x80;
  const hex = digest.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

module.exports = {
  toPayment, receiveMethod, paymentRequest, prepareRequest, preparedFee, sendOptions, idempotencyUuid, PreparedPayments, unknownToken,
};
