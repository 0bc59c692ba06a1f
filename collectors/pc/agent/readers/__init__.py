"""Where the agent looks, each behind a small interface, so that another system's readers fit in their places."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class SourceMissing(Exception):
    """This PC has no such source, or it gave no answer. Shown as a metric that says so, never as a zero."""


class NotYet(SourceMissing):
    """It was not read yet: neither there nor missing, so nothing is said of it."""


class Fact(NamedTuple):
    """One sample of a gauge: its name without `mppmon_pc_`, its value, its labels in order."""

    name: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


class Disk(NamedTuple):
    """One file system; sizes in bytes, `free` as far as a user may fill it."""

    mount: str
    free: float
    size: float


class Basics(NamedTuple):
    """What every system can tell. `cpu`: seconds by mode since the start, all cores together."""

    cpu: Mapping[str, float]
    memory_available: float
    memory_size: float
    boot_time: float
    receive_errors: float
    transmit_errors: float


class UsbDevice(NamedTuple):
    """What is plugged in. `classes`: of the device and its interfaces, two hex digits each."""

    port: str
    id: str
    product: str
    serial: str
    classes: frozenset[str]


@dataclass(slots=True)
class Queue:
    """One print queue. `errors` in the words of RFC 3805. `jobs`: Unix times at which the waiting ones came."""

    errors: set[str] = field(default_factory=set)
    jobs: list[float] = field(default_factory=list)


class Printing(NamedTuple):
    """The spooler and its queues by name. `kept`: this PC has queues, though a stopped spooler does not tell them.
    `knows`: the errors that this print system can tell; None: all of `readers.printing`.
    """

    spooler_running: bool
    queues: Mapping[str, Queue]
    kept: bool = False
    knows: frozenset[str] | None = None


class BasicsReader(Protocol):
    """CPU, memory, start, network."""

    def read(self) -> Basics: ...


class DisksReader(Protocol):
    """File systems on real disks."""

    def read(self) -> list[Disk]: ...


class NamesReader(Protocol):
    """Which of the wanted processes, or services, run."""

    def running(self, wanted: Collection[str]) -> Collection[str]: ...


class UsbReader(Protocol):
    """What is plugged in."""

    def read(self) -> list[UsbDevice]: ...


class PrintingReader(Protocol):
    """The print queues. `SourceMissing` without a print system."""

    def read(self) -> Printing: ...


class FactsReader(Protocol):
    """One source of what needs no shape of its own: a few gauges."""

    def read(self) -> list[Fact]: ...


@dataclass(frozen=True, slots=True)
class Readers:
    """One of each, and those of `facts` by the name of their source."""

    basics: BasicsReader
    disks: DisksReader
    processes: NamesReader
    services: NamesReader
    usb: UsbReader
    printing: PrintingReader
    facts: Mapping[str, FactsReader] = field(default_factory=dict)
