"""What the agent shows: exactly the names of docs/metrics.md, and never a zero for what it cannot know."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from collectors.pc.agent.collect import AgentCollector
from collectors.pc.agent.config import Config, Peripheral
from collectors.pc.agent.readers import (
    Basics,
    Disk,
    Fact,
    NotYet,
    Printing,
    Queue,
    Readers,
    SourceMissing,
    UsbDevice,
)
from collectors.pc.agent.server import Answers
from collectors.pc.clock import ERROR
from collectors.pc.push.door import PUSHED
from collectors.pc.reader import Names, Reading, read
from collectors.pc.reading import RULES

T = TypeVar("T")
DOCS = Path(__file__).parents[2] / "docs" / "metrics.md"
NOW = 1_795_494_545.0
EXPORTERS = {"mppmon_pc_printer_jobs_stopped"}  # what only windows_exporter says
OURS = {ERROR[0], PUSHED[0]}  # what we say of a PC
CONFIG = Config(
    processes={"antrean": "antrean-loket"},
    services={"cups": "cups.service"},
    peripherals=(
        Peripheral("finger", usb="1c7a:0570"),
        Peripheral("card", usb_class="07", queue="Evolis"),
        Peripheral("till", queue="Struk"),
    ),
)
NAMES = Names(
    frozenset({"finger", "card", "till"}),
    frozenset({"antrean"}),
    frozenset({"cups"}),
    frozenset({"siak", "old"}),
    systems=frozenset({"pusat"}),
)
FACTS = {
    "route": [Fact("default_route", 1.0)],
    "updates": [
        Fact("updates_pending", 2.0, (("type", "security"),)),
        Fact("updates_pending", 9.0, (("type", "other"),)),
        Fact("updates_checked_age_seconds", 60.0),
        Fact("updates_installed_age_seconds", 86_400.0),
    ],
    "reboot": [Fact("reboot_pending", 0.0)],
    "antivirus": [Fact("antivirus_running", 1.0), Fact("antivirus_signatures_age_seconds", 5.0)],
    "systems": [
        Fact("system_reached", 1.0, (("system", "pusat"),)),
        Fact("system_ok", 0.0, (("system", "pusat"),)),
        Fact("system_certificate_left_seconds", 9.0, (("system", "pusat"),)),
    ],
    "software": [
        Fact("software_present", 1.0, (("software", "siak"),)),
        Fact("software_info", 1.0, (("software", "siak"), ("version", "3.1"))),
        Fact("software_outdated", 1.0, (("software", "siak"),)),
        Fact("software_present", 0.0, (("software", "old"),)),
    ],
    "support": [Fact("support_left_seconds", -1.0)],
}
IDENTITY = {"os": "Linux", "release": "Debian", "machine_id": "ab", "agent": "mppmon-agent 0.1.0"}


@dataclass
class Fake:
    """All readers in one; what is None is missing."""

    cpu: list[dict[str, float]] = field(default_factory=lambda: [{"idle": 10.0, "user": 10.0}])
    disks: list[Disk] | None = field(default_factory=lambda: [Disk("/", 25.0, 100.0), Disk("/srv", 1.0, 2.0)])
    names: set[str] | None = field(default_factory=lambda: {"antrean-loket"})
    usb: list[UsbDevice] | None = field(
        default_factory=lambda: [UsbDevice("1-1", "0f49:0a00", "Primacy", "", frozenset({"07"}))]
    )
    facts: dict[str, list[Fact] | None] = field(default_factory=lambda: dict(FACTS))
    printing: Printing | None = field(
        default_factory=lambda: Printing(True, {"Evolis": Queue({"jammed"}, [NOW - 95, NOW - 5])})  # noqa: FBT003  # a field
    )

    def readers(self) -> Readers:
        return Readers(
            basics=Reads(self.basics),
            disks=Reads(lambda: there(self.disks)),
            processes=Runs(self),
            services=Runs(self),
            usb=Reads(lambda: there(self.usb)),
            printing=Reads(lambda: there(self.printing)),
            facts={source: Reads(partial(there, facts)) for source, facts in self.facts.items()},
        )

    def basics(self) -> Basics:
        cpu = self.cpu.pop(0) if len(self.cpu) > 1 else self.cpu[0]
        return Basics(cpu, 1.0, 4.0, NOW - 3600, 0.0, 2.0)


class Reads(Generic[T]):
    """A reader that returns what a function says."""

    def __init__(self, say: Callable[[], T]) -> None:
        self.read = say


@dataclass
class Runs:
    """Processes and services."""

    fake: Fake

    def running(self, wanted: Collection[str]) -> Collection[str]:
        return there(self.fake.names) & set(wanted)


def there(value: T | None) -> T:
    if value is None:
        raise SourceMissing("not here")
    return value


def scrape(fake: Fake, config: Config = CONFIG) -> Reading:
    """Read the agent's text as the daemon does: so both ends agree on names, labels and ranges."""
    registry = CollectorRegistry()
    registry.register(AgentCollector(config, fake.readers(), now=lambda: NOW, identity=IDENTITY))
    reading = read(generate_latest(registry), "text/plain", NAMES)
    assert reading.dropped == 0
    return reading


