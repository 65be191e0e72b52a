'use strict';
// The Breez SDK as a host: what it is, its settings, its instances. The protocol's methods are the kit's
// (../node/host.cjs).

const { Host, PROTOCOL } = require('../node/host.cjs');
const { LivingObjects } = require('../node/gauges.cjs');
const params = require('../node/params.cjs');
const { kindOfText } = require('./errors.cjs');
const { availableOperations } = require('./operations.cjs');
const { defaultMode, readSettings, sdkConfig } = require('./settings.cjs');
const { Wallet } = require('./wallet.cjs');

const LOG_LEVELS = { ERROR: 'error', WARN: 'warn', INFO: 'info' };
const GAUGES = {
  listeners: ['count', 'gauge'],
  listener_objects: ['count', 'gauge'],
  sdk_handles: ['count', 'gauge'],
  events_after_destroy: ['count', 'counter'],
};

class BreezHost extends Host {
  #eventsAfterDestroy = 0;

  // loadSdk(version|undefined) → {sdk, version}
  constructor({ loadSdk, ...parts }) {
    super(parts);
    this.loadSdk = loadSdk;
    this.objects = new LivingObjects();
  }

  // Answers at once, unless the SDK's log is wanted: starting that takes a turn of the event loop.
  begin(given) {
    this.settings = readSettings(given);
    const { sdk, version } = this.loadSdk(this.settings.sdk_version);
    this.sdk = sdk;
    this.settings.mode ??= defaultMode(sdk);
    const description = {
      host: { name: 'node-breez', version: '0.1.0' },
      sdk: { name: 'breez-sdk-spark', version },
      capabilities: ['listeners', 'payments', 'receive', 'history', 'sync', 'parse', 'get_info', 'network_down'],
      gauges: GAUGES,
      operations: availableOperations(sdk),
    };
    if (this.settings.log_filter === undefined) return description;
    const logger = { log: (entry) => this.log(LOG_LEVELS[entry?.level] ?? 'debug', String(entry?.line ?? '')) };
    return Promise.resolve(sdk.initLogging(logger, this.settings.log_filter)).then(() => description);
  }

  openInstance({ name, network, storageDir, seed, mnemonic, settings: given, networkDown }) {
    const settings = {
      ...this.settings,
      live_network: this.settings.live_network && !networkDown,
      mode: params.optionalChoice(given, 'mode', ['server', 'client']) ?? this.settings.mode,
    };
    const live = settings.live_network && network !== 'local';
    const request = {
      config: sdkConfig(this.sdk, settings, network),
      // The binding's tagged enum around a list is read as a list whose first member is the tag.
      seed: mnemonic === undefined ? ['entropy', ...Buffer.from(seed, 'hex')] : { type: 'mnemonic', mnemonic },
      storageDir,
      closedUrl: live ? undefined : `http://127.0.0.1:${settings.network_url_port}`,
    };
    return Wallet.connect(name, request, {
      sdk: this.sdk,
      mode: settings.mode,
      notify: (method, body) => this.notifications.send(method, body),
      objects: this.objects,
      onEventAfterDestroy: () => { this.#eventsAfterDestroy += 1; },
    });
  }

  figures() {
    return {
      listeners: this.instances().reduce((sum, wallet) => sum + wallet.listenerCount, 0),
      listener_objects: this.objects.count('listener_objects'),
      sdk_handles: this.objects.count('sdk_handles'),
      events_after_destroy: this.#eventsAfterDestroy,
    };
  }

  kindOf(text) {
    return kindOfText(text);
  }
}

module.exports = { BreezHost, PROTOCOL };
