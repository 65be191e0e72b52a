'use strict';
// Wires a host's parts and ends the process (SPEC, section 3). Started by a launcher like example/run.sh, which moves the
// protocol to descriptor 3, so that not even native code can write into it.
//
//   protectProtocol();                       // before anything of the SDK's is loaded
//   serve((parts) => new MyHost(parts));

const { LineReader, Outbox, openSink } = require('./framing.cjs');
const { Dispatcher } = require('./dispatch.cjs');
const { GarbageCollections } = require('./gauges.cjs');
const { Notifications } = require('./notifications.cjs');

const FINISH_MS = 2000; // for calls in flight, at the end
const DISCONNECT_MS = 3000;

// An SDK and its dependencies print to standard output, which may be the protocol's: from here on they print to standard
// error.
function protectProtocol() {
  Object.defineProperty(process, 'stdout', { get: () => process.stderr, configurable: true });
  for (const name of ['log', 'info', 'debug', 'warn', 'error', 'trace', 'dir', 'table']) console[name] = new console.Console(process.stderr)[name];
}

function serve(makeHost, { protocolFd = 3, wasmMemory = () => null } = {}) {
  const input = process.stdin;
  const outbox = new Outbox(openSink(protocolFd), {
    onClosed: () => process.exit(0), // Seep is gone: nobody is left to answer
    onDrain: () => input.resume(),
  });
  const host = makeHost({ notifications: new Notifications(outbox), wasmMemory, collections: new GarbageCollections(), collectGarbage: globalThis.gc });
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
}

module.exports = { protectProtocol, serve };
