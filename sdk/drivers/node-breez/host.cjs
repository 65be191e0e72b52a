'use strict';
// Reads the command line and serves. Started by run.sh:
//   node --expose-gc host.cjs [--sdk-version X.Y.Z] [--versions-dir DIR] [--protocol-fd N]

const path = require('node:path');
const { parseArgs } = require('node:util');
const { protectProtocol, serve } = require('../node/serve.cjs');

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

const options = readArguments();
protectProtocol();
// V8 (seen with Node 20) can die of "unreachable code" when it deoptimises a function into which it has
// inlined calls to WebAssembly. Nothing here is hot enough to need that inlining.
require('node:v8').setFlagsFromString('--no-turbo-inline-js-wasm-calls');

const { watchWasmMemory } = require('../node/wasm_memory.cjs');
const wasmMemory = watchWasmMemory();
const { BreezHost } = require('./breez_host.cjs');
const { loadPackage } = require('./sdk_package.cjs');

const versionsDirectory = path.resolve(options['versions-dir'] ?? path.join(__dirname, 'versions'));
serve((parts) => new BreezHost({
  ...parts,
  loadSdk: (version) => loadPackage(versionsDirectory, version ?? options['sdk-version'] ?? process.env.SEEP_SDK_VERSION),
}), { protocolFd: Number(options['protocol-fd']), wasmMemory });
