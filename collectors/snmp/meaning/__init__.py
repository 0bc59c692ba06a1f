"""What an observation means to a technician: supplies, errors, trays, pages, ports, power, sensors. Pure.

Built from samples and texts alone, so that it can be told as well of an observation that was made a minute ago.
"""

from collectors.observation import Observation
from collectors.snmp.meaning.machine import machine
from collectors.snmp.meaning.network import network
from collectors.snmp.meaning.printer import printer
from collectors.snmp.meaning.reader import Fields, Reader
from collectors.snmp.meaning.ups import ups

__all__ = ["Fields", "meaning"]


def meaning(observation: Observation) -> Fields:
    """Return what is known: only the keys that the device has something to say about."""
    read = Reader(observation)
    out: Fields = printer(read) | network(read) | ups(read) | machine(read)
    if read.has("mppmon_device_uptime_seconds"):
        out["uptime_seconds"] = read.value("mppmon_device_uptime_seconds")
    return out