def values(reading: Reading, name: str) -> dict[str, float]:
    pairs = zip(reading.schema.series, reading.values, strict=True)
    return {",".join(value for _, value in labels): number for (one, labels), number in pairs if one == name}


def test_all_names_of_the_docs_are_shown_and_no_others() -> None:
    reading = scrape(Fake(cpu=[{"idle": 10.0, "user": 10.0}, {"idle": 13.0, "user": 11.0}]))
    documented = re.findall(r"`(mppmon_pc_\w+)`", DOCS.read_text(encoding="utf-8"))
    shown = {name for name, _ in reading.schema.series}
    assert shown == set(RULES) - EXPORTERS == set(documented) - OURS - EXPORTERS


def test_values_and_labels() -> None:
    reading = scrape(Fake())
    assert values(reading, "mppmon_pc_process_running") == {"antrean": 1.0}
    assert values(reading, "mppmon_pc_service_running") == {"cups": 0.0}
    assert values(reading, "mppmon_pc_disk_free_ratio") == {"0": 0.25, "1": 0.5}
    assert values(reading, "mppmon_pc_disk_info") == {"0,/": 1.0, "1,/srv": 1.0}
    assert values(reading, "mppmon_pc_peripheral_present") == {"finger": 0.0, "card": 1.0, "till": 0.0}
    assert values(reading, "mppmon_pc_printer_error")["card,jammed"] == 1.0
    assert values(reading, "mppmon_pc_printer_error")["card,no-paper"] == 0.0
    assert values(reading, "mppmon_pc_printer_jobs") == {"card": 2.0}
    assert values(reading, "mppmon_pc_printer_oldest_job_seconds") == {"card": 95.0}
    assert values(reading, "mppmon_pc_network_errors_total") == {"receive": 0.0, "transmit": 2.0}
    assert set(values(reading, "mppmon_pc_source_available").values()) == {1.0}


@pytest.mark.parametrize(
    ("missing", "source", "gone"),
    [
        ("disks", "disks", ["mppmon_pc_disk_free_ratio", "mppmon_pc_disk_info"]),
        ("usb", "usb", []),
        ("printing", "printing", ["mppmon_pc_spooler_running", "mppmon_pc_printer_error", "mppmon_pc_printer_jobs"]),
        ("names", "services", ["mppmon_pc_service_running", "mppmon_pc_process_running"]),
    ],
)
def test_a_missing_source_says_so_and_leaves_no_zero(missing: str, source: str, gone: list[str]) -> None:
    fake = Fake()
    setattr(fake, missing, None)
    reading = scrape(fake)
    assert values(reading, "mppmon_pc_source_available")[source] == 0.0
    assert {name for name, _ in reading.schema.series}.isdisjoint(gone)
    assert values(reading, "mppmon_pc_memory_size_bytes") == {"": 4.0}


@pytest.mark.parametrize("source", FACTS)
def test_so_it_is_with_each_source_of_facts(source: str) -> None:
    reading = scrape(Fake(facts={**FACTS, source: None}))
    assert values(reading, "mppmon_pc_source_available")[source] == 0.0
    gone = {f"mppmon_pc_{fact.name}" for fact in FACTS[source]}
    shown = {name for name, _ in reading.schema.series}
    assert shown.isdisjoint(gone)
    assert {f"mppmon_pc_{fact.name}" for one in FACTS.values() for fact in one} - gone <= shown


def test_of_what_was_not_read_yet_nothing_is_said() -> None:
    def not_yet() -> list[Fact]:
        raise NotYet("not read yet")

    fake = Fake()
    readers = replace(fake.readers(), facts={"updates": Reads(not_yet)})
    registry = CollectorRegistry()
    registry.register(AgentCollector(CONFIG, readers, now=lambda: NOW, identity=IDENTITY))
    assert "updates" not in values(read(generate_latest(registry), "text/plain", NAMES), "mppmon_pc_source_available")


