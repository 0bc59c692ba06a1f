"""What the counters see of an agency's system, beside what we see: its fault, our line's, or one network's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from alerts.model import Condition, Operator, Rule, Severity, Words
from collectors.collector import Kind
from collectors.observation import Outcome
from mppmon.mall.model import State
from mppmon.mall.party import Party, cut_off
from tests.stories.house import House, small_config

CUT_OFF = Rule(
    "CounterCutOff",
    Condition("mppmon_device_cut_off", Operator.EQUAL, 1.0),
    severity=Severity.ROUTINE,
    summary=Words("tidak tersambung ke sistem {system}", "does not get through to {system}"),
)
ALL = Rule(
    "SystemCutOff",
    Condition("mppmon_system_cut_off", Operator.EQUAL, 1.0),
    wait=timedelta(seconds=60),
    blocks=True,
    summary=Words("berjalan, tetapi tidak terjangkau dari loket", "works, but no counter gets through to it"),
)
SEEN = ("mppmon_pc_system_ok", (("system", "system"),))
AROUND = ("router", "core", "anchor-1", "anchor-2")


@contextmanager
def counters(tmp_path: Path, *rules: Rule) -> Iterator[House]:
    loaded = small_config()
    with House(tmp_path, replace(loaded, rules=(*loaded.rules, CUT_OFF, *rules))) as house:
        house.all_well()
        house.clock.pass_(10)
        yield house


def look(house: House, **seen: bool) -> None:
    """Let counter PCs tell whether they get through to the system."""
    house.turn(*(house.sees(f"{one}-pc", {SEEN: float(ok)}) for one, ok in seen.items()))


def fails(house: House) -> None:
    """Let the system fail all its probes, and all around it answer."""
    for delay in (0.0, 0.5, 1.0, 1.5):
        house.clock.pass_(delay)
        house.turn(*(house.see(one) for one in AROUND), house.see("system", Outcome.TIMEOUT))


def parties(house: House) -> list[tuple[str, str]]:
    return [(one.root, one.facts.party) for one in house.engine.snapshot.incidents]


def cut(house: House) -> list[str]:
    return [one.key.subject for one in house.engine.snapshot.alerts if one.key.rule == "CounterCutOff"]


def test_one_pc_that_alone_does_not_get_through_is_its_own_network(tmp_path: Path) -> None:
    with counters(tmp_path) as house:
        look(house, a1=False, a2=True)
        assert cut(house) == ["a1-pc"]
        assert (parties(house), house.told()) == ([], []), "for the list, no page"
        house.clock.pass_(60)
        look(house, a1=True, a2=True)
        assert cut(house) == []


def test_a_system_that_nobody_gets_through_to_is_the_agency_s(tmp_path: Path) -> None:
    with counters(tmp_path) as house:
        fails(house)
        house.clock.pass_(90)
        look(house, a1=False, a2=False)
        assert parties(house) == [("system", Party.AGENCY)]
        assert cut(house) == []


def test_a_system_that_the_counters_get_through_to_is_our_own_way(tmp_path: Path) -> None:
    with counters(tmp_path) as house:
        fails(house)
        assert parties(house) == [("system", Party.AGENCY)]
        house.clock.pass_(30)
        look(house, a1=True, a2=True)
        assert parties(house) == [("system", Party.AGENCY)], "that look may be of before"
        house.clock.pass_(60)
        look(house, a1=True, a2=False)
        assert parties(house) == [("system", Party.MALL)]
        assert len(house.told()) == 1


def test_a_system_that_answers_us_wrongly_is_the_agency_s_whatever_the_counters_get(tmp_path: Path) -> None:
    """It says "maintenance" to us, or shows a certificate that is over: our own way to it is whole."""
    wrong = Rule(
        "SystemWrong",
        Condition("mppmon_online_ok", Operator.EQUAL, 0.0),
        blocks=True,
        summary=Words("menjawab dengan kesalahan", "answers with an error"),
    )
    with counters(tmp_path, wrong) as house:
        for _ in range(5):
            house.clock.pass_(30)
            house.turn(*(house.see(one) for one in AROUND), house.see("system"))
            house.turn(house.sees("system", {("mppmon_online_ok", ()): 0.0}))
            look(house, a1=True, a2=True)
            assert parties(house) == [("system", Party.AGENCY)]


def test_a_system_that_no_counter_gets_through_to_though_we_do_is_the_way_between(tmp_path: Path) -> None:
    with counters(tmp_path, ALL) as house:
        look(house, a1=False, a2=True)
        house.clock.pass_(60)
        look(house, a1=False)
        assert parties(house) == [], "one sees it, and the other alone is for the list"
        for _ in range(4):
            house.clock.pass_(30)
            look(house, a1=False, a2=False)
        assert parties(house) == [("system", Party.MALL)]
        (page,) = house.told()
        assert page.message.lines[1].startswith("System: berjalan, tetapi tidak terjangkau dari loket")
        assert "Perlu ditangani: jaringan mal sendiri" in page.message.lines
        assert house.history("system/function")[-1][0] == State.DOWN
        for _ in range(3):
            house.clock.pass_(30)
            look(house, a1=False, a2=False)
            assert cut(house) == ["a1-pc", "a2-pc"], "its own verdict is no fault of the system's"
        assert len(parties(house)) == 1
        house.clock.pass_(30)
        look(house, a1=True, a2=True)
        assert parties(house) == []


def test_a_counter_that_is_off_says_nothing_of_the_way(tmp_path: Path) -> None:
    with counters(tmp_path, ALL) as house:
        look(house, a1=False, a2=False)
        house.turn(house.see("a2-pc", Outcome.TIMEOUT, kind=Kind.TELEMETRY))
        for _ in range(4):
            house.clock.pass_(30)
            look(house, a1=False)
            assert parties(house) == []
        assert house.told() == []


def test_behind_our_cut_line_a_pc_is_not_said_to_be_cut_off(tmp_path: Path) -> None:
    with counters(tmp_path) as house:
        for delay in (0.0, 0.5, 1.0, 1.5):
            house.clock.pass_(delay)
            outside = (house.see(one, Outcome.TIMEOUT) for one in ("anchor-1", "anchor-2", "system"))
            house.turn(house.see("router"), house.see("core"), *outside)
        house.wait(8)
        look(house, a1=False, a2=False)
        assert [root for root, _ in parties(house)] == ["line"]
        assert cut(house) == []


def test_who_sees_what_as_a_table() -> None:
    found = {(ours, theirs): cut_off(ours, theirs=theirs) for ours in State for theirs in (True, False)}
    assert found == {
        (State.UP, True): False,
        (State.UP, False): True,
        (State.DOWN, True): False,
        (State.DOWN, False): False,
        (State.UNKNOWN, True): False,
        (State.UNKNOWN, False): None,
    }
