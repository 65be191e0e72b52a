'use strict';
// install.sh and run.sh where they must refuse; what they do when all is well, real_sdk.test.cjs shows.

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync, spawn } = require('node:child_process');

const INSTALL = path.join(__dirname, 'install.sh');
const RUN = path.join(__dirname, 'run.sh');

function folder(t) {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'node-breez-launch-'));
  t.after(() => fs.rmSync(made, { recursive: true, force: true }));
  return made;
}

function install(args, env = {}) {
  return spawnSync(INSTALL, args, { encoding: 'utf8', env: { ...process.env, SEEP_NODE: process.execPath, ...env } });
}

// A stand-in for npm that installs nothing: what it must not do is leave something that looks installed.
function fakeNpm(t, script) {
  const bin = folder(t);
  fs.writeFileSync(path.join(bin, 'npm'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { PATH: `${bin}:${process.env.PATH}` };
}

test('install.sh refuses what is not a version, an unknown option and nothing at all, with exit code 2', (t) => {
  const dir = folder(t);
  for (const args of [[], ['latest'], ['1.2'], ['../../etc'], ['1.2.3;reboot'], ['--bogus', '1.2.3'], ['--dir']]) {
    const { status, stderr } = install(args.length > 0 && args[0] !== '--dir' ? ['--dir', dir, ...args] : args);
    assert.strictEqual(status, 2, `${args}: ${stderr}`);
    assert.match(stderr, /breez: error: /);
  }
  assert.deepStrictEqual(fs.readdirSync(dir), []);
});

test('install.sh shows npm\'s own words when it fails, and leaves nothing behind', (t) => {
  const dir = folder(t);
  const { status, stderr } = install(['--dir', dir, '0.19.2'], fakeNpm(t, 'echo no route to the registry; exit 1'));
  assert.strictEqual(status, 1);
  assert.match(stderr, /no route to the registry/);
  assert.match(stderr, /breez: error: npm ci .* failed/);
  assert.deepStrictEqual(fs.readdirSync(dir), ['.lock']);
});

test('install.sh clears what an interrupted installation left, and takes no half of it for whole', (t) => {
  const dir = folder(t);
  fs.mkdirSync(path.join(dir, '.work.dead', '0.19.2'), { recursive: true });
  fs.mkdirSync(path.join(dir, '0.19.2')); // without its stamp
  const { status, stdout } = install(['--dir', dir, '0.19.2'], fakeNpm(t, 'exit 1'));
  assert.strictEqual(status, 1);
  assert.match(stdout, /installing .* 0\.19\.2/);
  assert.ok(!fs.existsSync(path.join(dir, '.work.dead')));
});

test('a second install.sh waits for the first', async (t) => {
  const dir = folder(t);
  const gate = path.join(folder(t), 'gate');
  const env = { ...process.env, SEEP_NODE: process.execPath, ...fakeNpm(t, `touch ${gate}.in; while [ ! -e ${gate} ]; do sleep 0.05; done; exit 1`) };
  const first = spawn(INSTALL, ['--dir', dir, '0.19.2'], { env, stdio: 'ignore' });
  t.after(() => first.kill('SIGKILL'));
  await until(() => fs.existsSync(`${gate}.in`));
  const second = spawn(INSTALL, ['--dir', dir, '0.15.1'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => second.kill('SIGKILL'));
  let said = '';
  second.stdout.on('data', (chunk) => { said += chunk; });
  await until(() => said.includes('waiting for it'));
  assert.ok(!said.includes('installing'));
  fs.writeFileSync(gate, '');
  await until(() => first.exitCode !== null && second.exitCode !== null);
  assert.match(said, /installing .* 0\.15\.1/);
});

async function until(condition) {
  const limit = Date.now() + 20000;
  while (!condition()) {
    assert.ok(Date.now() < limit, 'the condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('run.sh says what to do when nothing is installed', (t) => {
  const { SEEP_NODE: _unset, ...env } = process.env;
  const { status, stderr } = spawnSync(RUN, ['--versions-dir', folder(t)], { encoding: 'utf8', env });
  assert.strictEqual(status, 78);
  assert.match(stderr, /install\.sh/);
});

test('the host refuses arguments that it does not know', (t) => {
  const { status, stderr, stdout } = spawnSync(RUN, ['--speed', '9'], { encoding: 'utf8', env: { ...process.env, SEEP_NODE: process.execPath } });
  assert.strictEqual(status, 64);
  assert.match(stderr, /--speed/);
  assert.strictEqual(stdout, '');
});

test('without an installed version initialize says so, and nothing else gets into the protocol', (t) => {
  const hello = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocol":{"major":1,"minor":0}}}\n';
  const { status, stdout } = spawnSync(RUN, ['--versions-dir', folder(t)], { encoding: 'utf8', input: hello, env: { ...process.env, SEEP_NODE: process.execPath } });
  assert.strictEqual(status, 0);
  const answer = JSON.parse(stdout);
  assert.strictEqual(answer.error.data.kind, 'not_supported');
  assert.match(answer.error.message, /install\.sh/);
});
