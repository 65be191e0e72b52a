'use strict';
// The SDK's own operations that `invoke` offers, with the types of their arguments. A table and not any
// method by name: an argument of the wrong type never answers, so each one must be checked first.

const params = require('../node/params.cjs');
const { ProtocolError } = require('./errors.cjs');

const TABLE = {
  // operation: {method, and the arguments of its request object, or none}
  sign_message: { method: 'signMessage', fields: { message: 'text', compact: 'flag' } },
  check_message: { method: 'checkMessage', fields: { message: 'text', pubkey: 'text', signature: 'text' } },
  get_payment: { method: 'getPayment', fields: { paymentId: 'text' } },
  list_unclaimed_deposits: { method: 'listUnclaimedDeposits', fields: {} },
  claim_deposit: { method: 'claimDeposit', fields: { txid: 'text', vout: 'integer' } },
  recommended_fees: { method: 'recommendedFees' },
  list_fiat_rates: { method: 'listFiatRates' },
  list_fiat_currencies: { method: 'listFiatCurrencies' },
  get_user_settings: { method: 'getUserSettings' },
  get_lightning_address: { method: 'getLightningAddress' },
  check_lightning_address_available: { method: 'checkLightningAddressAvailable', fields: { username: 'text' } },
  list_contacts: { method: 'listContacts', fields: { offset: 'optional_integer', limit: 'optional_integer' } },
  add_contact: { method: 'addContact', fields: { name: 'text', paymentIdentifier: 'text' } },
};

const READERS = {
  text: (given, name) => params.text(given, name),
  flag: (given, name) => params.optionalFlag(given, name),
  integer: (given, name) => params.optionalInteger(given, name, { max: 0xffffffff }) ?? params.refuse(name, 'an integer'),
  optional_integer: (given, name) => params.optionalInteger(given, name, { max: 0xffffffff }),
};

// Those that this version of the SDK has.
function availableOperations(sdk) {
  return Object.keys(TABLE).filter((name) => typeof sdk.BreezSdk.prototype[TABLE[name].method] === 'function');
}

// Returns {method, args} or throws ProtocolError.
function readOperation(sdk, name, given) {
  if (!Object.hasOwn(TABLE, name) || !availableOperations(sdk).includes(name)) {
    throw new ProtocolError('invalid_params', `params.operation: this SDK has no '${name}'; known: ${availableOperations(sdk).join(', ')}`);
  }
  const { method, fields } = TABLE[name];
  for (const argument of Object.keys(given)) {
    if (!fields || !Object.hasOwn(fields, argument)) throw new ProtocolError('invalid_params', `params.arguments.${argument} is unknown to ${name}`);
  }
  if (!fields) return { method, args: [] };
  const request = {};
  for (const [argument, type] of Object.entries(fields)) {
    const value = READERS[type](given, argument);
    if (value !== undefined) request[argument] = value;
  }
  return { method, args: [request] };
}

module.exports = { availableOperations, readOperation };
