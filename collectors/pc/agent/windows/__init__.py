"""Readers of Windows, each of what a small interface of `Layer` hands out; pure, so that recorded output tests them.

Written from Microsoft's documents and tested on answers made after them: NOTHING HERE HAS RUN ON WINDOWS YET. What asks
Windows itself is in `layer`, `cfgmgr`, `winspool` and `registry`, checked by mypy for win32, not by a run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

Value = str | int | Sequence[str]
"""REG_SZ, REG_DWORD, REG_MULTI_SZ."""


class Registry(Protocol):
    """Of HKEY_LOCAL_MACHINE, its 64-bit view; read only. OSError for a key that is not there or not ours to read."""

    def values(self, key: str) -> Mapping[str, Value]: ...

    def keys(self, key: str) -> Sequence[str]: ...


class PluggedIn(NamedTuple):
    r"""A present USB device node as the Configuration Manager tells it. Texts are empty where it has none.

    `instance`: `USB\VID_1C7A&PID_0570\00001`. `compatible`: `USB\Class_07&SubClass_01&Prot_02`, ...
    `name`: the friendly name or the description. `location`: `Port_#0002.Hub_#0001`.
    """

    instance: str
    name: str = ""
    compatible: tuple[str, ...] = ()
    location: str = ""


class Job(NamedTuple):
    """Of JOB_INFO_1: its status bits, and the Unix time at which it was submitted."""

    status: int
    submitted: float


class Printer(NamedTuple):
    """Of PRINTER_INFO_2: bits of `Status` and `Attributes`; and its jobs."""

    name: str
    port: str
    status: int
    attributes: int
    jobs: tuple[Job, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """What Windows is asked.

    `usb`, `printers`: see above; `printers` returns None while the spooler does not run. `service`: the state of a
    service in psutil's words, None when there is none of that name. `powershell`: the output of one of our scripts;
    SourceMissing when it fails. `way_out`: whether there is a route to somewhere outside.
    """

    registry: Registry
    usb: Callable[[], Sequence[PluggedIn]]
    printers: Callable[[], Sequence[Printer] | None]
    service: Callable[[str], str | None]
    powershell: Callable[[str], bytes]
    way_out: Callable[[], bool]
