"""The example mall, simulated, as our own collectors see it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import as_file, files
from typing import Any

import pytest

from collectors.snmp.probe import probe
from mppmon.clock import Clock
from mppmon.config import load
from mppmon.demo.simulator.from_mall import plan_of, things_of
from mppmon.demo.simulator.launch import Running
from mppmon.demo.simulator.things import DoorWay, Things
from mppmon.demo.simulator.truth_history import Plan
from tests.simulator.small_mall import simulated

pytestmark = pytest.mark.server


@dataclass(frozen=True)
class Example:
    """The mall under way, on free ports instead of its own."""

    things: Things
    plan: Plan
    running: Running

    def probe(self, device: str) -> dict[str, Any]:
        address = self.things.by_id[device].doors[0].address
        port = self.running.ready.doors[device]["snmp"]
        return asyncio.run(probe(address, port, community="public", now=Clock().now)).as_dict()


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    with as_file(files("mppmon.demo").joinpath("mall")) as directory:
        loaded = load(directory, today=date(2026, 11, 23))
    whole = things_of(loaded)
    free = [
        replace(thing, doors=tuple(replace(door, port=0) for door in thing.doors)) for thing in whole.by_id.values()
    ]
    things = Things.of(free, whole.uplink)
    with simulated(tmp_path_factory.mktemp("mall"), things) as running:
        yield Example(things, plan_of(loaded.mall, things), running)


def kinds(example: Example, way: DoorWay) -> set[str]:
    return {thing.kind for thing in example.things.by_id.values() for door in thing.doors if door.way is way}


def test_every_device_of_the_mall_has_its_door(example: Example) -> None:
    assert kinds(example, DoorWay.SNMP) == {"printer", "switch", "router", "access-point", "ups"}
    assert kinds(example, DoorWay.AGENT) == {"pc", "kiosk", "server"}
    assert kinds(example, DoorWay.HTTP) == {"online-system"}
    assert kinds(example, DoorWay.TCP) == {"display", "camera", "server"}
    mute = {thing.kind for thing in example.things.by_id.values() if not thing.doors and thing.via is None}
    assert mute == {"passive"}
    assert len(example.things.by_id) >= 55


def test_every_service_has_what_it_needs_in_the_plan(example: Example) -> None:
    assert len(example.plan.services) >= 20
    for needs in example.plan.services.values():
        assert all(group and set(group) <= set(example.plan.served) for group in needs.needs)
    assert set(example.plan.anchors) <= set(example.plan.served)


def test_our_own_probe_reads_the_printers(example: Example) -> None:
    found = example.probe("printer-dukcapil")
    assert (found["outcome"], found["identity"]["profile"]) == ("ok", "printer")
    assert [one["type"] for one in found["meaning"]["supplies"]] == ["toner", "drum", "waste-toner"]
    assert found["meaning"]["errors"] == []
    example.running.control.begin("jam", "printer-dukcapil")
    assert example.probe("printer-dukcapil")["meaning"]["errors"] == ["jammed"]
    example.running.control.mend()


def test_our_own_probe_reads_the_switches(example: Example) -> None:
    found = example.probe("sw-lt1")
    assert (found["outcome"], found["identity"]["profile"]) == ("ok", "switch")
    assert len(found["meaning"]["ports"]) == 24
    up = {port["index"] for port in found["meaning"]["ports"] if port["oper_up"]}
    example.running.control.begin("power-off", "a3-pc")
    assert up - {port["index"] for port in example.probe("sw-lt1")["meaning"]["ports"] if port["oper_up"]} == {
        str(1 + example.things.children["sw-lt1"].index("a3-pc"))
    }
    example.running.control.mend()


def test_the_core_switch_takes_the_whole_mall_but_the_ups(example: Example) -> None:
    example.running.control.begin("network-off", "sw-core")
    things = example.running.control.get("/things")["things"]
    example.running.control.mend()
    assert [thing["id"] for thing in things if not thing["silent"]] == ["ups"]
