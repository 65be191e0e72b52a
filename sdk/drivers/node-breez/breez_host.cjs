'use strict';
// The protocol's methods on the Breez SDK: the state of this host process between `initialize` and its end.
//
// Owns:   the instances. Borrows: the SDK module that `loadSdk` gives, notifications, the gauges' sources.
// Limits: MAX_INSTANCES.

const v8 = require('node:v8');
const { ProtocolError, fromSdk, clip } = require('./errors.cjs');
const gauges = require('./gauges.cjs');
const { writeHeapProfile } = require('./heap_profile.cjs');
const { toPlain } = require('./json.cjs');
const { availableOperations, readOperation } = require('./operations.cjs');
const params = require('./params.cjs');
const requests = require('./requests.cjs');
const { defaultMode, readSettings, sdkConfig } = require('./settings.cjs');
const { Wallet } = require('./wallet.cjs');

const PROTOCOL = { major: 1, minor: 0 };
const HOST = { name: 'node-breez', version: '0.1.0' };
const MAX_INSTANCES = 4096;
const LOG_LEVELS = { ERROR: 'error', WARN: 'warn', INFO: 'info' };

class BreezHost {
  #instances = new Map(); // name → {wallet, poisoned, unsettled}
  #eventsAfterDestroy = 0;
  #initializing = false;

  // loadSdk(version|undefined) → {sdk, version}; collectGarbage: undefined without --expose-gc
  constructor({ loadSdk, notifications, wasmMemory, collections, collectGarbage }) {
    this.loadSdk = loadSdk;
    this.notifications = notifications;
    this.wasmMemory = wasmMemory;
    this.collections = collections;
    this.collectGarbage = collectGarbage;
    this.objects = new gauges.LivingObjects();
    this.initialized = false;
    this.outOfBandErrors = 0;
    this.dispatcher = undefined; // set by host.cjs; asked for its counts only
    this.methods = this.#methodTable();
  }

