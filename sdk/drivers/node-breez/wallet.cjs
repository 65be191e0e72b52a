'use strict';
// One instance: a connected SDK client and the calls that the protocol makes on it.
//
// Callers: dispatch.cjs lets one call at a time in, because `free` during a call corrupts the SDK and
//          a handle freed twice traps.
// Owns:    the SDK handle until destroy(). Keeps ids of listeners and prepared payments, never the
//          SDK's responses or listener objects.
// Failure: whatever the SDK throws; dispatch translates it.

const { ProtocolError } = require('./errors.cjs');
const { satoshis, snakeCase, toPlain } = require('../node/json.cjs');
const { ForwardingListener, MAX_LISTENERS } = require('./listeners.cjs');
const { readOperation } = require('./operations.cjs');
const payments = require('./payments.cjs');

class Wallet {
  #handle;
  #listenerIds = new Set();
  #prepared = new payments.PreparedPayments();
  #ledger;

  // context: {sdk, mode, notify, objects (what is still alive), onEventAfterDestroy}
  constructor(name, handle, context) {
    this.name = name;
    this.connected = true;
    this.#handle = handle;
    this.context = context;
    this.#ledger = { destroyed: false, onEventAfterDestroy: context.onEventAfterDestroy };
    context.objects.note('sdk_handles', handle);
  }

  // The SDK's file storage makes the folder's contents; the builder is used up by build(), well or ill.
  static async connect(name, { config, seed, storageDir, closedUrl }, context) {
    let builder = context.sdk.SdkBuilder.new(config, seed);
    builder = await builder.withDefaultStorage(storageDir);
    if (closedUrl) builder = builder.withRestChainService(closedUrl, 'esplora', undefined);
    return new Wallet(name, await builder.build(), context);
  }

  get listenerCount() {
    return this.#listenerIds.size;
  }

  async disconnect() {
    if (!this.connected) return;
    // Not connected even if this fails: the SDK gives no way to tell how far it got.
    this.connected = false;
    await this.#handle.disconnect();
  }

  // Frees the handle and nothing else.
  destroy() {
    const handle = this.#handle;
    this.release();
    handle.free();
  }

  // Lets go of everything without touching the SDK.
  release() {
    this.connected = false;
    this.#ledger.destroyed = true;
    this.#handle = undefined;
    this.#listenerIds.clear();
    this.#prepared.clear();
  }

  async addListener(captureInstance) {
    if (this.#listenerIds.size >= MAX_LISTENERS) throw new ProtocolError('limit_exceeded', `an instance holds at most ${MAX_LISTENERS} listeners`);
    const listener = new ForwardingListener(this.name, this.#ledger, this.context.notify);
    if (captureInstance) listener.capturedInstance = this.#handle;
    const id = String(await this.#handle.addEventListener(listener));
    listener.id = id;
    this.#listenerIds.add(id);
    this.context.objects.note('listener_objects', listener);
    return { listener: id };
  }

  async removeListener(id) {
    const removed = (await this.#handle.removeEventListener(id)) === true;
    if (removed) this.#listenerIds.delete(id);
    return { removed };
  }

  async receive({ method, amountSats, description }) {
    const response = await this.#handle.receivePayment({ paymentMethod: payments.receiveMethod(method, amountSats, description) });
    return { payment_request: response.paymentRequest, fee_sats: satoshis(response.fee ?? response.feeSats) };
  }

  async prepareSend(request) {
    const prepared = await this.#handle.prepareSendPayment(payments.prepareRequest(this.context.sdk, request));
    return { prepared: this.#prepared.add(prepared), amount_sats: satoshis(prepared.amount), fee_sats: payments.preparedFee(prepared) };
  }

  async send({ token, idempotencyKey, deadlineMs }) {
    const prepareResponse = this.#prepared.take(token);
    const uuid = idempotencyKey === undefined ? undefined : payments.idempotencyUuid(idempotencyKey);
    if (prepareResponse === undefined) return { payment: await this.#firstPayment(uuid) };
    const response = await this.#handle.sendPayment({
      prepareResponse,
      options: payments.sendOptions(prepareResponse, deadlineMs),
      idempotencyKey: uuid,
    });
    return { payment: payments.toPayment(response.payment) };
  }

  // A retry whose token was used up by the first try: that one's payment carries the key as its id.
  async #firstPayment(uuid) {
    if (uuid === undefined) throw payments.unknownToken();
    try {
      const response = await this.#handle.getPayment({ paymentId: uuid });
      return payments.toPayment(response.payment);
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) throw error;
      throw payments.unknownToken();
    }
  }

  async listPayments({ limit, offset, include }) {
    const request = {};
    if (limit) request.limit = limit;
    if (offset) request.offset = offset;
    const response = await this.#handle.listPayments(request);
    const result = { count: response.payments.length };
    if (include) result.payments = response.payments.map(payments.toPayment);
    return result;
  }

  async sync() {
    await this.#handle.syncWallet({});
  }

  // Without background tasks the SDK refuses ensureSynced and asks for an explicit sync.
  async getInfo(ensureSynced) {
    const explicit = ensureSynced && this.context.mode === 'server';
    if (explicit) await this.sync();
    const info = await this.#handle.getInfo({ ensureSynced: ensureSynced && !explicit });
    return { identity: info.identityPubkey, balance_sats: satoshis(info.balanceSats) };
  }

  async parse(input) {
    const parsed = await this.#handle.parse(input);
    return { type: snakeCase(parsed.type) };
  }

  // One of the SDK's own operations, with its arguments checked first.
  async invoke(operation, given) {
    const { method, args } = readOperation(this.context.sdk, operation, given);
    return { result: toPlain(await this.#handle[method](...args)) ?? null };
  }
}

module.exports = { Wallet };
