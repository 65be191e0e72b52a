'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { BreezHost } = require('./breez_host.cjs');
const { Dispatcher } = require('../node/dispatch.cjs');
const { ProtocolError } = require('./errors.cjs');
const { makeFakeSdk, deferred } = require('./fake_sdk.cjs');

const SEED = 'ab'.repeat(32);

async function setUp(t, { behaviour, shape, settings, initialize = true } = {}) {
  const fake = makeFakeSdk(behaviour, shape);
  const storage = fs.mkdtempSync(path.join(os.tmpdir(), 'breez-host-test-'));
  t.after(() => fs.rmSync(storage, { recursive: true, force: true }));
  const notified = [];
  const host = new BreezHost({
    loadSdk: () => ({ sdk: fake.sdk, version: '9.9.9' }),
    notifications: { send: (method, params) => notified.push({ method, params }), dropped: 0 },
    wasmMemory: () => 65536,
    collections: { count: 2, seconds: 0.5 },
    collectGarbage: () => {},
  });
  const answers = new Map();
  const dispatcher = new Dispatcher(host, (line) => {
    const message = JSON.parse(line);
    answers.get(message.id)(message);
  });
  host.dispatcher = dispatcher;
  let nextId = 1;
  const send = (method, params = {}) => new Promise((resolve) => {
    const id = nextId++;
    answers.set(id, resolve);
    dispatcher.receive(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  });
  const ok = async (method, params) => {
    const answer = await send(method, params);
    assert.ok(answer.result, `${method}: ${JSON.stringify(answer.error)}`);
    return answer.result;
  };
  const fails = async (method, params, kind) => {
    const answer = await send(method, params);
    assert.strictEqual(answer.error?.data.kind, kind, `${method}: ${JSON.stringify(answer)}`);
    return answer.error;
  };
  const connect = (instance = 'a', more = {}) => ok('connect', { instance, network: 'regtest', storage_dir: storage, seed: SEED, ...more });
  if (initialize) await ok('initialize', { protocol: { major: 1, minor: 3 }, client: { name: 't', version: '1' }, settings });
  return { ...fake, host, dispatcher, notified, storage, send, ok, fails, connect };
}

test('initialize names versions, capabilities, gauges and operations, once', async (t) => {
  const { ok, fails } = await setUp(t, { initialize: false });
  await fails('metrics', {}, 'not_initialized');
  const refusal = await fails('initialize', { protocol: { major: 2, minor: 0 } }, 'invalid_params');
  assert.match(refusal.message, /1\.0/);
  const answer = await ok('initialize', { protocol: { major: 1, minor: 7 } });
  assert.deepStrictEqual(answer.protocol, { major: 1, minor: 0 });
  assert.deepStrictEqual(answer.sdk, { name: 'breez-sdk-spark', version: '9.9.9' });
  assert.ok(answer.capabilities.includes('collect_garbage') && !answer.capabilities.includes('concurrent_calls'));
  assert.ok(answer.gauges.length <= 64 && answer.gauges.every((gauge) => /^[a-z][a-z0-9_]{0,62}$/.test(gauge.name)));
  assert.deepStrictEqual(answer.operations, ['sign_message', 'get_payment', 'test_delay', 'test_fatal', 'test_print']);
  await fails('initialize', { protocol: { major: 1, minor: 0 } }, 'invalid_request');
});

test('unknown and wrong settings are refused by name', async (t) => {
  const { fails } = await setUp(t, { initialize: false });
  const hello = (settings) => ({ protocol: { major: 1, minor: 0 }, settings });
  assert.match((await fails('initialize', hello({ speed: 1 }), 'invalid_params')).message, /settings\.speed.*known: mode/);
  assert.match((await fails('initialize', hello({ mode: 'fast' }), 'invalid_params')).message, /settings\.mode/);
  assert.match((await fails('initialize', hello({ network_url_port: 0 }), 'invalid_params')).message, /settings\.network_url_port/);
});

test('every real host is replaced, unless the run is meant for them', async (t) => {
  const closed = await setUp(t, { settings: { network_url_port: 4242 } });
  await closed.connect();
  assert.ok(!JSON.stringify(closed.seen.configs).includes('.example'), JSON.stringify(closed.seen.configs));
  assert.ok(JSON.stringify(closed.seen.configs).includes('http://127.0.0.1:4242'));
  const live = await setUp(t, { settings: { live_network: true } });
  await live.connect();
  assert.ok(JSON.stringify(live.seen.configs).includes('operator.example'));
  live.seen.configs.length = 0;
  await live.connect('cut-off', { network_down: true });
  assert.ok(!JSON.stringify(live.seen.configs).includes('operator.example'), 'an instance without a network knows no host');
});

test('a version without server mode runs as a client, and says so when server is asked for', async (t) => {
  const old = await setUp(t, { shape: { serverMode: false } });
  await old.connect();
  assert.strictEqual(old.host.settings.mode, 'client');
  await old.fails('connect', { instance: 'b', network: 'regtest', storage_dir: old.storage, seed: SEED, settings: { mode: 'server' } }, 'not_supported');
});

test('an instance lives as the protocol says', async (t) => {
  const { ok, fails, connect, counts } = await setUp(t);
  await fails('disconnect', { instance: 'a' }, 'unknown_instance');
  await connect();
  await fails('connect', { instance: 'a', network: 'regtest', storage_dir: '/', seed: SEED }, 'instance_exists');
  await ok('disconnect', { instance: 'a' });
  await ok('disconnect', { instance: 'a' });
  assert.strictEqual(counts.disconnected, 1);
  for (const method of ['sync', 'get_info', 'add_listener', 'list_payments']) await fails(method, { instance: 'a' }, 'not_connected');
  assert.deepStrictEqual(await ok('remove_listener', { instance: 'a', listener: 'x' }), { removed: false });
  await ok('destroy', { instance: 'a' });
  await fails('destroy', { instance: 'a' }, 'unknown_instance');
  await connect();
  await ok('destroy', { instance: 'a' });
  assert.deepStrictEqual(counts, { built: 2, disconnected: 1, freed: 2 }, 'destroy alone does not disconnect');
});

test('connect refuses what the SDK would choke on, and keeps secrets', async (t) => {
  const { fails, ok, connect, seen, storage } = await setUp(t, { behaviour: { build: async () => { throw new Error(`Error: bad mnemonic: zoo zoo`); } } });
  const good = { instance: 'a', network: 'regtest', storage_dir: storage, seed: SEED };
  await fails('connect', { ...good, network: 'moon' }, 'invalid_params');
  await fails('connect', { ...good, storage_dir: 'relative' }, 'invalid_params');
  await fails('connect', { ...good, storage_dir: '/no/such/folder' }, 'invalid_params');
  const wrongSeed = await fails('connect', { ...good, seed: 'xyz-secret' }, 'invalid_params');
  assert.ok(!JSON.stringify(wrongSeed).includes('xyz-secret'));
  await fails('connect', { ...good, mnemonic: 'zoo zoo' }, 'invalid_params');
  const refused = await fails('connect', { ...good, seed: undefined, mnemonic: 'zoo zoo' }, 'invalid_input');
  assert.ok(!JSON.stringify(refused).includes('zoo'), JSON.stringify(refused));
  await fails('get_info', { instance: 'a' }, 'unknown_instance');
  assert.deepStrictEqual(seen.seeds.at(-1), { type: 'mnemonic', mnemonic: 'zoo zoo' });
  await assert.rejects(connect());
  assert.deepStrictEqual(seen.seeds.at(-1), ['entropy', ...Buffer.from(SEED, 'hex')]);
  await ok('metrics');
});

test('wrongly typed parameters never reach the SDK', async (t) => {
  const { fails, connect, seen } = await setUp(t);
  await connect();
  const before = seen.requests.length;
  const a = { instance: 'a' };
  await fails('parse', { ...a, input: 42 }, 'invalid_params');
  await fails('parse', { ...a, input: '' }, 'invalid_params');
  await fails('get_info', { ...a, ensure_synced: 'yes' }, 'invalid_params');
  await fails('receive', { ...a, method: 'pigeon' }, 'invalid_params');
  await fails('receive', { ...a, method: 'spark_invoice', amount_sats: -1 }, 'invalid_params');
  await fails('prepare_send', { ...a, destination: 'x', amount_sats: 1.5 }, 'invalid_params');
  await fails('prepare_send', { ...a, destination: 'x', amount_sats: 1e300 }, 'invalid_params');
  await fails('list_payments', { ...a, limit: '7' }, 'invalid_params');
  await fails('add_listener', { ...a, capture_instance: 1 }, 'invalid_params');
  await fails('remove_listener', { ...a, listener: 5 }, 'invalid_params');
  await fails('send', { ...a, prepared: {} }, 'invalid_params');
  await fails('invoke', { ...a, operation: 'sign_message', arguments: { message: 5 } }, 'invalid_params');
  await fails('invoke', { ...a, operation: 'sign_message', arguments: { message: 'm', more: 1 } }, 'invalid_params');
  await fails('invoke', { ...a, operation: 'constructor' }, 'invalid_params');
  await fails('parse', { input: 'x' }, 'not_supported');
  await fails('sync', {}, 'invalid_params');
  assert.strictEqual(seen.requests.length, before);
});

test('the operations answer in the protocol\'s shapes', async (t) => {
  const { ok, connect } = await setUp(t, { behaviour: { listPayments: () => ({ payments: [{ id: 'p', status: 'pending', paymentType: 'receive', method: 'lightning', amount: 9n, fees: 0n, timestamp: 5 }] }) } });
  await connect();
  const a = { instance: 'a' };
  assert.deepStrictEqual(await ok('get_info', { ...a, ensure_synced: true }), { identity: '02ab', balance_sats: 7 });
  assert.deepStrictEqual(await ok('list_payments', a), { count: 1 });
  assert.strictEqual((await ok('list_payments', { ...a, include: true })).payments[0].amount_sats, 9);
  assert.deepStrictEqual(await ok('parse', { ...a, input: 'sp1' }), { type: 'spark_address' });
  assert.deepStrictEqual(await ok('receive', { ...a, method: 'spark_address' }), { payment_request: 'sp1', fee_sats: 0 });
  assert.deepStrictEqual((await ok('invoke', { ...a, operation: 'sign_message', arguments: { message: 'm' } })).result, { pubkey: '02', signature: '30', big: '1152921504606846976', map: { a: 1 } });
  const { values } = await ok('metrics');
  assert.deepStrictEqual([values.wasm_memory, values.gc_count, values.instances], [65536, 2, 1]);
  assert.ok(values.heap_allocated > 0 && values.heap_sys >= values.heap_allocated);
});

test('a prepared payment is used up by its send, and a retry with the same key finds the first payment', async (t) => {
  const { ok, fails, connect, seen } = await setUp(t);
  await connect();
  const { prepared, amount_sats: amount, fee_sats: fee } = await ok('prepare_send', { instance: 'a', destination: 'sp1', amount_sats: 100 });
  assert.deepStrictEqual([amount, fee], [100, 3]);
  const first = await ok('send', { instance: 'a', prepared, idempotency_key: 'k' });
  assert.strictEqual(first.payment.id, 'pay-1');
  const again = await ok('send', { instance: 'a', prepared, idempotency_key: 'k' });
  assert.deepStrictEqual(again, first);
  assert.strictEqual(seen.requests.filter(([method]) => method === 'sendPayment').length, 1);
  await fails('send', { instance: 'a', prepared }, 'invalid_params');
});

test('a send that fails has used its token', async (t) => {
  const { ok, fails, connect } = await setUp(t, { behaviour: { sendPayment: () => { throw new Error('SparkSdkError: Tree service error: insufficient funds'); } } });
  await connect();
  const { prepared } = await ok('prepare_send', { instance: 'a', destination: 'sp1', amount_sats: 100 });
  await fails('send', { instance: 'a', prepared }, 'insufficient_funds');
  await fails('send', { instance: 'a', prepared }, 'invalid_params');
});

test('events go out for each listener, until the instance is destroyed', async (t) => {
  const { ok, connect, seen, notified, host } = await setUp(t);
  await connect();
  const { listener } = await ok('add_listener', { instance: 'a' });
  const { listener: second } = await ok('add_listener', { instance: 'a', capture_instance: true });
  const callbacks = [...seen.listeners.values()];
  assert.strictEqual(callbacks[0].capturedInstance, undefined);
  assert.ok(callbacks[1].capturedInstance instanceof seen.listeners.get(second).capturedInstance.constructor);
  callbacks[0].onEvent({ type: 'synced' });
  callbacks[1].onEvent({ type: 'newDeposits', newDeposits: [{ amountSats: 5n }] });
  assert.deepStrictEqual(notified.map((n) => n.params), [
    { instance: 'a', type: 'synced', listener },
    { instance: 'a', type: 'new_deposits', listener: second, detail: '{"newDeposits":[{"amountSats":5}]}' },
  ]);
  assert.strictEqual((await ok('metrics')).values.listeners, 2);
  assert.deepStrictEqual(await ok('remove_listener', { instance: 'a', listener }), { removed: true });
  assert.strictEqual((await ok('metrics')).values.listeners, 1);
  await ok('destroy', { instance: 'a' });
  callbacks[1].onEvent({ type: 'synced' });
  assert.strictEqual(notified.length, 2);
  assert.strictEqual((await ok('metrics')).values.events_after_destroy, 1);
  assert.ok(host);
});

test('a poisoned instance takes destroy only, and its handle is freed when the stuck call ends', async (t) => {
  const stuck = deferred();
  const { ok, fails, connect, counts } = await setUp(t, { behaviour: { syncWallet: () => stuck.promise } });
  await connect();
  await fails('sync', { instance: 'a', deadline_ms: 20 }, 'deadline_exceeded');
  await fails('get_info', { instance: 'a' }, 'deadline_exceeded');
  await ok('destroy', { instance: 'a' });
  assert.strictEqual(counts.freed, 0, 'freeing a handle in use corrupts the SDK');
  await connect(); // the name is free
  stuck.resolve({});
  await new Promise((resolve) => setImmediate(resolve));
  assert.strictEqual(counts.freed, 1);
});

test('a connect that ends after its deadline leaves no instance and is released', async (t) => {
  const slow = deferred();
  const { fails, ok, counts, storage } = await setUp(t, { behaviour: { build: () => slow.promise } });
  await fails('connect', { instance: 'a', network: 'regtest', storage_dir: storage, seed: SEED, deadline_ms: 20 }, 'deadline_exceeded');
  slow.resolve(undefined);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepStrictEqual(counts, { built: 1, disconnected: 1, freed: 1 });
  await fails('get_info', { instance: 'a' }, 'unknown_instance');
  assert.strictEqual((await ok('metrics')).values.instances, 0);
});

test('an SDK that cannot be loaded is the answer to initialize, which may be tried again', async (t) => {
  const { host, fails } = await setUp(t, { initialize: false });
  host.loadSdk = () => { throw new ProtocolError('not_supported', 'version 1.2.3 is not installed; run install.sh 1.2.3'); };
  const refusal = await fails('initialize', { protocol: { major: 1, minor: 0 } }, 'not_supported');
  assert.match(refusal.message, /install\.sh 1\.2\.3/);
});

test('the host keeps no SDK object after destroy', { skip: typeof globalThis.gc !== 'function' && 'needs --expose-gc' }, async (t) => {
  const { ok, connect } = await setUp(t);
  for (let i = 0; i < 50; i += 1) {
    await connect();
    await ok('add_listener', { instance: 'a', capture_instance: true });
    await ok('remove_listener', { instance: 'a', listener: `listener_0` });
    await ok('prepare_send', { instance: 'a', destination: 'sp1', amount_sats: 100 });
    await ok('disconnect', { instance: 'a' });
    await ok('destroy', { instance: 'a' });
  }
  const limit = Date.now() + 10000;
  let values;
  do {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
    ({ values } = await ok('metrics'));
  } while ((values.sdk_handles > 1 || values.listener_objects > 1) && Date.now() < limit);
  // The last one may still sit in a register of the interpreter.
  assert.ok(values.sdk_handles <= 1, `${values.sdk_handles} handles live on`);
  assert.ok(values.listener_objects <= 1, `${values.listener_objects} listeners live on`);
});
