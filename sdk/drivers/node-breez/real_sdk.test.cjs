'use strict';
// The host with the real package, offline, as Seep starts it. Needs install.sh 0.15.1 0.19.2.
//
// SEEP_BREEZ_VERSIONS_DIR: where install.sh put them, if not beside this file.

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { HostProcess } = require('../node/host_process.cjs');
const { lifecycles, measure, snapshot } = require('./soak_figures.cjs');

const LEAKING = '0.15.1';
const MENDED = '0.19.2';
const VERSIONS_DIR = process.env.SEEP_BREEZ_VERSIONS_DIR ?? path.join(__dirname, 'versions');
const SEED = '07'.repeat(32);
const HELLO = { protocol: { major: 1, minor: 0 }, client: { name: 'test', version: '1' } };

function start(t, version, more = {}) {
  const host = new HostProcess(path.join(__dirname, 'run.sh'), ['--sdk-version', version, '--versions-dir', VERSIONS_DIR], more);
  t.after(() => host.kill());
  return host;
}

function folder(t) {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'node-breez-test-'));
  t.after(() => fs.rmSync(made, { recursive: true, force: true }));
  return made;
}

async function connected(t, version, settings = {}) {
  const host = start(t, version);
  const storage = folder(t);
  await host.call('initialize', { ...HELLO, settings });
  await host.call('connect', { instance: 'a', network: 'regtest', storage_dir: storage, seed: SEED });
  return { host, storage };
}

async function ends(host, limitMs) {
  const timeout = new Promise((_resolve, reject) => setTimeout(() => reject(new Error(`still there after ${limitMs} ms`)), limitMs).unref());
  return Promise.race([host.exited, timeout]);
}

