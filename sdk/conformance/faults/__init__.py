"""Every way to break a rule: FAULTS maps a name to (fault, the rules that the suite must find broken, and no other)."""
from . import host_life, instance_life, methods, notifications, requests, transport
from .fault import FAULTS

__all__ = ['FAULTS', 'host_life', 'instance_life', 'methods', 'notifications', 'requests', 'transport']
