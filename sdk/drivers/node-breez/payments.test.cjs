'use strict';
const test = require('node:test');
const assert = require('node:assert');
const payments = require('./payments.cjs');
const { makeFakeSdk, fakePayment } = require('./fake_sdk.cjs');
const { toPlain, satoshis, snakeCase } = require('../node/json.cjs');

test('a payment of the SDK becomes the protocol\'s', () => {
  assert.deepStrictEqual(payments.toPayment(fakePayment()), {
    id: 'pay-1', status: 'completed', direction: 'send', method: 'spark', amount_sats: 100, fee_sats: 3, timestamp: 1700000000,
  });
});

test('the payment request is tagged for versions with cross-chain payments and bare before', () => {
  assert.deepStrictEqual(payments.prepareRequest(makeFakeSdk().sdk, { destination: 'sp1', amountSats: 5, feePolicy: 'fees_included' }),
    { paymentRequest: { type: 'input', input: 'sp1' }, amount: 5n, feePolicy: 'feesIncluded' });
  assert.deepStrictEqual(payments.prepareRequest(makeFakeSdk({}, { crossChain: false }).sdk, { destination: 'sp1' }), { paymentRequest: 'sp1' });
});

test('fees and options follow the way of payment', () => {
  const bolt11 = { paymentMethod: { type: 'bolt11Invoice', lightningFeeSats: 4, sparkTransferFeeSats: 1 } };
  assert.strictEqual(payments.preparedFee(bolt11), 4);
  assert.deepStrictEqual(payments.sendOptions(bolt11, 30000), { type: 'bolt11Invoice', preferSpark: false, completionTimeoutSecs: 15 });
  assert.strictEqual(payments.sendOptions(bolt11, 500).completionTimeoutSecs, 1);
  const onChain = { paymentMethod: { type: 'bitcoinAddress', feeQuote: { speedMedium: { userFeeSat: 10, l1BroadcastFeeSat: 5 } } } };
  assert.strictEqual(payments.preparedFee(onChain), 15);
  assert.deepStrictEqual(payments.sendOptions(onChain, 1), { type: 'bitcoinAddress', confirmationSpeed: 'medium' });
  assert.strictEqual(payments.preparedFee({ paymentMethod: { type: 'sparkAddress', fee: '7' } }), 7);
});

test('receive methods carry what the SDK wants', () => {
  assert.deepStrictEqual(payments.receiveMethod('spark_invoice', 9, 'x'), { type: 'sparkInvoice', amount: '9', description: 'x' });
  assert.deepStrictEqual(payments.receiveMethod('bolt11_invoice', 9, undefined), { type: 'bolt11Invoice', description: '', amountSats: 9 });
  assert.deepStrictEqual(payments.receiveMethod('spark_address'), { type: 'sparkAddress' });
  assert.deepStrictEqual(payments.receiveMethod('bitcoin_address'), { type: 'bitcoinAddress' });
});

test('any idempotency key becomes one UUID, always the same, and a UUID stays', () => {
  const uuid = payments.idempotencyUuid('run 41 payment 7');
  assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.strictEqual(payments.idempotencyUuid('run 41 payment 7'), uuid);
  assert.notStrictEqual(payments.idempotencyUuid('run 41 payment 8'), uuid);
  assert.strictEqual(payments.idempotencyUuid('21C14970-10A0-4BC8-949A-87D9F64D4757'), '21c14970-10a0-4bc8-949a-87d9f64d4757');
});

test('a prepared payment works once, and the oldest of 65 is gone', () => {
  const prepared = new payments.PreparedPayments();
  const tokens = Array.from({ length: 65 }, (_, i) => prepared.add({ i }));
  assert.strictEqual(prepared.take(tokens[0]), undefined);
  assert.deepStrictEqual(prepared.take(tokens[1]), { i: 1 });
  assert.strictEqual(prepared.take(tokens[1]), undefined);
});

test('integers beyond 2^53-1, maps and bytes survive JSON', () => {
  assert.deepStrictEqual(toPlain({ big: 2n ** 60n, small: 5n, map: new Map([['a', 1n]]), bytes: new Uint8Array([255]) }),
    { big: '1152921504606846976', small: 5, map: { a: 1 }, bytes: 'ff' });
  assert.strictEqual(satoshis('12'), 12);
  assert.strictEqual(snakeCase('paymentSucceeded'), 'payment_succeeded');
});
