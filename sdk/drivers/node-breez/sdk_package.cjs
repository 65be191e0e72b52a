'use strict';
// Finds and loads one installed version of the SDK (install.sh lays them side by side).

const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');
const { ProtocolError, textOf } = require('./errors.cjs');

const PACKAGE = '@breeztech/breez-sdk-spark';
const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?$/;

function installedVersions(directory) {
  let names = [];
  try {
    names = fs.readdirSync(directory);
  } catch {
    return [];
  }
  return names
    .filter((name) => VERSION.test(name) && fs.existsSync(path.join(directory, name, '.installed')))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

// Without a version: the newest installed. Fails with what to do when it is not there.
function chooseVersion(directory, wanted) {
  const installed = installedVersions(directory);
  const known = installed.length > 0 ? `installed: ${installed.join(', ')}` : 'none is installed';
  if (wanted === undefined) {
    if (installed.length === 0) throw new ProtocolError('not_supported', `no version of ${PACKAGE} is installed in ${directory}; run install.sh VERSION`);
    return installed[installed.length - 1];
  }
  if (typeof wanted !== 'string' || !VERSION.test(wanted)) {
    throw new ProtocolError('invalid_params', `the SDK version must look like 0.19.2 (${known})`);
  }
  if (!installed.includes(wanted)) {
    throw new ProtocolError('not_supported', `version ${wanted} of ${PACKAGE} is not installed (${known}); run install.sh ${wanted}`);
  }
  return wanted;
}

// Loading prints a dozen lines about databases that nobody asked for. They are shown only when the one
// storage that is needed is missing.
function quietly(load, log) {
  const said = [];
  const kept = { log: console.log, warn: console.warn, info: console.info, error: console.error };
  for (const name of Object.keys(kept)) console[name] = (...args) => said.push(args.join(' '));
  try {
    return load();
  } catch (error) {
    said.forEach((line) => log(line));
    throw error;
  } finally {
    Object.assign(console, kept);
  }
}

function checkStorage(requireFromVersion) {
  if (typeof globalThis.createDefaultStorage !== 'function') throw new Error('the package did not offer its file storage');
  const Database = requireFromVersion('better-sqlite3');
  new Database(':memory:').close();
}

// Returns {sdk, version}. Throws ProtocolError when the version cannot be used on this machine.
function loadPackage(directory, wanted, log = (line) => process.stderr.write(`${line}\n`)) {
  const version = chooseVersion(directory, wanted);
  const requireFromVersion = createRequire(path.join(directory, version, 'host.cjs'));
  try {
    return quietly(() => {
      const sdk = requireFromVersion(PACKAGE);
      checkStorage(requireFromVersion);
      return { sdk, version };
    }, log);
  } catch (error) {
    throw new ProtocolError('not_supported', `version ${version} does not load: ${textOf(error).split('\n', 1)[0]}; run install.sh ${version} again`, textOf(error));
  }
}

module.exports = { loadPackage, chooseVersion, installedVersions, VERSION };
