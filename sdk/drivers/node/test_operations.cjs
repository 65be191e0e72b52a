'use strict';
// The operations by which `seep driver check` makes a host slow, fatal or talkative (SPEC, section 7).

const params = require('./params.cjs');
const { ProtocolError } = require('./errors.cjs');

const TEST_OPERATIONS = ['test_delay', 'test_fatal', 'test_print'];
const MAX_DELAY_MS = 3_600_000;

function runTestOperation(name, given) {
  if (name === 'test_fatal') throw new ProtocolError('fatal', 'the SDK is beyond use, as asked');
  if (name === 'test_print') {
    process.stdout.write('a library prints to standard output\n');
    return { result: null };
  }
  const milliseconds = params.optionalInteger(given, 'milliseconds', { max: MAX_DELAY_MS }) ?? params.refuse('arguments.milliseconds', 'an integer');
  return new Promise((resolve) => { setTimeout(() => resolve({ result: null }), milliseconds); });
}

module.exports = { TEST_OPERATIONS, runTestOperation };
