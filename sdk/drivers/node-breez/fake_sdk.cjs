'use strict';
// An SDK of the package's shape whose calls do what a test tells them: `behaviour.METHOD(handle, ...args)`.
// Counts what was built, disconnected and freed.

function makeFakeSdk(behaviour = {}, { serverMode = true, crossChain = true } = {}) {
  const counts = { built: 0, disconnected: 0, freed: 0 };
  const seen = { configs: [], seeds: [], requests: [], listeners: new Map() };

  class BreezSdk {
    #freed = false;

    async #call(method, fallback, ...args) {
      seen.requests.push([method, ...args]);
      return behaviour[method] ? behaviour[method](this, ...args) : fallback();
    }

    free() {
      if (this.#freed) throw new Error('null pointer passed to rust');
      this.#freed = true;
      counts.freed += 1;
    }

    disconnect() {
      return this.#call('disconnect', () => { counts.disconnected += 1; });
    }

    addEventListener(listener) {
      return this.#call('addEventListener', () => {
        const id = `listener_${seen.listeners.size}`;
        seen.listeners.set(id, listener);
        return id;
      });
    }

    removeEventListener(id) {
      return this.#call('removeEventListener', () => seen.listeners.delete(id));
    }

    getInfo(request) { return this.#call('getInfo', () => ({ identityPubkey: '02ab', balanceSats: 7n, tokenBalances: new Map() }), request); }
    listPayments(request) { return this.#call('listPayments', () => ({ payments: [] }), request); }
    syncWallet(request) { return this.#call('syncWallet', () => ({}), request); }
    parse(input) { return this.#call('parse', () => ({ type: 'sparkAddress' }), input); }
    receivePayment(request) { return this.#call('receivePayment', () => ({ paymentRequest: 'sp1', fee: 0n }), request); }
    prepareSendPayment(request) { return this.#call('prepareSendPayment', () => ({ amount: request.amount ?? 0n, paymentMethod: { type: 'sparkAddress', fee: '3' } }), request); }
    sendPayment(request) { return this.#call('sendPayment', () => ({ payment: fakePayment() }), request); }
    getPayment(request) { return this.#call('getPayment', () => ({ payment: fakePayment() }), request); }
    signMessage(request) { return this.#call('signMessage', () => ({ pubkey: '02', signature: '30', big: 2n ** 60n, map: new Map([['a', 1n]]) }), request); }
  }
  if (crossChain) BreezSdk.prototype.getCrossChainRoutes = () => {};

  class SdkBuilder {
    static new(config, seed) {
      seen.configs.push(config);
      seen.seeds.push(seed);
      return new SdkBuilder();
    }

    async withDefaultStorage() { return this; }

    withRestChainService() { return this; }

    async build() {
      const sdk = behaviour.build ? await behaviour.build() : new BreezSdk();
      counts.built += 1;
      return sdk ?? new BreezSdk();
    }
  }

  const config = () => ({
    network: 'regtest', realTimeSyncServerUrl: 'https://real.example', privateEnabledDefault: true,
    sparkConfig: { signingOperators: [{ address: 'https://operator.example' }], sspConfig: { baseUrl: 'https://ssp.example' } },
  });
  const sdk = { BreezSdk, SdkBuilder, defaultConfig: config };
  if (serverMode) sdk.defaultServerConfig = config;
  return { sdk, counts, seen };
}

function fakePayment() {
  return { id: 'pay-1', status: 'completed', paymentType: 'send', method: 'spark', amount: 100n, fees: 3n, timestamp: 1700000000 };
}

// A promise that a test settles by hand.
function deferred() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}

module.exports = { makeFakeSdk, fakePayment, deferred };
