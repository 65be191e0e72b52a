'use strict';
// The protocol's methods: the state of a host process between `initialize` and its end. Knows no SDK; a host's author
// extends it (README.md):
//
//   begin(settings)       → {host, sdk, capabilities, gauges: {name: [unit, kind]}, operations}, or a promise of it
//   openInstance(options) → an instance, or a promise of it; options: {name, network, storageDir, seed | mnemonic,
//                           settings, context, networkDown, notify(method, params)}
//   figures()             → {name: number}: the host's own gauges
//   kindOf(text)          → the protocol's kind of an SDK error, by its words
//   parse(input), invoke(operation, arguments): without an instance, where the SDK can
//
// An instance has disconnect(), destroy() and what the capabilities promise: addListener(captureInstance),
// removeListener(id), receive, prepareSend, send, listPayments, sync, getInfo, parse, invoke. Each answers the
// protocol's result or a promise of it. dispatch.cjs lets one call at a time in.
//
// Owns:   the instances. Limits: MAX_INSTANCES.

const v8 = require('node:v8');
const { ProtocolError, translate, clip } = require('./errors.cjs');
const gauges = require('./gauges.cjs');
const { writeHeapProfile } = require('./heap_profile.cjs');
const params = require('./params.cjs');
const requests = require('./requests.cjs');
const { TEST_OPERATIONS, runTestOperation } = require('./test_operations.cjs');

const PROTOCOL = { major: 1, minor: 0 };
const MAX_INSTANCES = 4096;

class Host {
  #instances = new Map(); // name → {instance, connected, poisoned, unsettled, whenSettled}
  #initializing = false;

  // collectGarbage: undefined without --expose-gc
  constructor({ notifications, wasmMemory, collections, collectGarbage }) {
    this.notifications = notifications;
    this.wasmMemory = wasmMemory;
    this.collections = collections;
    this.collectGarbage = collectGarbage;
    this.initialized = false;
    this.outOfBandErrors = 0;
    this.dispatcher = undefined; // set by serve.cjs; asked for its counts only
    this.operations = [];
    this.methods = this.#methodTable();
  }

  figures() {
    return {};
  }

  kindOf() {
    return 'sdk_error';
  }

  parse() {
    throw new ProtocolError('not_supported', 'this SDK needs a connected instance for parse: give params.instance');
  }

  invoke() {
    throw new ProtocolError('not_supported', 'this SDK needs a connected instance for invoke: give params.instance');
  }

