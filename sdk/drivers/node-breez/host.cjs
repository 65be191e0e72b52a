'use strict';
// Wires the parts of the host and ends the process (SPEC §3). Started by run.sh:
//   node --expose-gc host.cjs [--sdk-version X.Y.Z] [--versions-dir DIR] [--protocol-fd N]

const path = require('node:path');
const { parseArgs } = require('node:util');

function readArguments() {
  try {
    const { values } = parseArgs({
      options: { 'sdk-version': { type: 'string' }, 'versions-dir': { type: 'string' }, 'protocol-fd': { type: 'string', default: '1' } },
    });
    if (!/^\d{1,4}$/.test(values['protocol-fd'])) throw new Error('--protocol-fd must be a number');
    return values;
  } catch (error) {
    process.stderr.write(`node-breez: ${error.message}\n`);
    process.exit(64);
  }
}

// The SDK and its dependencies print to standard output, which may be the protocol's: from here on they
// print to standard error. Must happen before anything of theirs is loaded.
function protectProtocol() {
  Object.defineProperty(process, 'stdout', { get: () => process.stderr, configurable: true });
  for (const name of ['log', 'info', 'debug', 'warn', 'error', 'trace', 'dir', 'table']) console[name] = new console.Console(process.stderr)[name];
}

const options = readArguments();
protectProtocol();
// V8 (seen with Node 20) can die of "unreachable code" when it deoptimises a function into which it has
// inlined calls to WebAssembly. Nothing here is hot enough to need that inlining.
require('node:v8').setFlagsFromString('--no-turbo-inline-js-wasm-calls');

const { watchWasmMemory } = require('./wasm_memory.cjs');
const wasmMemory = watchWasmMemory();
const { BreezHost } = require('./breez_host.cjs');
const { Dispatcher } = require('./dispatch.cjs');
const { LineReader, Outbox, openSink } = require('./framing.cjs');
const { GarbageCollections } = require('./gauges.cjs');
const { Notifications } = require('./notifications.cjs');
const { loadPackage } = require('./sdk_package.cjs');

const FINISH_MS = 2000; // for calls in flight, at the end
const DISCONNECT_MS = 3000;

const input = process.stdin;
const outbox = new Outbox(openSink(Number(options['protocol-fd'])), {
  onClosed: () => process.exit(0), // Seep is gone: nobody is left to answer
  onDrain: () => input.resume(),
});
const versionsDirectory = path.resolve(options['versions-dir'] ?? path.join(__dirname, 'versions'));
const notifications = new Notifications(outbox);
const host = new BreezHost({
  loadSdk: (version) => loadPackage(versionsDirectory, version ?? options['sdk-version'] ?? process.env.SEEP_SDK_VERSION),
  notifications,
  wasmMemory,
  collections: new GarbageCollections(),
  collectGarbage: globalThis.gc,
});
const dispatcher = new Dispatcher(host, (line) => outbox.send(line));
host.dispatcher = dispatcher;
host.methods.shutdown = { instance: 'none', run: (_params, call) => shutDown(call) };

// Ends the process whatever timers the SDK has left: some run for minutes after disconnect.
function exitAfterFlush() {
  outbox.flush(() => process.exit(0));
  setTimeout(() => process.exit(0), 500);
}

// The answer comes last, when the instances are disconnected; in all well inside the ten seconds.
async function shutDown(call) {
  dispatcher.closing = true;
  const share = Math.min(1, call.deadlineMs / 10000);
  const others = dispatcher.callsInFlight - 1;
  if (others > 0) await dispatcher.idle(FINISH_MS * share, 1); // all but this one
  await host.disconnectAll(DISCONNECT_MS * share);
  setImmediate(exitAfterFlush);
  return {};
}

let ending = false;
// End of input, or SIGTERM: answers what can still be answered, then leaves.
async function leave() {
  if (ending) return;
  ending = true;
  dispatcher.closing = true;
  await dispatcher.idle(FINISH_MS);
  exitAfterFlush();
}

process.on('uncaughtException', (error) => host.outOfBand(error));
process.on('unhandledRejection', (error) => host.outOfBand(error));
process.on('SIGTERM', leave);
// A terminal's Ctrl-C reaches every process of its group; the agent decides when its hosts end.
process.on('SIGINT', () => (process.stdin.isTTY ? leave() : undefined));

const reader = new LineReader((line) => dispatcher.receive(line), () => dispatcher.lineTooLong());
input.on('data', (chunk) => {
  reader.feed(chunk);
  if (outbox.congested) input.pause();
});
input.on('end', leave);
input.on('error', leave);
