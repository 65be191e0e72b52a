'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { Writable } = require('node:stream');
const { LineReader, Outbox } = require('./framing.cjs');

function readerOf(limit) {
  const lines = [];
  let tooLong = 0;
  const reader = new LineReader((line) => lines.push(line), () => { tooLong += 1; }, limit);
  return { reader, lines, tooLong: () => tooLong };
}

test('lines arrive whole however the bytes are cut', () => {
  const text = 'first\nsécond ü€😀\r\n\n\r\nthird\n';
  const bytes = Buffer.from(text);
  for (let size = 1; size <= bytes.length; size += 1) {
    const { reader, lines } = readerOf();
    for (let at = 0; at < bytes.length; at += size) reader.feed(bytes.subarray(at, at + size));
    assert.deepStrictEqual(lines, ['first', 'sécond ü€😀', 'third'], `cut every ${size} bytes`);
  }
});

test('a line is allowed up to the limit with its line feed, and refused one byte later', () => {
  const { reader, lines, tooLong } = readerOf(10);
  reader.feed(Buffer.from('123456789\n'));
  assert.deepStrictEqual(lines, ['123456789']);
  reader.feed(Buffer.from('1234567890\nok\n'));
  assert.strictEqual(tooLong(), 1);
  assert.deepStrictEqual(lines, ['123456789', 'ok']);
});

test('a line that never ends is reported once and skipped without being kept', () => {
  const { reader, lines, tooLong } = readerOf(100);
  for (let i = 0; i < 1000; i += 1) reader.feed(Buffer.alloc(50, 'x'));
  assert.strictEqual(tooLong(), 1);
  assert.strictEqual(reader.pendingBytes, 0);
  reader.feed(Buffer.from('tail\nnext\n'));
  assert.deepStrictEqual(lines, ['next']);
});

test('an incomplete line keeps a copy, not the chunk it came in', () => {
  const { reader, lines } = readerOf();
  const chunk = Buffer.from('done\nhalf');
  reader.feed(chunk);
  chunk.fill('z');
  reader.feed(Buffer.from(' rest\n'));
  assert.deepStrictEqual(lines, ['done', 'half rest']);
});

class RecordingSink extends Writable {
  writes = [];
  held = [];
  holding = false;

  _write(chunk, _encoding, done) {
    this.writes.push(chunk.toString());
    if (this.holding) this.held.push(done);
    else done();
  }
}

test('answers of one turn, also those of promises that settle in it, are one write', async () => {
  const sink = new RecordingSink();
  const outbox = new Outbox(sink);
  outbox.send('a');
  Promise.resolve().then(() => outbox.send('b')).then(() => outbox.send('c'));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepStrictEqual(sink.writes, ['a\nb\nc\n']);
});

test('a reader that does not read makes the outbox congested, and it drains later', async () => {
  const sink = new RecordingSink();
  sink.holding = true;
  let drained = 0;
  const outbox = new Outbox(sink, { highWaterBytes: 64 * 1024, onDrain: () => { drained += 1; } });
  assert.strictEqual(outbox.congested, false);
  outbox.send('x'.repeat(70 * 1024));
  await new Promise((resolve) => setImmediate(resolve));
  assert.strictEqual(outbox.congested, true);
  sink.holding = false;
  sink.held.forEach((done) => done());
  await new Promise((resolve) => setImmediate(resolve));
  assert.strictEqual(outbox.congested, false);
  assert.strictEqual(drained, 1);
});

test('a reader that has gone is told once, and later lines are dropped', async () => {
  const sink = new RecordingSink();
  let closed = 0;
  const outbox = new Outbox(sink, { onClosed: () => { closed += 1; } });
  sink.destroy(new Error('EPIPE'));
  await new Promise((resolve) => setImmediate(resolve));
  outbox.send('late');
  await new Promise((resolve) => setImmediate(resolve));
  assert.strictEqual(closed, 1);
  assert.deepStrictEqual(sink.writes, []);
});
