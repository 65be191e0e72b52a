'use strict';
// Lines in, lines out (SPEC ).
//
// LineReader splits chunks by hand and Outbox joins all answers of one turn of the event loop into one
// write: with many requests in flight that is three times as fast as readline and a write a message.

const { Socket } = require('node:net');
const fs = require('node:fs');

const MAX_LINE_BYTES = 1024 * 1024; // with its line feed
const LINE_FEED = 10;

// Cuts a byte stream into lines. A line over the limit is reported once and skipped to its line feed,
// so memory stays bounded by one line.
//
// Owns: the bytes of a line that is not complete yet.
class LineReader {
  // onLine(text, without its ending), onTooLong()
  constructor(onLine, onTooLong, maxLineBytes = MAX_LINE_BYTES) {
    this.onLine = onLine;
    this.onTooLong = onTooLong;
    this.maxLineBytes = maxLineBytes;
    this.pending = [];
    this.pendingBytes = 0;
    this.skipping = false;
  }

  feed(chunk) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      this.#complete(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  #complete(tail) {
    if (this.skipping) {
      this.skipping = false;
      return;
    }
    let line = tail;
    if (this.pendingBytes > 0) {
      this.pending.push(tail);
      line = Buffer.concat(this.pending);
      this.pending = [];
      this.pendingBytes = 0;
    }
    if (line.length + 1 > this.maxLineBytes) {
      this.onTooLong();
      return;
    }
    let length = line.length;
    if (length > 0 && line[length - 1] === 13) length -= 1;
    if (length > 0) this.onLine(line.toString('utf8', 0, length));
  }

  #keep(part) {
    if (this.skipping) return;
    if (this.pendingBytes + part.length + 1 > this.maxLineBytes) {
      this.pending = [];
      this.pendingBytes = 0;
      this.skipping = true;
      this.onTooLong();
      return;
    }
    // A copy: the chunk belongs to the stream's pool, and a slow line must not hold all of it.
    this.pending.push(Buffer.from(part));
    this.pendingBytes += part.length;
  }
}

// Collects lines and writes them once a turn, without ever blocking the event loop on a slow reader.
//
// Owns:    the descriptor's socket. Failure: onClosed() once, when the reader has gone.
// Limits:  `congested` turns true at highWaterBytes unsent; the caller then stops reading requests and
//          drops notifications until onDrain, so an absent reader costs memory only up to that mark.
class Outbox {
  constructor(sink, { highWaterBytes = 8 * MAX_LINE_BYTES, onClosed = () => {}, onDrain = () => {} } = {}) {
    this.sink = sink;
    this.highWaterBytes = highWaterBytes;
    this.lines = [];
    this.flushScheduled = false;
    this.closed = false;
    sink.on('error', () => this.#close(onClosed));
    sink.on('close', () => this.#close(onClosed));
    sink.on('drain', onDrain);
  }

  get congested() {
    return this.sink.writableLength >= this.highWaterBytes;
  }

  send(line) {
    if (this.closed) return;
    this.lines.push(line);
    if (!this.flushScheduled) {
      this.flushScheduled = true;
      // After the microtasks: every promise that settles now still joins this write.
      process.nextTick(() => this.flush());
    }
  }

  flush(done) {
    this.flushScheduled = false;
    if (this.closed || (this.lines.length === 0 && this.sink.writableLength === 0)) {
      if (done) done();
      return;
    }
    const text = this.lines.length === 0 ? '' : `${this.lines.join('\n')}\n`;
    this.lines = [];
    this.sink.write(text, done);
  }

  #close(onClosed) {
    if (this.closed) return;
    this.closed = true;
    onClosed();
  }
}

// Opens a descriptor for writing: pipes and sockets without blocking; files, which are always ready,
// by plain writes.
function openSink(descriptor) {
  const stat = fs.fstatSync(descriptor);
  if (stat.isFIFO() || stat.isSocket()) {
    return new Socket({ fd: descriptor, readable: false, writable: true });
  }
  return fs.createWriteStream(null, { fd: descriptor, autoClose: false });
}

module.exports = { LineReader, Outbox, openSink, MAX_LINE_BYTES };
