'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { CODES, fromSdk, clip } = require('./errors.cjs');

// Texts as the real package gave them, offline.
const SEEN = [
  ['SparkSdkError: Tree service error: insufficient funds', 'insufficient_funds'],
  ['SparkSdkError: Service error: service provider error: authentication error: network error: Request error: error sending request : JsValue(TypeError: fetch failed\nTypeError: fetch failed\n    at node:internal)', 'network_error'],
  ['SparkSdkError: Service error: service connection error: Authentication error: Connection error: status: Unknown, message: "js api error: TypeError: fetch failed"', 'network_error'],
  ['Chain service error: Service connectivity: Request error: error sending request', 'network_error'],
  ['Invalid input: Amount is required', 'invalid_input'],
  ['Error: Invalid TransferId format', 'invalid_input'],
  ['Error: mnemonic has an invalid word count: 2. Word count must be 12, 15, 18, 21, or 24', 'invalid_input'],
  ["Storage error: Underlying implementation error: JavaScript error: StorageError - Payment with id 'x' not found", 'storage_error'],
  ["ENOTDIR: not a directory, mkdir '/x/regtest/da91de82'", 'storage_error'],
  ['SqliteError: unable to open database file', 'storage_error'],
  ['Signer error: refused', 'signer_error'],
  ['Error: Missing Breez API key', 'not_supported'],
  ['Invalid input: ensure_synced is not supported when background_tasks_enabled is false', 'not_supported'],
  ['SparkSdkError: something new', 'sdk_error'],
];

for (const [text, kind] of SEEN) {
  test(`"${text.slice(0, 60)}" is ${kind}`, () => {
    const error = fromSdk(new Error(text));
    assert.strictEqual(error.kind, kind);
    const sent = JSON.parse(JSON.stringify({ error })).error;
    assert.strictEqual(sent.code, CODES[kind]);
    assert.strictEqual(sent.data.kind, kind);
    assert.strictEqual(sent.data.retryable, kind === 'network_error');
    assert.strictEqual(sent.data.sdk_error, text);
    assert.ok(!sent.message.includes('\n'));
  });
}

test('any trap of the WebAssembly is fatal, whatever its words', () => {
  for (const text of ['unreachable', 'memory access out of bounds', 'null function or function signature mismatch']) {
    assert.strictEqual(fromSdk(new WebAssembly.RuntimeError(text)).kind, 'fatal');
  }
});

test('things that are not errors are understood too', () => {
  assert.strictEqual(fromSdk('Invalid input: x').kind, 'invalid_input');
  assert.strictEqual(fromSdk({ reason: 'x' }).sdkError, '{"reason":"x"}');
  assert.strictEqual(fromSdk(undefined).kind, 'sdk_error');
});

test('secrets are cut out of what the SDK says', () => {
  const error = fromSdk(new Error('cannot use zebra apple: zebra apple is bad'), ['zebra apple', undefined]);
  const sent = JSON.stringify({ error });
  assert.ok(!sent.includes('zebra'), sent);
});

test('texts are cut at 4,096 bytes on a character boundary', () => {
  const cut = clip('é'.repeat(4000), 4096);
  assert.ok(Buffer.byteLength(cut) <= 4096);
  assert.ok(!cut.includes('\ufffd'));
  assert.strictEqual(clip('short'), 'short');
});
