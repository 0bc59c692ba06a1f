"""From a configured mall to the simulator's plain list."""

from dataclasses import replace
from datetime import date
from importlib.resources import as_file, files

import pytest

from collectors.collector import Kind, Target, Way
from collectors.settings import AgentSettings, HttpSettings, LivenessSettings, SnmpSettings
from mppmon.config import Loaded, load
from mppmon.demo.simulator.faults import conditions
from mppmon.demo.simulator.from_mall import CannotSimulate, plan_of, things_of
from mppmon.demo.simulator.request import SimulatorRequest
from mppmon.demo.simulator.things import Door, DoorWay


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    with as_file(files("mppmon.demo").joinpath("mall")) as directory:
        return load(directory, today=date(2026, 11, 23))


def target(kind: Kind, way: Way, settings: AgentSettings | HttpSettings | LivenessSettings | SnmpSettings) -> Target:
    return Target(f"a3-pc:{kind}", "a3-pc", kind, way, "127.0.0.9", 10.0, settings)


def test_two_checks_at_one_port_share_a_door_that_says_more(loaded: Loaded) -> None:
    targets = (
        target(Kind.LIVENESS, Way.TCP, LivenessSettings(way="tcp", port=9182)),
        target(Kind.TELEMETRY, Way.AGENT, AgentSettings(port=9182)),
        target(Kind.TELEMETRY, Way.SNMP, SnmpSettings(port=9182)),
        target(Kind.LIVENESS, Way.ICMP, LivenessSettings()),
    )
    things = things_of(replace(loaded, targets=targets))
    assert things.by_id["a3-pc"].doors == (
        Door(DoorWay.AGENT, "127.0.0.9", 9182, "/metrics"),
        Door(DoorWay.SNMP, "127.0.0.9", 9182),
    )


def test_what_is_left_out_keeps_its_place_but_has_no_door(loaded: Loaded) -> None:
    things = things_of(loaded, leave_out=["a3-pc"])
    assert things.by_id["a3-pc"].doors == ()
    assert things.by_id["a3-pc"].parents == loaded.mall.devices["a3-pc"].parents
    plan = plan_of(loaded.mall, things)
    assert not {"a3-pc", "a3-card-printer"} & set(plan.served)
    assert "a2-card-printer" in plan.served


def test_a_system_that_wants_tls_cannot_be_simulated(loaded: Loaded) -> None:
    targets = (target(Kind.TELEMETRY, Way.HTTP, HttpSettings(url="https://127.0.0.1/")),)
    with pytest.raises(CannotSimulate, match=r"a3-pc:telemetry: found https://127\.0\.0\.1/"):
        things_of(replace(loaded, targets=targets))


def test_the_request_carries_all_of_a_thing(loaded: Loaded) -> None:
    things = things_of(loaded)
    assert things.by_id["sw-core"].power == ("ups",)
    request = SimulatorRequest.of(things, log="truth.jsonl", control={"port": 0})
    assert SimulatorRequest.model_validate_json(request.model_dump_json()).listed() == things
    assert conditions(things, [("power-off", "ups")])["a1-pc"].silent
