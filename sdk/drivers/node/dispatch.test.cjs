'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { Dispatcher, MAX_CALLS } = require('./dispatch.cjs');
const { ProtocolError, translate } = require('./errors.cjs');

function deferred() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}

function setUp(methods = {}) {
  const sent = [];
  const poisoned = [];
  const host = {
    initialized: true,
    methods: { echo: { instance: 'none', run: (params) => ({ echo: params.text ?? null }) }, ...methods },
    translate: (error) => translate(error, { kindOf: () => 'invalid_input' }),
    poison: (name) => poisoned.push(name),
  };
  const dispatcher = new Dispatcher(host, (line) => sent.push(JSON.parse(line)));
  const request = (id, method, params) => dispatcher.receive(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  return { dispatcher, host, sent, poisoned, request };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

// Waits for a condition that timers bring about, with a limit instead of a guess.
async function until(condition) {
  const limit = Date.now() + 5000;
  while (!condition()) {
    assert.ok(Date.now() < limit, 'the condition did not come true');
    await turn();
  }
}

const BAD = [
  ['not json', 'parse_error', null],
  ['[{"jsonrpc":"2.0","id":1,"method":"echo"}]', 'invalid_request', null],
  ['7', 'invalid_request', null],
  ['{}', 'invalid_request', null],
  ['{"jsonrpc":"2.0","id":"a","method":"echo"}', 'invalid_request', null],
  ['{"jsonrpc":"2.0","id":1.5,"method":"echo"}', 'invalid_request', null],
  ['{"id":4,"method":"echo"}', 'invalid_request', 4],
  ['{"jsonrpc":"2.0","id":4,"method":5}', 'invalid_request', 4],
  ['{"jsonrpc":"2.0","id":4,"method":"nothing"}', 'method_not_found', 4],
  ['{"jsonrpc":"2.0","id":4,"method":"constructor"}', 'method_not_found', 4],
  ['{"jsonrpc":"2.0","id":4,"method":"echo","params":[1]}', 'invalid_params', 4],
  ['{"jsonrpc":"2.0","id":4,"method":"echo","params":{"deadline_ms":0}}', 'invalid_params', 4],
  ['{"jsonrpc":"2.0","id":4,"method":"echo","params":{"deadline_ms":"x"}}', 'invalid_params', 4],
  ['{"jsonrpc":"2.0","id":4,"method":"on","params":{"instance":"../x"}}', 'invalid_params', 4],
  ['{"jsonrpc":"2.0","id":4,"method":"on","params":{}}', 'invalid_params', 4],
];
for (const [line, kind, id] of BAD) {
  test(`${line} is answered ${kind}`, () => {
    const { dispatcher, sent } = setUp({ on: { instance: 'required', run: () => ({}) } });
    dispatcher.receive(line);
    assert.strictEqual(sent.length, 1);
    assert.strictEqual(sent[0].error.data.kind, kind);
    assert.strictEqual(sent[0].id, id);
    dispatcher.receive('{"jsonrpc":"2.0","id":9,"method":"echo","unknown":1,"params":{"text":"still here","more":2}}');
    assert.deepStrictEqual(sent[1], { jsonrpc: '2.0', id: 9, result: { echo: 'still here' } });
  });
}

test('a notification is ignored', () => {
  const { dispatcher, sent } = setUp();
  dispatcher.receive('{"jsonrpc":"2.0","method":"echo"}');
  assert.deepStrictEqual(sent, []);
});

test('nothing but initialize is answered before it', () => {
  const { host, sent, request } = setUp({ initialize: { instance: 'none', run: () => ({}) } });
  host.initialized = false;
  request(1, 'echo');
  assert.strictEqual(sent[0].error.code, 14);
});

test('calls of one instance run in order, those of others side by side', async () => {
  const gates = { a1: deferred(), a2: deferred(), b1: deferred() };
  const started = [];
  const { sent, request } = setUp({ work: { instance: 'required', run: (p) => { started.push(p.tag); return gates[p.tag].promise; } } });
  request(1, 'work', { instance: 'a', tag: 'a1' });
  request(2, 'work', { instance: 'a', tag: 'a2' });
  request(3, 'work', { instance: 'b', tag: 'b1' });
  assert.deepStrictEqual(started, ['a1', 'b1']);
  gates.b1.resolve({});
  await turn();
  assert.deepStrictEqual(sent.map((m) => m.id), [3]);
  gates.a1.reject(new Error('Invalid input: no'));
  await turn();
  assert.deepStrictEqual(started, ['a1', 'b1', 'a2']);
  gates.a2.resolve({});
  await turn();
  assert.deepStrictEqual(sent.map((m) => [m.id, m.error?.code ?? 0]), [[3, 0], [1, 3], [2, 0]]);
});

test('a call that never settles is answered at its deadline, poisons its instance and holds up nobody', async () => {
  const stuck = deferred();
  const { dispatcher, sent, poisoned, request } = setUp({
    stick: { instance: 'required', run: () => stuck.promise },
    quick: { instance: 'required', run: () => ({}) },
  });
  request(1, 'stick', { instance: 'a', deadline_ms: 20 });
  request(2, 'quick', { instance: 'a' });
  request(3, 'quick', { instance: 'b' });
  await until(() => sent.length === 3);
  assert.deepStrictEqual(sent.map((m) => [m.id, m.error?.code ?? 0]), [[3, 0], [1, 12], [2, 0]]);
  assert.deepStrictEqual(poisoned, ['a']);
  assert.strictEqual(dispatcher.abandonedCalls, 1);
  stuck.resolve({});
  await turn();
  assert.strictEqual(sent.length, 3, 'the late answer is not sent');
  assert.strictEqual(dispatcher.lateAnswers, 1);
});

test('a queued call whose deadline passes is answered and never run', async () => {
  const gate = deferred();
  let ran = 0;
  const { sent, request } = setUp({ work: { instance: 'required', run: (p) => { if (p.second) ran += 1; return gate.promise; } } });
  request(1, 'work', { instance: 'a' });
  request(2, 'work', { instance: 'a', second: true, deadline_ms: 20 });
  await until(() => sent.length === 1);
  assert.deepStrictEqual([sent[0].id, sent[0].error.code], [2, 12]);
  gate.resolve({});
  await until(() => sent.length === 2);
  assert.strictEqual(ran, 0);
});

test('after a trap every call, running, queued or later, is answered fatal', async () => {
  const gate = deferred();
  const { sent, request } = setUp({ work: { instance: 'required', run: () => gate.promise } });
  request(1, 'work', { instance: 'a' });
  request(2, 'work', { instance: 'a' });
  request(3, 'work', { instance: 'b' });
  gate.reject(new WebAssembly.RuntimeError('unreachable'));
  await turn();
  request(4, 'echo');
  assert.deepStrictEqual(sent.map((m) => m.id).sort(), [1, 2, 3, 4]);
  assert.ok(sent.every((m) => m.error.code === 15), JSON.stringify(sent));
});

test('an argument error thrown out of band ends the one call it can belong to', () => {
  const { dispatcher, sent, poisoned, request } = setUp({ work: { instance: 'required', run: () => deferred().promise } });
  request(1, 'work', { instance: 'a' });
  assert.strictEqual(dispatcher.outOfBand(new Error('Error: invalid type: floating point `42.0`, expected struct GetInfoRequest')), 'a');
  assert.deepStrictEqual([sent[0].id, sent[0].error.code], [1, 3]);
  assert.deepStrictEqual(poisoned, ['a']);
});

test('another out-of-band error, or one that could be of two calls, is blamed on none', () => {
  const { dispatcher, sent, request } = setUp({ work: { instance: 'required', run: () => deferred().promise } });
  request(1, 'work', { instance: 'a', deadline_ms: 100 });
  assert.strictEqual(dispatcher.outOfBand(new Error('timer failed')), undefined);
  request(2, 'work', { instance: 'b', deadline_ms: 100 });
  assert.strictEqual(dispatcher.outOfBand(new Error('Error: missing field `x`')), undefined);
  assert.deepStrictEqual(sent, []);
});

test('an answer longer than a line may be is an error instead', () => {
  const { sent, request } = setUp({ big: { instance: 'none', run: () => ({ text: 'x'.repeat(1024 * 1024) }) } });
  request(1, 'big');
  assert.strictEqual(sent[0].error.code, 13);
});

test('more requests than the limit in flight are refused, and none is lost', async () => {
  const gate = deferred();
  const { sent, request } = setUp({ work: { instance: 'required', run: () => gate.promise } });
  for (let id = 1; id <= MAX_CALLS + 1; id += 1) request(id, 'work', { instance: 'a' });
  assert.deepStrictEqual([sent[0].id, sent[0].error.code], [MAX_CALLS + 1, 13]);
  gate.resolve({});
  await until(() => sent.length === MAX_CALLS + 1);
});

test('a method that throws its own error keeps its kind', () => {
  const { sent, request } = setUp({ bad: { instance: 'none', run: () => { throw new ProtocolError('not_supported', 'no'); } } });
  request(1, 'bad');
  assert.deepStrictEqual(sent[0].error, { code: 7, message: 'no', data: { kind: 'not_supported', retryable: false } });
});