def test_a_source_that_nobody_asks_for_is_neither_there_nor_missing() -> None:
    reading = scrape(Fake(names=None), replace(CONFIG, processes={}, services={}))
    assert values(reading, "mppmon_pc_source_available").keys().isdisjoint({"processes", "services"})


def test_values_of_facts() -> None:
    reading = scrape(Fake())
    assert values(reading, "mppmon_pc_updates_pending") == {"security": 2.0, "other": 9.0}
    assert values(reading, "mppmon_pc_software_present") == {"siak": 1.0, "old": 0.0}
    assert values(reading, "mppmon_pc_software_info") == {"siak,3.1": 1.0}
    assert values(reading, "mppmon_pc_support_left_seconds") == {"": -1.0}


def test_without_usb_only_what_has_a_queue_is_known() -> None:
    assert values(scrape(Fake(usb=None)), "mppmon_pc_peripheral_present") == {"till": 0.0}
    assert values(scrape(Fake(printing=None)), "mppmon_pc_peripheral_present") == {"finger": 0.0, "card": 1.0}


def test_a_stopped_spooler_leaves_its_queues_unknown() -> None:
    reading = scrape(Fake(printing=Printing(False, {})))  # noqa: FBT003  # a field
    assert values(reading, "mppmon_pc_spooler_running") == {"": 0.0}
    assert values(reading, "mppmon_pc_printer_jobs") == {}
    assert "till" not in values(reading, "mppmon_pc_peripheral_present")


NO_QUEUES = tuple(Peripheral(one, usb="1c7a:0570") for one in ("finger",))


@pytest.mark.parametrize(
    ("switch", "printing", "shown"),
    [
        (None, Printing(False, {}), {}),  # noqa: FBT003  # a field. It came along, and nobody prints
        (None, Printing(False, {}, kept=True), {"": 0.0}),  # noqa: FBT003  # likewise
        (None, Printing(True, {"Struk": Queue()}), {"": 1.0}),  # noqa: FBT003  # likewise
        (True, Printing(False, {}), {"": 0.0}),  # noqa: FBT003  # likewise
        (False, Printing(False, {}, kept=True), {}),  # noqa: FBT003  # likewise
    ],
)
def test_a_spooler_that_nobody_needs_is_no_fault(
    switch: bool | None,  # noqa: FBT001  # the config's value
    printing: Printing,
    shown: dict[str, float],
) -> None:
    reading = scrape(Fake(printing=printing), replace(CONFIG, peripherals=NO_QUEUES, printing=switch))
    assert values(reading, "mppmon_pc_spooler_running") == shown
    assert ("printing" in values(reading, "mppmon_pc_source_available")) is (switch is not False)


def test_a_pc_that_had_queues_is_one_that_prints() -> None:
    fake = Fake(printing=Printing(True, {"Struk": Queue()}))  # noqa: FBT003  # a field
    registry = CollectorRegistry()
    config = replace(CONFIG, peripherals=NO_QUEUES)
    registry.register(AgentCollector(config, fake.readers(), now=lambda: NOW, identity=IDENTITY))
    for running in (1.0, 0.0):
        assert registry.get_sample_value("mppmon_pc_spooler_running") == running
        fake.printing = Printing(False, {})  # noqa: FBT003  # likewise


def test_busy_share_is_since_the_scrape_before() -> None:
    counts = [{"idle": 10.0, "user": 10.0}, {"idle": 13.0, "user": 11.0}, {"idle": 13.0, "user": 12.0}]
    registry = CollectorRegistry()
    registry.register(AgentCollector(CONFIG, Fake(cpu=counts).readers(), now=lambda: NOW, identity=IDENTITY))
    shares = [registry.get_sample_value("mppmon_pc_cpu_ratio") for _ in range(3)]
    assert shares == [0.25, 1.0, None]  # since the start, since the first, and no time has passed


def test_the_pc_is_read_at_most_once_a_second() -> None:
    registry, clock, fake = CollectorRegistry(), [100.0], Fake()
    registry.register(AgentCollector(CONFIG, fake.readers(), now=lambda: clock[0], identity=IDENTITY))
    answers = Answers(registry, monotonic=lambda: clock[0])
    first = answers.text()
    clock[0] = 100.9
    assert answers.text() is first
    clock[0] = 101.0
    assert answers.text() != first
