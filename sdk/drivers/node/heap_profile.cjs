'use strict';
// Writes V8's heap down. The process stands still meanwhile, and the file holds whatever the heap does,
// seeds too: only its owner may read it.

const fs = require('node:fs');
const path = require('node:path');
const v8 = require('node:v8');
const { ProtocolError } = require('./errors.cjs');

function writeHeapProfile(directory) {
  const file = path.join(directory, `heap-${process.pid}-${Date.now()}.heapsnapshot`);
  try {
    fs.closeSync(fs.openSync(file, 'wx', 0o600));
    return { path: v8.writeHeapSnapshot(file), format: 'v8-heapsnapshot' };
  } catch (error) {
    throw new ProtocolError('storage_error', `the heap snapshot could not be written: ${error.message}`);
  }
}

module.exports = { writeHeapProfile };
