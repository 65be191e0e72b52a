'use strict';
// The example: the in-memory wallet behind the driver protocol. Settings: leaks {name: bytes}, initial_balance (sats).
// Everything an SDK team writes is in this file; wallet.cjs stands for their SDK. Started by run.sh.

const { protectProtocol, serve } = require('../serve.cjs');

protectProtocol();
const { ProtocolError } = require('../errors.cjs');
const { Host } = require('../host.cjs');
const { PreparedPayments, unknownToken } = require('../prepared.cjs');
const { FEE_SATS, Leaks, Network, Wallet, parse } = require('./wallet.cjs');

const KINDS = { InvalidInput: 'invalid_input', NetworkError: 'network_error', InsufficientFunds: 'insufficient_funds' };
const MAX_SIZE = 2 ** 30;

class WalletInstance {
  #wallet;
  #prepared = new PreparedPayments();

  constructor(name, wallet, notify) {
    this.#wallet = wallet;
    this.name = name;
    this.notify = notify;
    this.identity = wallet.identity;
  }

  disconnect() {
    this.#wallet.disconnect();
    this.#prepared.clear();
  }

  // The wallet itself stays wherever it is still registered.
  destroy() {
    this.#wallet = undefined;
    this.#prepared.clear();
  }

  // The callback holds nothing of the instance but its name, unless it is asked to, as careless applications do.
  addListener(captureInstance) {
    const { name, notify } = this;
    const held = captureInstance ? this.#wallet : undefined;
    const callback = (type, listener, payment) => notify('event', { instance: name, listener, type, ...(payment && { payment }) });
    callback.held = held;
    return { listener: this.#wallet.addListener(callback) };
  }

  removeListener(id) {
    return { removed: this.#wallet.removeListener(id) };
  }

  receive({ method, amountSats }) {
    return { payment_request: this.#wallet.receive(method, amountSats), fee_sats: 0 };
  }

  prepareSend({ destination, amountSats, feePolicy }) {
    const to = this.#wallet.prepare(destination, amountSats, feePolicy === 'fees_included');
    return { prepared: this.#prepared.add(to), amount_sats: to.amountSats, fee_sats: FEE_SATS };
  }

  send({ token, idempotencyKey }) {
    const to = this.#prepared.take(token);
    if (to === undefined) throw unknownToken();
    return { payment: this.#wallet.send(to, idempotencyKey) };
  }

  listPayments({ limit, offset, include }) {
    const payments = this.#wallet.list(limit, offset);
    return { count: payments.length, ...(include && { payments }) };
  }

  sync() {
    this.#wallet.sync();
  }

  getInfo() {
    return { identity: this.identity, balance_sats: this.#wallet.account.balance, listeners: this.#wallet.listeners.size };
  }

  parse(input) {
    return { type: parse(input).kind };
  }
}

class WalletHost extends Host {
  begin(settings) {
    const { leaks = {}, initial_balance: balance = 1_000_000, ...others } = settings;
    const wrong = (what) => { throw new ProtocolError('invalid_params', `params.settings.${what}`); };
    if (Object.keys(others).length > 0) wrong(`${Object.keys(others)[0].slice(0, 64)} is unknown; known: leaks, initial_balance`);
    const isSize = ([name, size]) => Leaks.NAMES.includes(name) && Number.isSafeInteger(size) && size >= 0 && size <= MAX_SIZE;
    if (leaks === null || typeof leaks !== 'object' || !Object.entries(leaks).every(isSize)) wrong(`leaks is not an object of ${Leaks.NAMES.join(', ')} and bytes`);
    if (!Number.isSafeInteger(balance) || balance < 0) wrong('initial_balance is not a number of sats');
    this.network = new Network(balance, new Leaks(leaks));
    this.unreachable = new Network(balance, new Leaks({}), false);
    this.log('info', 'an in-memory wallet: nothing leaves this process');
    return {
      host: { name: 'seep-node-example', version: '0.1.0' },
      sdk: { name: 'memory-wallet', version: '1.0.0' },
      capabilities: ['listeners', 'payments', 'receive', 'history', 'sync', 'get_info', 'parse', 'network_down'],
      gauges: { listeners: ['count', 'gauge'] },
    };
  }

  openInstance({ name, network, seed, mnemonic, networkDown, notify }) {
    if (network === 'mainnet') throw new ProtocolError('not_supported', 'the in-memory wallet has no mainnet');
    return new WalletInstance(name, new Wallet(networkDown ? this.unreachable : this.network, seed ?? mnemonic), notify);
  }

  figures() {
    return { listeners: this.network.listeners };
  }

  kindOf(text) {
    return KINDS[text.split(':', 1)[0]] ?? 'sdk_error';
  }

  parse(input) {
    return { type: parse(input).kind };
  }
}

serve((parts) => new WalletHost(parts));