  #methodTable() {
    const on = (run) => ({ instance: 'required', run });
    const table = {
      initialize: { instance: 'none', run: (p) => this.#initialize(p) },
      connect: on((p, call) => this.#connect(p, call)),
      disconnect: on((p) => this.#track(this.#usable(p.instance), (wallet) => wallet.disconnect())),
      destroy: on((p) => this.#destroy(p.instance)),
      add_listener: this.#operation((wallet, p) => wallet.addListener(params.optionalFlag(p, 'capture_instance'))),
      remove_listener: on((p) => {
        const id = params.text(p, 'listener', { maxLength: 256 });
        return this.#track(this.#usable(p.instance), (wallet) => wallet.removeListener(id));
      }),
      receive: this.#operation((wallet, p) => wallet.receive(requests.readReceive(p))),
      prepare_send: this.#operation((wallet, p) => wallet.prepareSend(requests.readPrepareSend(p))),
      send: this.#operation((wallet, p, call) => wallet.send({
        token: params.text(p, 'prepared', { maxLength: 64 }),
        idempotencyKey: params.optionalText(p, 'idempotency_key'),
        deadlineMs: call.deadlineMs,
      })),
      list_payments: this.#operation((wallet, p) => wallet.listPayments(requests.readListPayments(p))),
      sync: this.#operation((wallet) => wallet.sync()),
      get_info: this.#operation((wallet, p) => wallet.getInfo(params.optionalFlag(p, 'ensure_synced'))),
      parse: this.#operation((wallet, p) => wallet.parse(params.text(p, 'input'))),
      invoke: this.#operation((wallet, p) => this.#invoke(wallet, p)),
      metrics: { instance: 'none', run: () => ({ values: gauges.readGauges(this.#figures(), this.wasmMemory, this.collections) }) },
      heap_profile: { instance: 'none', run: (p) => writeHeapProfile(requests.readDirectory(p, 'directory')) },
    };
    if (this.collectGarbage) table.collect_garbage = { instance: 'none', run: () => this.#collect() };
    return table;
  }

  // A method that needs a connected instance; its parameters are read before the SDK is touched.
  #operation(run) {
    return {
      instance: 'optional',
      run: (p, call) => {
        if (call.instance === undefined) {
          if (call.method === 'parse' || call.method === 'invoke') throw new ProtocolError('not_supported', `this SDK needs a connected instance for ${call.method}: give params.instance`);
          params.instanceName(p);
        }
        const entry = this.#usable(call.instance);
        if (!entry.wallet.connected) throw new ProtocolError('not_connected', `instance '${call.instance}' is disconnected`);
        return this.#track(entry, (wallet) => run(wallet, p, call));
      },
    };
  }

  // Counts what the SDK has not settled, so that destroy knows when the handle may be freed.
  async #track(entry, run) {
    entry.unsettled += 1;
    try {
      return await run(entry.wallet);
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

  // Answers at once, unless the SDK's log is wanted: starting that takes a turn of the event loop.
  #initialize(p) {
    if (this.initialized || this.#initializing) throw new ProtocolError('invalid_request', 'initialize was sent before');
    const wanted = params.optionalObject(p, 'protocol');
    if (wanted.major !== PROTOCOL.major || !Number.isSafeInteger(wanted.minor) || wanted.minor < 0) {
      throw new ProtocolError('invalid_params', `params.protocol: this host speaks version ${PROTOCOL.major}.${PROTOCOL.minor}`);
    }
    this.settings = readSettings(params.optionalObject(p, 'settings'));
    const { sdk, version } = this.loadSdk(this.settings.sdk_version);
    this.sdk = sdk;
    this.settings.mode ??= defaultMode(sdk);
    const introduce = () => {
      this.initialized = true;
      return this.#introduction(sdk, version);
    };
    if (this.settings.log_filter === undefined) return introduce();
    this.#initializing = true;
    return Promise.resolve(sdk.initLogging({ log: (entry) => this.#log(entry) }, this.settings.log_filter))
      .then(introduce)
      .finally(() => { this.#initializing = false; });
  }

  #introduction(sdk, version) {
    const capabilities = ['listeners', 'payments', 'receive', 'history', 'sync', 'parse', 'get_info', 'heap_profile', 'invoke', 'network_down'];
    if (this.collectGarbage) capabilities.push('collect_garbage');
    return {
      protocol: PROTOCOL,
      host: HOST,
      sdk: { name: 'breez-sdk-spark', version },
      language: 'javascript',
      capabilities,
      gauges: gauges.declaredGauges(),
      operations: availableOperations(sdk),
    };
  }

  #log(entry) {
    this.notifications.send('log', { level: LOG_LEVELS[entry?.level] ?? 'debug', message: clip(String(entry?.line ?? ''), 2048) });
  }

  async #connect(p, call) {
    if (this.#instances.has(p.instance)) throw new ProtocolError('instance_exists', `instance '${p.instance}' exists`);
    if (this.#instances.size >= MAX_INSTANCES) throw new ProtocolError('limit_exceeded', `this host holds at most ${MAX_INSTANCES} instances`);
    const network = requests.readNetwork(p);
    const settings = { ...this.settings, mode: params.optionalChoice(params.optionalObject(p, 'settings'), 'mode', ['server', 'client']) ?? this.settings.mode, live_network: this.settings.live_network && !params.optionalFlag(p, 'network_down') };
    const live = settings.live_network && network !== 'local';
    const request = {
      config: sdkConfig(this.sdk, settings, network),
      seed: requests.readSeed(p),
      storageDir: requests.readDirectory(p, 'storage_dir'),
      closedUrl: live ? undefined : `http://127.0.0.1:${settings.network_url_port}`,
    };
    const wallet = await Wallet.connect(p.instance, request, this.#walletContext(settings.mode));
    if (call.abandoned) {
      // Nobody waits any more and no instance of this name exists.
      await wallet.disconnect().catch(() => {});
      wallet.destroy();
      return {};
    }
    this.#instances.set(p.instance, { wallet, poisoned: false, unsettled: 0, whenSettled: undefined });
    return {};
  }

  #walletContext(mode) {
    return {
      sdk: this.sdk,
      mode,
      notify: (method, body) => this.notifications.send(method, body),
      objects: this.objects,
      onEventAfterDestroy: () => { this.#eventsAfterDestroy += 1; },
    };
  }

  #destroy(name) {
    const entry = this.#find(name);
    this.#instances.delete(name);
    if (entry.unsettled === 0) {
      entry.wallet.destroy();
      return {};
    }
    // Freeing a handle that is in use corrupts the SDK: it waits for the poisoned call, if that ever ends.
    entry.whenSettled = () => {
      try {
        entry.wallet.destroy();
      } catch {
        entry.wallet.release();
      }
    };
    return {};
  }

  #invoke(wallet, p) {
    const { method, args } = readOperation(this.sdk, params.text(p, 'operation', { maxLength: 64 }), params.optionalObject(p, 'arguments'));
    return Promise.resolve(wallet.invoke(method, args)).then((result) => ({ result: toPlain(result) ?? null }));
  }

  // Twice, with a turn between: the first lets finalizers run, the second takes what they freed.
  async #collect() {
    this.collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
    this.collectGarbage();
    return { live_bytes: v8.getHeapStatistics().used_heap_size };
  }

  #figures() {
    let listeners = 0;
    for (const { wallet } of this.#instances.values()) listeners += wallet.listenerCount;
    return {
      instances: this.#instances.size,
      listeners,
      listener_objects: this.objects.count('listener_objects'),
      sdk_handles: this.objects.count('sdk_handles'),
      calls_in_flight: this.dispatcher.callsInFlight,
      abandoned_calls: this.dispatcher.abandonedCalls,
      late_answers: this.dispatcher.lateAnswers,
      out_of_band_errors: this.outOfBandErrors,
      events_after_destroy: this.#eventsAfterDestroy,
      notifications_dropped: this.notifications.dropped,
    };
  }

  translate(error, call) {
    return fromSdk(error, call?.method === 'connect' ? [call.params.seed, call.params.mnemonic] : []);
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
      .filter((entry) => !entry.poisoned && entry.unsettled === 0)
      .map((entry) => entry.wallet.disconnect().catch(() => {}));
    await Promise.race([Promise.all(all), new Promise((resolve) => setTimeout(resolve, limitMs))]);
  }
}

module.exports = { BreezHost, PROTOCOL };
