'use strict';
// What `initialize.settings` may say, and the SDK configuration that follows from it.

const { ProtocolError } = require('./errors.cjs');
const params = require('../node/params.cjs');

const DEFAULTS = {
  mode: undefined, // 'server' (no background tasks) or 'client'; undefined: server where the version has it
  network_url_port: 1, // loopback port that nobody listens on: every call to the network fails at once
  live_network: false, // true: the SDK's own hosts, for machines that have a network and credentials
  sdk_version: undefined, // overrides --sdk-version
  sync_interval_secs: undefined, // client mode's background sync
  log_filter: undefined, // the SDK's log as `log` notifications; its own filter syntax, e.g. "info"
};

function readSettings(given) {
  for (const name of Object.keys(given)) {
    if (!(name in DEFAULTS)) {
      throw new ProtocolError('invalid_params', `params.settings.${name} is unknown; known: ${Object.keys(DEFAULTS).join(', ')}`);
    }
  }
  const settings = { ...DEFAULTS };
  const inSettings = (read) => {
    try {
      return read();
    } catch (error) {
      error.message = error.message.replace('params.', 'params.settings.');
      throw error;
    }
  };
  inSettings(() => {
    settings.mode = params.optionalChoice(given, 'mode', ['server', 'client']) ?? DEFAULTS.mode;
    settings.network_url_port = params.optionalInteger(given, 'network_url_port', { min: 1, max: 65535 }) ?? DEFAULTS.network_url_port;
    settings.live_network = params.optionalFlag(given, 'live_network');
    settings.sdk_version = params.optionalText(given, 'sdk_version');
    settings.sync_interval_secs = params.optionalInteger(given, 'sync_interval_secs', { min: 1, max: 86400 });
    settings.log_filter = params.optionalText(given, 'log_filter');
  });
  return settings;
}

// The default configuration names real hosts. Unless the run is meant for them, every one of them is
// replaced, so that a soak can neither leave the machine nor depend on what is outside.
function sdkConfig(sdk, settings, network) {
  const kind = network === 'mainnet' ? 'mainnet' : 'regtest';
  const server = settings.mode === 'server';
  if (server && typeof sdk.defaultServerConfig !== 'function') {
    throw new ProtocolError('not_supported', 'this SDK version has no server mode (0.15 and later have); use settings.mode "client"');
  }
  const config = server ? sdk.defaultServerConfig(kind) : sdk.defaultConfig(kind);
  if (settings.sync_interval_secs !== undefined) config.syncIntervalSecs = settings.sync_interval_secs;
  if (process.env.BREEZ_API_KEY) config.apiKey = process.env.BREEZ_API_KEY;
  if (!settings.live_network || network === 'local') closeNetwork(config, `http://127.0.0.1:${settings.network_url_port}`);
  return config;
}

function defaultMode(sdk) {
  return typeof sdk.defaultServerConfig === 'function' ? 'server' : 'client';
}

function closeNetwork(config, url) {
  config.realTimeSyncServerUrl = undefined;
  // Publishing this preference is a call to the network that connect would wait for.
  config.privateEnabledDefault = false;
  config.lnurlDomain = undefined;
  config.useDefaultExternalInputParsers = false;
  if (!config.sparkConfig) return;
  for (const operator of config.sparkConfig.signingOperators ?? []) operator.address = url;
  if (config.sparkConfig.sspConfig) config.sparkConfig.sspConfig.baseUrl = url;
}

module.exports = { readSettings, sdkConfig, defaultMode };
