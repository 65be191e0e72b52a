'use strict';
// A host process and a small client for it: for tests and measurements, not part of a host.
//
// Failure: call() rejects with {code, kind, message} of the answer, or when the host ends first.

const { spawn } = require('node:child_process');
const { LineReader } = require('./framing.cjs');

class HostProcess {
  #nextId = 1;
  #waiting = new Map();

  // `launcher` is what starts the host; `command` and `prefix` start that through something else, e.g. a shell that sets
  // limits.
  constructor(launcher, args = [], { env = {}, command, prefix = [] } = {}) {
    this.notifications = [];
    this.unsolicited = []; // answers without an id
    this.badLines = [];
    this.stderr = '';
    this.child = spawn(command ?? launcher, command ? [...prefix, launcher, ...args] : args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.exited = new Promise((resolve) => {
      this.child.on('exit', (code, signal) => {
        for (const { reject } of this.#waiting.values()) reject(new Error(`the host ended (${code ?? signal}): ${this.stderr.slice(-2000)}`));
        this.#waiting.clear();
        resolve({ code, signal });
      });
    });
    const reader = new LineReader((line) => this.#receive(line), () => this.badLines.push('too long'));
    this.child.stdout.on('data', (chunk) => reader.feed(chunk));
    this.child.stderr.on('data', (chunk) => { this.stderr += chunk; });
    this.child.stdin.on('error', () => {}); // the host may end first
  }

  get pid() {
    return this.child.pid;
  }

  call(method, params) {
    const id = this.#nextId++;
    this.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  write(text) {
    this.child.stdin.write(text);
  }

  endInput() {
    this.child.stdin.end();
  }

  kill(signal = 'SIGKILL') {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
  }

  #receive(line) {
    let message;
    try {
      message = JSON.parse(line);
    } catch {
      this.badLines.push(line);
      return;
    }
    if (message.method !== undefined) {
      this.notifications.push(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) {
      this.unsolicited.push(message);
      return;
    }
    this.#waiting.delete(message.id);
    if (message.error) waiting.reject(Object.assign(new Error(message.error.message), { code: message.error.code, kind: message.error.data?.kind, sdkError: message.error.data?.sdk_error }));
    else waiting.resolve(message.result);
  }
}

module.exports = { HostProcess };
