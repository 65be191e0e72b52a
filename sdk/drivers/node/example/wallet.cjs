'use strict';
// A wallet SDK that lives in memory, for the example host: accounts of one process pay each other.
//
// Limits: HISTORY payments a wallet, CLOSED_ACCOUNTS that nobody has open.

const { createHash } = require('node:crypto');

const HISTORY = 1000;
const CLOSED_ACCOUNTS = 256;
const FEE_SATS = 1;
const KINDS = { spark_address: 'spark', spark_invoice: 'invoice', bolt11_invoice: 'bolt11', bitcoin_address: 'onchain' };

class Leaks {
  static NAMES = ['lifecycle', 'listener', 'payment', 'sync'];
  #kept = [];

  // Bytes kept for good at each connect, listener, payment or sync: what a soak should find.
  constructor(sizes) {
    this.sizes = sizes;
  }

  keep(name) {
    if (this.sizes[name]) this.#kept.push(Buffer.alloc(this.sizes[name], 0xa5));
  }
}

class Network {
  #open = new Map(); // identity → account
  #closed = new Map();
  #number = 0;

  constructor(initialBalance, leaks, reachable = true) {
    Object.assign(this, { initialBalance, leaks, reachable });
  }

  next(prefix) {
    this.#number += 1;
    return `${prefix}${this.#number}`;
  }

  join(wallet) {
    const { identity } = wallet;
    const fresh = () => ({ balance: this.initialBalance, payments: [], byKey: new Map(), wallets: new Set() });
    const account = this.#open.get(identity) ?? this.#closed.get(identity) ?? fresh();
    this.#closed.delete(identity);
    this.#open.set(identity, account);
    account.wallets.add(wallet);
    return account;
  }

  leave(wallet) {
    const account = this.#open.get(wallet.identity);
    if (!account?.wallets.delete(wallet) || account.wallets.size > 0) return;
    this.#open.delete(wallet.identity);
    this.#closed.set(wallet.identity, account);
    if (this.#closed.size > CLOSED_ACCOUNTS) this.#closed.delete(this.#closed.keys().next().value);
  }

  find(identity) {
    return this.#open.get(identity);
  }

  get listeners() {
    let count = 0;
    for (const account of this.#open.values()) for (const wallet of account.wallets) count += wallet.listeners.size;
    return count;
  }
}

function parse(text) {
  const [kind, identity, amount] = text.split(':');
  if (!Object.values(KINDS).includes(kind) || !identity?.startsWith('02')) throw new Error('InvalidInput: not a destination of this network');
  return { kind, identity, amountSats: Number.isSafeInteger(Number(amount)) ? Number(amount) : 0 };
}

// Leaves the network with disconnect; dropping it alone keeps it there.
class Wallet {
  listeners = new Map();

  constructor(network, secret) {
    this.network = network;
    this.identity = `02${createHash('sha256').update(secret).digest('hex')}`;
    this.account = network.join(this);
    network.leaks.keep('lifecycle');
  }

  disconnect() {
    this.network.leave(this);
  }

  addListener(callback) {
    const id = this.network.next('l-');
    this.listeners.set(id, callback);
    this.network.leaks.keep('listener');
    return id;
  }

  removeListener(id) {
    return this.listeners.delete(id);
  }

  receive(method, amountSats = 0) {
    const kind = KINDS[method];
    return `${kind}:${this.identity}${kind === 'invoice' || kind === 'bolt11' ? `:${amountSats}:${this.network.next('')}` : ''}`;
  }

  prepare(destination, amountSats, feesIncluded) {
    const to = parse(destination);
    to.amountSats = (amountSats ?? to.amountSats) - (feesIncluded ? FEE_SATS : 0);
    if (to.amountSats <= 0) throw new Error('InvalidInput: an amount is required');
    if (to.identity === this.identity) throw new Error('InvalidInput: a wallet cannot pay itself');
    return to;
  }

  send(to, key) {
    const first = this.account.byKey.get(key);
    if (key !== undefined && first) return first;
    const other = this.network.find(to.identity);
    if (!other) throw new Error('NetworkError: the receiver cannot be reached');
    if (this.account.balance < to.amountSats + FEE_SATS) throw new Error('InsufficientFunds: the balance does not cover the amount and the fee');
    this.account.balance -= to.amountSats + FEE_SATS;
    other.balance += to.amountSats;
    const sent = this.#book(this.account, 'send', to, FEE_SATS);
    this.#book(other, 'receive', to, 0);
    if (key !== undefined) {
      this.account.byKey.set(key, sent);
      if (this.account.byKey.size > HISTORY) this.account.byKey.delete(this.account.byKey.keys().next().value);
    }
    this.network.leaks.keep('payment');
    return sent;
  }

  #book(account, direction, to, feeSats) {
    const payment = {
      id: this.network.next('pay-'), status: 'completed', direction, method: to.kind, amount_sats: to.amountSats, fee_sats: feeSats, timestamp: Math.floor(Date.now() / 1000),
    };
    account.payments.unshift(payment);
    account.payments.length = Math.min(account.payments.length, HISTORY);
    for (const wallet of account.wallets) wallet.tell('payment_succeeded', payment);
    return payment;
  }

  tell(event, payment) {
    for (const [id, callback] of this.listeners) callback(event, id, payment);
  }

  list(limit, offset = 0) {
    return this.account.payments.slice(offset, limit ? offset + limit : undefined);
  }

  sync() {
    if (!this.network.reachable) throw new Error('NetworkError: the network cannot be reached');
    this.network.leaks.keep('sync');
    this.tell('synced');
  }
}

module.exports = { FEE_SATS, Leaks, Network, Wallet, parse };
