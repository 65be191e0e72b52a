'use strict';
// From a line to its answer: checks the request, keeps the calls of one instance in order and those of
// different instances side by side, watches deadlines, answers each request exactly once.
//
// Knows nothing of any SDK: `host` offers
//   methods            name → {instance: 'none'|'required'|'optional', run(params, call)}; run answers
//                      a result or a promise of one
//   initialized        whether every method may be called
//   translate(error)   what run threw → ProtocolError; kind 'fatal' ends the host's usefulness
//   poison(name)       a call on this instance will never be waited for again
// Owns:   the calls in flight. Limits: MAX_CALLS of them.

const { ProtocolError, CODES } = require('./errors.cjs');
const { MAX_LINE_BYTES } = require('./framing.cjs');
const { isObject, instanceName } = require('./params.cjs');

const MAX_CALLS = 1024;
const MAX_TIMER_MS = 2 ** 31 - 1;
const DEFAULT_DEADLINE_MS = 30000;
const DEADLINES_MS = { connect: 60000, heap_profile: 60000, shutdown: 10000 };

// What an argument of the wrong type makes the SDK throw, outside of any promise.
const ARGUMENT_ERROR = /^(Error: )*(invalid type|invalid value|missing field|unknown variant|unknown field)/;

class Call {
  constructor(id, method, params, instance, deadlineMs) {
    this.id = id;
    this.method = method;
    this.params = params;
    this.instance = instance;
    this.deadlineMs = deadlineMs;
    this.timer = undefined;
    this.answered = false;
    this.pending = false; // the SDK's promise has not settled
  }

  // True when the answer was given before the SDK was done: whatever it still brings must be let go.
  get abandoned() {
    return this.answered;
  }
}

class Dispatcher {
  #lanes = new Map(); // instance → {running, queue}
  #calls = new Set(); // not answered yet
  #fatal;

  constructor(host, send) {
    this.host = host;
    this.send = send;
    this.closing = false;
    this.abandonedCalls = 0;
    this.lateAnswers = 0;
  }

  get callsInFlight() {
    return this.#calls.size;
  }

  receive(line) {
    let message;
    try {
      message = JSON.parse(line);
    } catch (error) {
      this.#refuse(null, new ProtocolError('parse_error', `the line is not JSON: ${error.message.slice(0, 200)}`));
      return;
    }
    const id = Number.isSafeInteger(message?.id) ? message.id : null;
    try {
      const call = this.#check(message);
      if (call) this.#submit(call);
    } catch (error) {
      this.#refuse(id, this.host.translate(error));
    }
  }

  lineTooLong() {
    this.#refuse(null, new ProtocolError('invalid_request', `a line is longer than ${MAX_LINE_BYTES} bytes`));
  }

