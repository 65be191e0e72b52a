'use strict';
// Measures what lifecycles cost, from outside, as Seep does: node soak_figures.cjs VERSION LIFECYCLES [MODE]
//
// Starts the host, runs connect → disconnect → destroy in a closed loop on one instance and prints one line of
// JSON: bytes of RSS and WebAssembly memory, file descriptors per lifecycle and lifecycles per second.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { HostProcess } = require('../node/host_process.cjs');

const WARM_UP = 50; // lazily compiled code and first allocations are not a leak

function outside(pid) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'latin1');
  return { rss: Number(/^VmRSS:\s+(\d+)/m.exec(status)[1]) * 1024, fds: fs.readdirSync(`/proc/${pid}/fd`).length };
}

async function snapshot(host) {
  await host.call('collect_garbage', {});
  const { values } = await host.call('metrics', {});
  return { ...outside(host.pid), wasm: values.wasm_memory, heap: values.heap_allocated, at: performance.now() };
}

async function lifecycles(host, count, storageDir) {
  for (let i = 0; i < count; i += 1) {
    await host.call('connect', { instance: 'a', network: 'regtest', storage_dir: storageDir, seed: '07'.repeat(32) });
    await host.call('disconnect', { instance: 'a' });
    await host.call('destroy', { instance: 'a' });
  }
}

async function measure(version, count, mode = 'server', versionsDirectory = path.join(__dirname, 'versions')) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'node-breez-'));
  const host = new HostProcess(path.join(__dirname, 'run.sh'), ['--sdk-version', version, '--versions-dir', versionsDirectory]);
  try {
    await host.call('initialize', { protocol: { major: 1, minor: 0 }, client: { name: 'figures', version: '1' }, settings: { mode } });
    await lifecycles(host, WARM_UP, directory);
    const before = await snapshot(host);
    await lifecycles(host, count, directory);
    const seconds = (performance.now() - before.at) / 1000;
    const after = await snapshot(host);
    await host.call('shutdown', {});
    const per = (name) => (after[name] - before[name]) / count;
    return {
      version, mode, lifecycles: count, seconds: Number(seconds.toFixed(2)), per_second: Number((count / seconds).toFixed(1)),
      rss_bytes_per_lifecycle: Math.round(per('rss')), wasm_bytes_per_lifecycle: Math.round(per('wasm')),
      heap_bytes_per_lifecycle: Math.round(per('heap')), fds_per_lifecycle: Number(per('fds').toFixed(3)),
      rss_before: before.rss, rss_after: after.rss, fds_after: after.fds,
    };
  } finally {
    host.kill();
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

if (require.main === module) {
  const [version, count, mode] = process.argv.slice(2);
  if (!version || !(Number(count) > 0)) {
    process.stderr.write('usage: node soak_figures.cjs VERSION LIFECYCLES [server|client]\n');
    process.exit(2);
  }
  measure(version, Number(count), mode).then((figures) => process.stdout.write(`${JSON.stringify(figures)}\n`), (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  });
}

module.exports = { lifecycles, measure, snapshot };
