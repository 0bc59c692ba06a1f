"""How much the engine decides in a second of one core: state and rules, and with a commit of each change."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from alerts.rule import from_settings
from collectors.collector import Kind, Target, Way
from collectors.observation import Labels, Observation, Outcome, schema_of
from collectors.settings import SnmpSettings
from mppmon.config import Loaded
from mppmon.config.rules import delivered
from mppmon.mall.model import Device, DeviceKind
from tests.stories.house import House, small_config

DEVICES = 500
BATCH = 50  # observations a turn
ROUNDS, ROUNDS_OF_CHANGE = 60, 6
_SERIES: tuple[tuple[str, Labels], ...] = (
    ("mppmon_printer_error", (("error", "jammed"),)),
    ("mppmon_printer_error", (("error", "no-paper"),)),
    ("mppmon_printer_supply_ratio", (("type", "toner"),)),
    ("mppmon_device_uptime_seconds", ()),
    ("mppmon_printer_pages_total", ()),
)
_SCHEMA = schema_of(_SERIES)
_WELL = (0.0, 0.0, 0.8, 1000.0, 7.0)


def run() -> Iterator[dict[str, object]]:
    """Yield the figures."""
    yield _figure("engine, observations with state and rules", _agreeing, 5_000)
    yield _figure("engine, disagreeing observations with commit", _disagreeing, 500)


def _figure(name: str, work: Callable[[House], int], budget: float) -> dict[str, object]:
    rates, commits = [], 0
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder, House(Path(folder), _config()) as house:
            _turns(house, [_sees(house, number, jammed=False) for number in range(DEVICES)])
            commits = house.effects.commits
            begun = time.monotonic()  # noqa: TID251  # real time is measured, the disk's too
            done = work(house)
            rates.append(done / (time.monotonic() - begun))  # noqa: TID251  # likewise
            commits = house.effects.commits - commits
    middle = sorted(rates)[1]
    return {
        "figure": name,
        "value": round(middle),
        "unit": "a second, at least",
        "budget": budget,
        "ok": middle >= budget,
        "peer": None,
        "peer_value": None,
        "ratio": None,
        "runs": len(rates),
        "spread": {"least": round(min(rates)), "most": round(max(rates)), "commits": commits},
    }


def _agreeing(house: House) -> int:
    """Read printers that are well, a minute apart."""
    for _ in range(ROUNDS):
        house.clock.pass_(60)
        _turns(house, [_sees(house, number, jammed=False) for number in range(DEVICES)])
    return ROUNDS * DEVICES


def _disagreeing(house: House) -> int:
    """Every reading is a change: a jam, with its transition, alert, incident, page and message, or its end."""
    for turn in range(ROUNDS_OF_CHANGE):
        house.clock.pass_(60)
        _turns(house, [_sees(house, number, jammed=turn % 2 == 0) for number in range(DEVICES)])
    return ROUNDS_OF_CHANGE * DEVICES


def _turns(house: House, seen: Sequence[Observation]) -> None:
    for start in range(0, len(seen), BATCH):
        house.turn(*seen[start : start + BATCH])


def _sees(house: House, number: int, *, jammed: bool) -> Observation:
    seen = Observation(f"p-{number}:telemetry", f"p-{number}", Outcome.OK, house.clock.now(), 0.01)
    return replace(seen, schema=_SCHEMA, values=(float(jammed), *_WELL[1:]))


def _config() -> Loaded:
    small = small_config()
    devices = {
        f"p-{n}": Device(f"p-{n}", DeviceKind.PRINTER, f"Printer {n}", address="127.0.0.1") for n in range(DEVICES)
    }
    targets = tuple(
        Target(f"{device}:telemetry", device, Kind.TELEMETRY, Way.SNMP, "127.0.0.1", 60.0, SnmpSettings())
        for device in devices
    )
    rules = tuple(from_settings(rule) for rule in delivered().values())
    mall = replace(small.mall, devices={**small.mall.devices, **devices})
    return replace(small, mall=mall, targets=(*small.targets, *targets), rules=rules)
