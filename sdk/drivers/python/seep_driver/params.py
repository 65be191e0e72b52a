"""Typed reads of a request's parameters. A complaint names the parameter and never quotes what was there (R-7.2)."""
import os
import re

from .errors import CallError

MAX_INTEGER = 2 ** 53 - 1
MAX_TEXT = 65536
INSTANCE_NAME = re.compile(r'[A-Za-z0-9_.-]{1,64}\Z')


def is_integer(value):
    return type(value) is int and abs(value) <= MAX_INTEGER  # bool is a kind of int in Python, but not here


class Params:
    def __init__(self, values):
        self.values = values

    def refuse(self, name, complaint):
        raise CallError('invalid_params', f'params.{name} {complaint}')

    def text(self, name):
        value = self.optional_text(name)
        return value if value else self.refuse(name, 'is missing or empty')

    def optional_text(self, name):
        value = self.values.get(name)
        if value is not None and (not isinstance(value, str) or len(value) > MAX_TEXT):
            self.refuse(name, f'is not a text of at most {MAX_TEXT} characters')
        return value

    def word(self, name, words, otherwise=None):
        value = self.values.get(name, otherwise)
        return value if value in words and isinstance(value, str) else self.refuse(name, f'is none of {", ".join(words)}')

    def integer(self, name, least=0, most=MAX_INTEGER):
        """None when absent."""
        value = self.values.get(name)
        if value is not None and not (is_integer(value) and least <= value <= most):
            self.refuse(name, f'is not an integer from {least} to {most}')
        return value

    def flag(self, name, otherwise=False):
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            self.refuse(name, 'is neither true nor false')
        return otherwise if value is None else value

    def object(self, name):
        value = self.values.get(name)
        if value is not None and not isinstance(value, dict):
            self.refuse(name, 'is not an object')
        return value or {}

    def directory(self, name):
        value = self.text(name)
        if not os.path.isabs(value) or '\0' in value or not os.path.isdir(value):
            self.refuse(name, 'is not the absolute path of an existing directory')
        return value

    def instance(self):
        value = self.values.get('instance')
        if not isinstance(value, str) or not INSTANCE_NAME.match(value):
            self.refuse('instance', 'is not 1 to 64 characters of [A-Za-z0-9_.-]')
        return value

    def context(self):
        value = self.values.get('context')
        if value is not None and not (isinstance(value, str) and INSTANCE_NAME.match(value)):
            self.refuse('context', 'is not 1 to 64 characters of [A-Za-z0-9_.-]')
        return value

    def secret(self):
        """(seed as 32 bytes or None, mnemonic or None): exactly one of the two."""
        seed, mnemonic = self.optional_text('seed'), self.optional_text('mnemonic')
        if bool(seed) == bool(mnemonic):
            self.refuse('seed', 'or params.mnemonic: exactly one of the two is needed')
        if seed and not re.fullmatch(r'[0-9a-fA-F]{64}', seed):
            self.refuse('seed', 'is not 64 hexadecimal characters')
        return (bytes.fromhex(seed), None) if seed else (None, mnemonic)
