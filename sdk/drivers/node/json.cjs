'use strict';
// The SDK answers with BigInt and Map, which JSON does not know.

// integers beyond 2^53-1 travel as decimal text.
function integer(value) {
  if (typeof value === 'bigint') {
    return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(value) : value.toString();
  }
  return value;
}

function replacer(_key, value) {
  if (typeof value === 'bigint') return integer(value);
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return value;
}

// The replacer makes JSON.stringify several times slower, so only answers that hold the SDK's own
// objects go through it.
function toPlain(value) {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value, replacer));
}

// Satoshis as the protocol wants them; the SDK gives number, BigInt or decimal text.
function satoshis(value) {
  if (value === undefined || value === null) return 0;
  const amount = Number(value);
  return Number.isSafeInteger(amount) ? amount : 0;
}

function snakeCase(name) {
  return String(name).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/[^a-z0-9_]/g, '_');
}

module.exports = { integer, replacer, toPlain, satoshis, snakeCase };
