'use strict';
// Checks of a request's parameters. They matter more than usual: the SDK answers a wrongly typed
// argument by throwing where no call can catch it, and its promise then never settles.

const { ProtocolError } = require('./errors.cjs');

const INSTANCE_NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const MAX_TEXT = 65536;

function refuse(name, want) {
  throw new ProtocolError('invalid_params', `params.${name} must be ${want}`);
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(params, name, { maxLength = MAX_TEXT } = {}) {
  const value = params[name];
  if (typeof value !== 'string' || value.length === 0) refuse(name, 'a text that is not empty');
  if (value.length > maxLength) refuse(name, `at most ${maxLength} characters`);
  return value;
}

function optionalText(params, name) {
  const value = params[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value.length > MAX_TEXT) refuse(name, `a text of at most ${MAX_TEXT} characters`);
  return value;
}

function optionalFlag(params, name, fallback = false) {
  const value = params[name];
  if (value === undefined || value === null) return fallback;
  if (typeof value !== 'boolean') refuse(name, 'true or false');
  return value;
}

function optionalInteger(params, name, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}) {
  const value = params[name];
  if (value === undefined || value === null) return undefined;
  if (!Number.isSafeInteger(value) || value < min || value > max) refuse(name, `an integer from ${min} to ${max}`);
  return value;
}

function optionalChoice(params, name, choices) {
  const value = params[name];
  if (value === undefined || value === null) return undefined;
  if (!choices.includes(value)) refuse(name, `one of ${choices.join(', ')}`);
  return value;
}

function choice(params, name, choices) {
  return optionalChoice(params, name, choices) ?? refuse(name, `one of ${choices.join(', ')}`);
}

function optionalObject(params, name) {
  const value = params[name];
  if (value === undefined || value === null) return {};
  if (!isObject(value)) refuse(name, 'an object');
  return value;
}

function instanceName(params) {
  const value = params.instance;
  if (typeof value !== 'string' || !INSTANCE_NAME.test(value)) refuse('instance', '1 to 64 characters of [A-Za-z0-9_.-]');
  return value;
}

module.exports = {
  isObject, refuse, text, optionalText, optionalFlag, optionalInteger, optionalChoice, choice, optionalObject, instanceName,
};
