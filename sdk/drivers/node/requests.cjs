'use strict';
// The parameters of the protocol's methods, checked and in the host's own shapes.

const fs = require('node:fs');
const path = require('node:path');
const { ProtocolError } = require('./errors.cjs');
const params = require('./params.cjs');

const NETWORKS = ['regtest', 'mainnet', 'local'];
const RECEIVE_METHODS = ['spark_address', 'spark_invoice', 'bolt11_invoice', 'bitcoin_address'];

function readNetwork(p) {
  return params.choice(p, 'network', NETWORKS);
}

function readReceive(p) {
  return {
    method: params.choice(p, 'method', RECEIVE_METHODS),
    amountSats: params.optionalInteger(p, 'amount_sats'),
    description: params.optionalText(p, 'description'),
  };
}

function readPrepareSend(p) {
  return {
    destination: params.text(p, 'destination'),
    amountSats: params.optionalInteger(p, 'amount_sats'),
    feePolicy: params.optionalChoice(p, 'fee_policy', ['fees_excluded', 'fees_included']),
  };
}

function readListPayments(p) {
  return {
    destroyResponse: params.optionalFlag(p, 'destroy_response', true),
    limit: params.optionalInteger(p, 'limit', { max: 0xffffffff }),
    offset: params.optionalInteger(p, 'offset', { max: 0xffffffff }),
    include: params.optionalFlag(p, 'include'),
  };
}

// {seed: 64 hexadecimal characters} or {mnemonic}.
function readSecret(p) {
  const mnemonic = params.optionalText(p, 'mnemonic');
  const seed = params.optionalText(p, 'seed');
  if ((seed === undefined) === (mnemonic === undefined)) throw new ProtocolError('invalid_params', 'give one of params.seed and params.mnemonic');
  if (mnemonic !== undefined) return { mnemonic };
  if (!/^[0-9a-fA-F]{64}$/.test(seed)) throw new ProtocolError('invalid_params', 'params.seed must be 64 hexadecimal characters');
  return { seed };
}

// The name of a context that instances share, or undefined.
function readContext(p) {
  const name = params.optionalText(p, 'context');
  if (name !== undefined && !/^[A-Za-z0-9_.-]{1,64}$/.test(name)) params.refuse('context', '1 to 64 characters of [A-Za-z0-9_.-]');
  return name;
}

// fs.statSync throws for a path below a file or one that may not be read; both are the caller's mistake.
function readDirectory(p, name) {
  const directory = params.text(p, name, { maxLength: 4096 });
  let exists = false;
  try {
    exists = path.isAbsolute(directory) && fs.statSync(directory).isDirectory();
  } catch {
    exists = false;
  }
  return exists ? directory : params.refuse(name, 'an absolute path of a folder that exists');
}

module.exports = { readNetwork, readReceive, readPrepareSend, readListPayments, readSecret, readContext, readDirectory };
