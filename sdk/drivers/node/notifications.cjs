'use strict';
// Notifications to Seep, at most a thousand a second. What is over that, or finds the reader far
// behind, is dropped and counted: a flood of the SDK's must not become this process's memory.

const MAX_PER_SECOND = 1000;

class Notifications {
  #windowStart = 0;
  #inWindow = 0;

  constructor(outbox, now = () => performance.now()) {
    this.outbox = outbox;
    this.now = now;
    this.dropped = 0;
  }

  send(method, params) {
    const now = this.now();
    if (now - this.#windowStart >= 1000) {
      this.#windowStart = now;
      this.#inWindow = 0;
    }
    if (this.#inWindow >= MAX_PER_SECOND || this.outbox.congested) {
      this.dropped += 1;
      return;
    }
    this.#inWindow += 1;
    this.outbox.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }
}

module.exports = { Notifications, MAX_PER_SECOND };
