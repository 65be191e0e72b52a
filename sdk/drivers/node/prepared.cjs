'use strict';
const { ProtocolError } = require('./errors.cjs');

// The prepared payments of one instance. A token works once; the oldest goes when there are too many.
class PreparedPayments {
  static LIMIT = 64;
  #byToken = new Map();
  #next = 1;

  add(prepared) {
    if (this.#byToken.size >= PreparedPayments.LIMIT) this.#byToken.delete(this.#byToken.keys().next().value);
    const token = `p-${this.#next++}`;
    this.#byToken.set(token, prepared);
    return token;
  }

  take(token) {
    const prepared = this.#byToken.get(token);
    this.#byToken.delete(token);
    return prepared;
  }

  clear() {
    this.#byToken.clear();
  }
}

function unknownToken() {
  return new ProtocolError('invalid_params', `params.prepared is not a prepared payment of this instance (used up, or dropped: ${PreparedPayments.LIMIT} are kept)`);
}

module.exports = { PreparedPayments, unknownToken };