for (const version of [LEAKING, MENDED]) {
  test(`${version}: what works offline works, and what needs a network says so`, async (t) => {
    const { host, storage } = await connected(t, version);
    const on = (method, params = {}) => host.call(method, { instance: 'a', ...params });
    const refused = (promise, kind) => assert.rejects(promise, (error) => error.kind === kind || assert.fail(`${error.kind}: ${error.message}`));

    const info = await on('get_info', { ensure_synced: true });
    assert.match(info.identity, /^0[23][0-9a-f]{64}$/);
    assert.strictEqual(info.balance_sats, 0);
    const own = await on('receive', { method: 'spark_address' });
    assert.match(own.payment_request, /^sparkrt1/);
    assert.deepStrictEqual(await on('parse', { input: own.payment_request }), { type: 'spark_address' });
    const invoice = await on('receive', { method: 'spark_invoice', amount_sats: 1000, description: 'tea' });
    assert.deepStrictEqual(await on('parse', { input: invoice.payment_request }), { type: 'spark_invoice' });
    assert.deepStrictEqual(await on('list_payments', { include: true }), { count: 0, payments: [] });
    await on('sync');

    const other = path.join(storage, 'b');
    fs.mkdirSync(other);
    await host.call('connect', { instance: 'b', network: 'regtest', storage_dir: other, mnemonic: 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about' });
    const { payment_request: destination } = await host.call('receive', { instance: 'b', method: 'spark_address' });
    const prepared = await on('prepare_send', { destination, amount_sats: 1000 });
    assert.strictEqual(prepared.amount_sats, 1000);
    await refused(on('send', { prepared: prepared.prepared, idempotency_key: 'any text' }), 'insufficient_funds');
    await refused(on('send', { prepared: prepared.prepared, idempotency_key: 'any text' }), 'invalid_params');
    await refused(on('prepare_send', { destination }), 'invalid_input');
    await refused(on('prepare_send', { destination: 'nonsense', amount_sats: 1 }), 'invalid_input');
    await refused(on('receive', { method: 'bolt11_invoice', amount_sats: 5 }), 'network_error');
    await refused(on('receive', { method: 'bitcoin_address' }), 'network_error');
    await refused(on('invoke', { operation: 'recommended_fees' }), 'network_error');
    await refused(on('parse', { input: 'nonsense' }), 'invalid_input');

    const { listener } = await on('add_listener', { capture_instance: true });
    assert.deepStrictEqual(await on('remove_listener', { listener }), { removed: true });
    assert.deepStrictEqual(await on('remove_listener', { listener }), { removed: false });
    const signed = await on('invoke', { operation: 'sign_message', arguments: { message: 'hello' } });
    assert.strictEqual(signed.result.pubkey, info.identity);

    const { values } = await host.call('metrics', {});
    assert.ok(values.wasm_memory > 1e6 && values.heap_allocated > 1e6 && values.instances === 2, JSON.stringify(values));
    await host.call('shutdown', {});
    assert.deepStrictEqual(await ends(host, 10000), { code: 0, signal: null });
    assert.deepStrictEqual(host.badLines, [], 'the package prints to standard output; none of it may get through');
    assert.deepStrictEqual(host.notifications, []);
  });
}

test('a bad mnemonic is refused without a word of it, and leaves no instance', async (t) => {
  const host = start(t, MENDED);
  await host.call('initialize', HELLO);
  const attempt = { instance: 'a', network: 'regtest', storage_dir: folder(t), mnemonic: 'quuxly frobnicate' };
  await assert.rejects(host.call('connect', attempt), (error) => error.kind === 'invalid_input' && !/quuxly/.test(error.message + error.sdkError));
  await assert.rejects(host.call('get_info', { instance: 'a' }), { kind: 'unknown_instance' });
});

test('the SDK\'s log can be had as notifications', async (t) => {
  const { host } = await connected(t, MENDED, { log_filter: 'debug' });
  await host.call('sync', { instance: 'a' });
  const logs = host.notifications.filter((message) => message.method === 'log');
  assert.ok(logs.length > 0 && logs.every(({ params }) => ['error', 'warn', 'info', 'debug'].includes(params.level) && params.message.length > 0));
});

test('a trap of the WebAssembly is answered fatal, to this and every later call, and the process still ends well', async (t) => {
  const preload = path.join(folder(t), 'trap.cjs');
  fs.writeFileSync(preload, TRAP_ON_PARSE);
  const host = start(t, MENDED, { env: { NODE_OPTIONS: `--require ${preload}` } });
  await host.call('initialize', HELLO);
  await host.call('connect', { instance: 'a', network: 'regtest', storage_dir: folder(t), seed: SEED });
  await assert.rejects(host.call('parse', { instance: 'a', input: 'trap' }), { kind: 'fatal' });
  await assert.rejects(host.call('get_info', { instance: 'a' }), { kind: 'fatal' });
  await host.call('shutdown', {});
  assert.deepStrictEqual(await ends(host, 10000), { code: 0, signal: null });
});

// Hands parse() a number, which no check of the host's lets through: the binding then reads wild memory.
const TRAP_ON_PARSE = `
const Module = require('node:module');
const load = Module._load;
Module._load = function (request, ...rest) {
  const made = load.call(this, request, ...rest);
  if (request === '@breeztech/breez-sdk-spark' && made.BreezSdk) {
    const parse = made.BreezSdk.prototype.parse;
    made.BreezSdk.prototype.parse = function () { return parse.call(this, 42); };
  }
  return made;
};`;

test('an argument that the SDK chokes on out of band ends that call and poisons its instance only', async (t) => {
  const preload = path.join(folder(t), 'choke.cjs');
  fs.writeFileSync(preload, TRAP_ON_PARSE.replace(/parse\b/g, 'getInfo'));
  const host = start(t, MENDED, { env: { NODE_OPTIONS: `--require ${preload}` } });
  await host.call('initialize', HELLO);
  await host.call('connect', { instance: 'a', network: 'regtest', storage_dir: folder(t), seed: SEED });
  await host.call('connect', { instance: 'b', network: 'regtest', storage_dir: folder(t), seed: SEED });
  await assert.rejects(host.call('get_info', { instance: 'a' }), { kind: 'invalid_input' });
  await assert.rejects(host.call('sync', { instance: 'a' }), { kind: 'deadline_exceeded' });
  await host.call('sync', { instance: 'b' });
  await host.call('destroy', { instance: 'a' });
  const [notice] = host.notifications;
  assert.deepStrictEqual([notice.method, notice.params.instance], ['out_of_band_error', 'a']);
});

test('end of input and SIGTERM end the host within 5 s, though the SDK has timers left', async (t) => {
  for (const end of [(host) => host.endInput(), (host) => host.kill('SIGTERM')]) {
    const { host } = await connected(t, MENDED, { mode: 'client' });
    end(host);
    assert.deepStrictEqual(await ends(host, 5000), { code: 0, signal: null });
  }
});

test('what was asked before the end of input is still answered', async (t) => {
  const host = start(t, MENDED);
  const storage = folder(t);
  const answers = [
    host.call('initialize', HELLO),
    host.call('connect', { instance: 'a', network: 'regtest', storage_dir: storage, seed: SEED }),
    host.call('get_info', { instance: 'a' }),
  ];
  host.endInput();
  const [, , info] = await Promise.all(answers);
  assert.match(info.identity, /^0[23]/);
  assert.deepStrictEqual(await ends(host, 5000), { code: 0, signal: null });
});

test('out of file descriptors, the leaking release fails as storage_error and the host lives', async (t) => {
  const host = start(t, LEAKING, { command: '/bin/sh', prefix: ['-c', 'ulimit -n 128; exec "$0" "$@"'] });
  await host.call('initialize', HELLO);
  const storage = folder(t);
  let failure;
  for (let i = 0; i < 300 && !failure; i += 1) {
    try {
      await host.call('connect', { instance: 'a', network: 'regtest', storage_dir: storage, seed: SEED });
      await host.call('disconnect', { instance: 'a' });
      await host.call('destroy', { instance: 'a' });
    } catch (error) {
      failure = error;
    }
  }
  assert.strictEqual(failure?.kind, 'storage_error', failure?.message);
  await host.call('metrics', {});
});

test('after kill -9 the same storage folder serves again', async (t) => {
  const { host, storage } = await connected(t, MENDED);
  const { identity } = await host.call('get_info', { instance: 'a' });
  host.kill('SIGKILL');
  await host.exited;
  const next = start(t, MENDED);
  await next.call('initialize', HELLO);
  await next.call('connect', { instance: 'a', network: 'regtest', storage_dir: storage, seed: SEED });
  assert.strictEqual((await next.call('get_info', { instance: 'a' })).identity, identity);
});

test('a version that is not installed is named, with what to do', async (t) => {
  const host = start(t, '1.2.3');
  await assert.rejects(host.call('initialize', HELLO), (error) => error.kind === 'not_supported' && /1\.2\.3 .*not installed.*install\.sh 1\.2\.3/.test(error.message));
  await host.call('initialize', { ...HELLO, settings: { sdk_version: MENDED } });
});

test('the heap can be written down', async (t) => {
  const { host } = await connected(t, MENDED);
  const directory = folder(t);
  const { path: file, format } = await host.call('heap_profile', { directory });
  assert.strictEqual(format, 'v8-heapsnapshot');
  assert.strictEqual(path.dirname(file), directory);
  assert.strictEqual(fs.statSync(file).mode & 0o777, 0o600);
  assert.ok(JSON.parse(fs.readFileSync(file, 'utf8')).snapshot.node_count > 1000);
});

// The known leak (fixed between these releases): 90 KiB of WebAssembly memory, one descriptor and about
// 240 KB of resident memory a lifecycle. The heap hardly shows it.
test(`the leak of ${LEAKING} shows, and not in ${MENDED}`, async () => {
  const leaking = await measure(LEAKING, 300, 'server', VERSIONS_DIR);
  assert.strictEqual(leaking.fds_per_lifecycle, 1);
  assert.ok(leaking.wasm_bytes_per_lifecycle > 80e3 && leaking.wasm_bytes_per_lifecycle < 105e3, JSON.stringify(leaking));
  assert.ok(leaking.rss_bytes_per_lifecycle > 180e3, JSON.stringify(leaking));
  assert.ok(leaking.heap_bytes_per_lifecycle < 20e3, JSON.stringify(leaking));
  const mended = await measure(MENDED, 300, 'server', VERSIONS_DIR);
  assert.strictEqual(mended.fds_per_lifecycle, 0);
  assert.strictEqual(mended.wasm_bytes_per_lifecycle, 0);
});

// With collections in the loop V8 used to die here (host.cjs says of what), and the mended release is
// flat to the megabyte once it is warm.
test(`${MENDED} survives 3,000 lifecycles with collections in between, and stays flat`, async (t) => {
  const { host, storage } = await connected(t, MENDED);
  await host.call('destroy', { instance: 'a' });
  let warm;
  for (let block = 0; block < 20; block += 1) {
    await lifecycles(host, 150, storage);
    const now = await snapshot(host);
    if (block === 9) warm = now;
    if (block === 19) assert.ok(now.rss - warm.rss < 8e6, `${warm.rss} grew to ${now.rss} bytes`);
  }
});