  // The instances that are not destroyed.
  instances() {
    return [...this.#instances.values()].map((entry) => entry.instance);
  }

  log(level, message) {
    this.notifications.send('log', { level, message: clip(message, 2048) });
  }

  #methodTable() {
    const on = (run) => ({ instance: 'required', run });
    const table = {
      initialize: { instance: 'none', run: (p) => this.#initialize(p) },
      connect: on((p, call) => this.#connect(p, call)),
      disconnect: on((p) => this.#disconnect(this.#usable(p.instance))),
      destroy: on((p) => this.#destroy(p.instance)),
      metrics: { instance: 'none', run: () => ({ values: this.#metrics() }) },
    };
    return table;
  }

  // Only what was declared exists.
  #addOptionalMethods(capabilities) {
    const offered = {
      listeners: {
        add_listener: this.#operation((instance, p) => instance.addListener(params.optionalFlag(p, 'capture_instance'))),
        remove_listener: {
          instance: 'required',
          run: (p) => {
            const entry = this.#usable(p.instance);
            const id = params.text(p, 'listener', { maxLength: 256 });
            return this.#track(entry, (instance) => instance.removeListener(id));
          },
        },
      },
      receive: { receive: this.#operation((instance, p) => instance.receive(requests.readReceive(p))) },
      payments: {
        prepare_send: this.#operation((instance, p) => instance.prepareSend(requests.readPrepareSend(p))),
        send: this.#operation((instance, p, call) => instance.send({
          token: params.text(p, 'prepared', { maxLength: 64 }),
          idempotencyKey: params.optionalText(p, 'idempotency_key'),
          deadlineMs: call.deadlineMs,
        })),
      },
      history: { list_payments: this.#operation((instance, p) => instance.listPayments(requests.readListPayments(p))) },
      sync: { sync: this.#operation((instance) => instance.sync()) },
      get_info: { get_info: this.#operation((instance, p) => instance.getInfo(params.optionalFlag(p, 'ensure_synced'))) },
      parse: { parse: this.#operation((instance, p) => instance.parse(params.text(p, 'input')), (p) => this.parse(params.text(p, 'input'))) },
      invoke: { invoke: this.#operation((instance, p) => this.#invokeOn(instance, p), (p) => this.#invokeOn(undefined, p)) },
      heap_profile: { heap_profile: { instance: 'none', run: (p) => writeHeapProfile(requests.readDirectory(p, 'directory')) } },
      collect_garbage: { collect_garbage: { instance: 'none', run: () => this.#collect() } },
    };
    for (const capability of capabilities) Object.assign(this.methods, offered[capability]);
  }

  // A method that needs a connected instance; its parameters are read before the SDK is touched.
  #operation(run, runWithoutInstance) {
    return {
      instance: runWithoutInstance ? 'optional' : 'required',
      run: (p, call) => {
        if (call.instance === undefined) return runWithoutInstance(p);
        const entry = this.#usable(call.instance);
        if (!entry.connected) throw new ProtocolError('not_connected', `instance '${call.instance}' is disconnected`);
        return this.#track(entry, (instance) => run(instance, p, call));
      },
    };
  }

  // Counts what the SDK has not settled, so that destroy knows when the handle may be freed.
  async #track(entry, run) {
    entry.unsettled += 1;
    try {
      return (await run(entry.instance)) ?? {};
    } finally {
      entry.unsettled -= 1;
      if (entry.unsettled === 0 && entry.whenSettled) entry.whenSettled();
    }
  }

  #find(name) {
    const entry = this.#instances.get(name);
    if (entry === undefined) throw new ProtocolError('unknown_instance', `no instance '${name}'`);
    return entry;
  }

  #usable(name) {
    const entry = this.#find(name);
    if (entry.poisoned) throw new ProtocolError('deadline_exceeded', `instance '${name}' is poisoned by a call that did not end; destroy it`);
    return entry;
  }

  // Answers at once where `begin` does.
  #initialize(p) {
    if (this.initialized || this.#initializing) throw new ProtocolError('invalid_request', 'initialize was sent before');
    const wanted = params.optionalObject(p, 'protocol');
    if (wanted.major !== PROTOCOL.major || !Number.isSafeInteger(wanted.minor) || wanted.minor < 0) {
      throw new ProtocolError('invalid_params', `params.protocol: this host speaks version ${PROTOCOL.major}.${PROTOCOL.minor}`);
    }
    const description = this.begin(params.optionalObject(p, 'settings'));
    if (!(description instanceof Promise)) return this.#introduction(description);
    this.#initializing = true;
    return description.then((begun) => this.#introduction(begun)).finally(() => { this.#initializing = false; });
  }

  #introduction({ host, sdk, capabilities, gauges: own = {}, operations = [] }) {
    const all = [...new Set([...capabilities, 'heap_profile', 'invoke', ...(this.collectGarbage ? ['collect_garbage'] : [])])];
    this.operations = [...operations, ...TEST_OPERATIONS];
    this.#addOptionalMethods(all);
    this.initialized = true;
    return { protocol: PROTOCOL, host, sdk, language: 'javascript', capabilities: all, gauges: gauges.declaredGauges(own), operations: this.operations };
  }

  async #connect(p, call) {
    if (this.#instances.has(p.instance)) throw new ProtocolError('instance_exists', `instance '${p.instance}' exists`);
    if (this.#instances.size >= MAX_INSTANCES) throw new ProtocolError('limit_exceeded', `this host holds at most ${MAX_INSTANCES} instances`);
    const ledger = { destroyed: false };
    const instance = await this.openInstance({
      name: p.instance,
      network: requests.readNetwork(p),
      storageDir: requests.readDirectory(p, 'storage_dir'),
      ...requests.readSecret(p),
      settings: params.optionalObject(p, 'settings'),
      context: requests.readContext(p),
      networkDown: params.optionalFlag(p, 'network_down'),
      // Silent after destroy: the name may be another instance's by then.
      notify: (method, body) => { if (!ledger.destroyed) this.notifications.send(method, body); },
    });
    if (call.abandoned) {
      // Nobody waits any more and no instance of this name exists.
      await Promise.resolve(instance.disconnect()).catch(() => {});
      instance.destroy();
      return {};
    }
    this.#instances.set(p.instance, { instance, ledger, connected: true, poisoned: false, unsettled: 0, whenSettled: undefined });
    return instance.identity === undefined ? {} : { identity: instance.identity };
  }

  #disconnect(entry) {
    return this.#track(entry, async (instance) => {
      if (!entry.connected) return {};
      // Not connected even if this fails: an SDK gives no way to tell how far it got.
      entry.connected = false;
      await instance.disconnect();
      return {};
    });
  }

  #destroy(name) {
    const entry = this.#find(name);
    this.#instances.delete(name);
    entry.connected = false;
    entry.ledger.destroyed = true;
    if (entry.unsettled === 0) {
      entry.instance.destroy();
      return {};
    }
    // Freeing a handle that is in use corrupts many an SDK: it waits for the poisoned call, if that ever ends.
    entry.whenSettled = () => {
      try {
        entry.instance.destroy();
      } catch {
        entry.instance.release?.();
      }
    };
    return {};
  }

  #invokeOn(instance, p) {
    const operation = params.text(p, 'operation', { maxLength: 64 });
    const given = params.optionalObject(p, 'arguments');
    if (!this.operations.includes(operation)) {
      throw new ProtocolError('invalid_params', `params.operation: there is no '${operation}'; known: ${this.operations.join(', ')}`);
    }
    if (operation === 'test_delay' && instance === undefined) throw new ProtocolError('invalid_params', 'params.instance is missing: test_delay occupies one');
    if (TEST_OPERATIONS.includes(operation)) return runTestOperation(operation, given);
    return (instance ?? this).invoke(operation, given);
  }

  // Twice, with a turn between: the first lets finalizers run, the second takes what they freed.
  async #collect() {
    this.collectGarbage();
    await new Promise((resolve) => { setImmediate(resolve); });
    this.collectGarbage();
    return { live_bytes: v8.getHeapStatistics().used_heap_size };
  }

  #metrics() {
    return gauges.readGauges({
      instances: this.#instances.size,
      calls_in_flight: this.dispatcher.callsInFlight,
      abandoned_calls: this.dispatcher.abandonedCalls,
      late_answers: this.dispatcher.lateAnswers,
      out_of_band_errors: this.outOfBandErrors,
      notifications_dropped: this.notifications.dropped,
      ...this.figures(),
    }, this.wasmMemory, this.collections);
  }

  translate(error, call) {
    const secrets = call?.method === 'connect' ? [call.params.seed, call.params.mnemonic] : [];
    return translate(error, { secrets, kindOf: (text) => this.kindOf(text) });
  }

  poison(name) {
    const entry = this.#instances.get(name);
    if (entry) entry.poisoned = true;
  }

  outOfBand(error) {
    this.outOfBandErrors += 1;
    const instance = this.dispatcher.outOfBand(error);
    this.notifications.send('out_of_band_error', { message: this.translate(error).message, ...(instance && { instance }) });
  }

  // As far as it goes in the time there is; what hangs is left to the process's end.
  async disconnectAll(limitMs) {
    const all = [...this.#instances.values()]
      .filter((entry) => entry.connected && !entry.poisoned && entry.unsettled === 0)
      .map((entry) => Promise.resolve(entry.instance.disconnect()).catch(() => {}));
    await Promise.race([Promise.all(all), new Promise((resolve) => { setTimeout(resolve, limitMs); })]);
  }
}

module.exports = { Host, PROTOCOL };
