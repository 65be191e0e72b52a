"""Puts a Python SDK behind Seep's driver protocol (sdk/driver_protocol/SPEC.md). Standard library only.

    class MySdk(seep_driver.Sdk): ...
    class MyInstance(seep_driver.Instance): ...
    seep_driver.serve(MySdk())
"""
from .errors import CODES, CallError
from .gauges import RuntimeGauges
from .process import serve
from .sdk import Description, Instance, Payment, Prepared, Sdk

__all__ = ['CODES', 'CallError', 'Description', 'Instance', 'Payment', 'Prepared', 'RuntimeGauges', 'Sdk', 'serve']