  // Resolves when at most `but` calls are in flight, or after limitMs.
  async idle(limitMs, but = 0) {
    const until = Date.now() + limitMs;
    while (this.#calls.size > but && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  // Something was thrown where no call could catch it. Answers the name of the instance whose call will
  // now never settle, when that is certain.
  outOfBand(error) {
    const translated = this.host.translate(error);
    if (translated.kind === 'fatal') {
      this.#die(translated);
      return undefined;
    }
    const running = [...this.#calls].filter((call) => call.pending && call.instance !== undefined);
    if (running.length !== 1 || !ARGUMENT_ERROR.test(translated.sdkError ?? '')) return undefined;
    this.#abandon(running[0], translated);
    return running[0].instance;
  }

  // Answers the Call, or undefined for a notification; throws what is wrong with the message.
  #check(message) {
    if (!isObject(message)) throw new ProtocolError('invalid_request', Array.isArray(message) ? 'batches are not used' : 'the message is not an object');
    if (message.id === undefined) {
      if (typeof message.method === 'string') return undefined;
      throw new ProtocolError('invalid_request', 'the message has neither id nor method');
    }
    if (!Number.isSafeInteger(message.id)) throw new ProtocolError('invalid_request', 'id must be an integer');
    if (message.jsonrpc !== '2.0') throw new ProtocolError('invalid_request', 'jsonrpc must be "2.0"');
    if (typeof message.method !== 'string') throw new ProtocolError('invalid_request', 'method must be a text');
    if (this.#fatal && message.method !== 'shutdown') throw this.#fatal;
    if (!this.host.initialized && message.method !== 'initialize') throw new ProtocolError('not_initialized', 'initialize comes first');
    if (!Object.hasOwn(this.host.methods, message.method)) throw new ProtocolError('method_not_found', `no method '${message.method.slice(0, 64)}'`);
    const params = message.params ?? {};
    if (!isObject(params)) throw new ProtocolError('invalid_params', 'params must be an object');
    return this.#callOf(message, params);
  }

  #callOf(message, params) {
    const { deadline_ms: deadline = DEADLINES_MS[message.method] ?? DEFAULT_DEADLINE_MS } = params;
    if (!Number.isSafeInteger(deadline) || deadline < 1) throw new ProtocolError('invalid_params', 'params.deadline_ms must be an integer of 1 or more');
    const wants = this.host.methods[message.method].instance;
    const named = wants === 'required' || (wants === 'optional' && params.instance !== undefined);
    if (this.#calls.size >= MAX_CALLS) throw new ProtocolError('limit_exceeded', `${MAX_CALLS} requests are in flight`);
    return new Call(message.id, message.method, params, named ? instanceName(params) : undefined, Math.min(deadline, MAX_TIMER_MS));
  }

  #submit(call) {
    if (this.closing) return; // no request after shutdown is answered
    this.#calls.add(call);
    if (call.instance === undefined) {
      this.#run(call);
      return;
    }
    let lane = this.#lanes.get(call.instance);
    if (lane === undefined) {
      lane = { running: undefined, queue: [] };
      this.#lanes.set(call.instance, lane);
    }
    lane.queue.push(call);
    if (lane.running === undefined) this.#advance(call.instance, lane);
    else this.#watch(call);
  }

  #advance(name, lane) {
    while (lane.running === undefined && lane.queue.length > 0) {
      const call = lane.queue.shift();
      if (call.answered) continue;
      lane.running = call;
      this.#run(call);
      if (!call.pending) lane.running = undefined;
    }
    if (lane.running === undefined && this.#lanes.get(name) === lane) this.#lanes.delete(name);
  }

  #run(call) {
    let result;
    try {
      result = this.host.methods[call.method].run(call.params, call);
    } catch (error) {
      this.#fail(call, error);
      return;
    }
    if (!(result instanceof Promise)) {
      this.#answer(call, result);
      return;
    }
    call.pending = true;
    this.#watch(call);
    result.then((value) => this.#settled(call, () => this.#answer(call, value)), (error) => this.#settled(call, () => this.#fail(call, error)));
  }

  #settled(call, answer) {
    call.pending = false;
    if (call.answered) this.lateAnswers += 1;
    else answer();
    const lane = this.#lanes.get(call.instance);
    if (lane?.running === call) {
      lane.running = undefined;
      this.#advance(call.instance, lane);
    }
  }

  #watch(call) {
    if (call.timer !== undefined || call.answered) return;
    call.timer = setTimeout(() => {
      this.#abandon(call, new ProtocolError('deadline_exceeded', `${call.method} did not end within ${call.deadlineMs} ms`));
    }, call.deadlineMs);
  }

  // Answers for a call that the SDK has not answered, and lets the calls behind it go on: they find the
  // instance poisoned.
  #abandon(call, error) {
    if (call.answered) return;
    if (call.pending) this.abandonedCalls += 1;
    if (call.instance !== undefined) this.host.poison(call.instance, call);
    this.#fail(call, error);
    const lane = this.#lanes.get(call.instance);
    if (lane?.running === call) {
      lane.running = undefined;
      this.#advance(call.instance, lane);
    }
  }

  #die(error) {
    this.#fatal = error;
    for (const call of [...this.#calls]) this.#fail(call, error);
    this.#lanes.clear();
  }

  #fail(call, error) {
    const translated = this.host.translate(error, call);
    if (!this.#finish(call)) return;
    this.#refuse(call.id, translated);
    if (translated.kind === 'fatal' && !this.#fatal) this.#die(translated);
  }

  #answer(call, result) {
    if (!this.#finish(call)) return;
    const line = `{"jsonrpc":"2.0","id":${call.id},"result":${JSON.stringify(result ?? {})}}`;
    if (line.length * 3 >= MAX_LINE_BYTES && Buffer.byteLength(line) + 1 > MAX_LINE_BYTES) {
      this.#refuse(call.id, new ProtocolError('limit_exceeded', `the answer is longer than ${MAX_LINE_BYTES} bytes; ask for less, e.g. with limit`));
      return;
    }
    this.send(line);
  }

  #finish(call) {
    if (call.answered) return false;
    call.answered = true;
    this.#calls.delete(call);
    clearTimeout(call.timer);
    return true;
  }

  #refuse(id, error) {
    this.send(JSON.stringify({ jsonrpc: '2.0', id, error }));
  }
}

module.exports = { Dispatcher, MAX_CALLS, CODES };
