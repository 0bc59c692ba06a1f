"""The oracle: from answers given and withheld to the intervals of services. Small logs, answers worked out by hand."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mppmon.demo.simulator import truth, truth_log
from mppmon.demo.simulator.truth_history import Needs, Plan, Spot
from mppmon.demo.simulator.truth_log import BadLog, Heard

START = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
KTP = ("ktp", "a3")
PLAN = Plan(
    spots={
        "core": Spot(),
        "sw": Spot(groups=(("core",),)),
        "hub": Spot(groups=(("sw",),), mute=True),
        "pc": Spot(groups=(("hub",),)),
        "card": Spot(groups=(("pc",),), via="pc"),
        "finger": Spot(groups=(("pc",),), via="pc"),
        "a1": Spot(outside=True),
        "a2": Spot(outside=True),
        "siak": Spot(outside=True),
    },
    services={KTP: Needs(needs=(("pc",), ("card",), ("siak",)), uses=(("finger",),))},
    served=("core", "sw", "pc", "card", "finger", "a1", "a2", "siak"),
    anchors=("a1", "a2"),
)


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


class Script:
    """Writes a log: every device is asked once a second, at an offset of its own."""

    order = ("core", "a1", "a2", "siak", "pc", "sw")

    def __init__(self) -> None:
        self.silent: dict[str, tuple[float, float]] = {}
        self.shows: dict[str, tuple[str, float, float]] = {}
        self.off: tuple[float, float] = (1e9, 1e9)

    def lines(self, seconds: int) -> list[str]:
        return [
            self._line(device, second + index / 10)
            for second in range(seconds)
            for index, device in enumerate(self.order)
            if not self.off[0] <= second < self.off[1]
        ]

    def _line(self, device: str, second: float) -> str:
        begin, end = self.silent.get(device, (1e9, 1e9))
        line: dict[str, object] = {"t": second, "at": at(second).isoformat(), "device": device, "way": "x"}
        line["answer"] = "withheld" if begin <= second < end else "given"
        if device == "pc" and line["answer"] == "given":
            line["tells"] = {one: self._words(one, second) for one in ("pc", "card", "finger")}
        if device == "siak" and line["answer"] == "given":
            line["tells"] = {"siak": self._words("siak", second)}
        return json.dumps(line)

    def _words(self, subject: str, second: float) -> list[str]:
        word, begin, end = self.shows.get(subject, ("", 1e9, 1e9))
        return [word] if begin <= second < end else []


def told(
    script: Script,
    seconds: int = 120,
    *,
    blocking: Mapping[str, float] = truth.BLOCKING,
    outages: Sequence[tuple[datetime, datetime]] = (),
) -> list[tuple[str, float, float]]:
    found = truth.intervals(
        script.lines(seconds), PLAN, start=START, end=at(seconds), blocking=blocking, outages=outages
    )[KTP]
    return [(one.state, (one.start - START).total_seconds(), (one.end - START).total_seconds()) for one in found]


def test_nothing_is_known_before_everything_answered_once() -> None:
    assert told(Script(), 60) == [("unknown", 0, 0.4), ("delivered", 0.4, 60)]


def test_a_jam_counts_from_the_answer_that_told_it_to_the_one_that_told_its_end() -> None:
    script = Script()
    script.shows["card"] = ("jammed", 10, 50)
    assert told(script)[1:] == [("delivered", 0.4, 10.4), ("interrupted", 10.4, 50.4), ("delivered", 50.4, 120)]


def test_what_is_used_but_not_needed_only_limits() -> None:
    script = Script()
    script.shows["finger"] = ("absent", 10, 50)
    assert told(script)[1:] == [("delivered", 0.4, 10.4), ("degraded", 10.4, 50.4), ("delivered", 50.4, 120)]


def test_withheld_telemetry_takes_nothing_down() -> None:
    script = Script()
    script.silent["pc"] = (10, 40)
    lines = [line.replace('"withheld"', '"withheld", "asks": "telemetry"') for line in script.lines(60)]
    found = truth.intervals(lines, PLAN, start=START, end=at(60))[KTP]
    assert [one.state for one in found] == ["unknown", "delivered"]


def test_a_silence_shorter_than_the_re_polls_is_no_fault() -> None:
    script = Script()
    script.silent["sw"] = script.silent["pc"] = (10, 13)  # the last failure 2 s after the first
    assert told(script) == told(Script())


def test_a_pc_that_is_off_takes_its_peripherals_along() -> None:
    script = Script()
    script.silent["pc"] = (10, 40)
    assert told(script)[1:] == [("delivered", 0.4, 10.4), ("interrupted", 10.4, 40.4), ("delivered", 40.4, 120)]


def test_below_a_dead_switch_it_counts_from_the_switch_and_is_unknown_until_each_answers_again() -> None:
    script = Script()
    script.silent = {"core": (10, 40), "sw": (10, 42), "pc": (10, 45)}
    assert told(script)[1:] == [
        ("delivered", 0.4, 10.0),
        ("interrupted", 10.0, 40.0),
        ("unknown", 40.0, 45.4),
        ("delivered", 45.4, 120),
    ]


def test_a_system_that_is_down_by_itself_interrupts() -> None:
    script = Script()
    script.silent["siak"] = (10, 40)
    assert told(script)[1:] == [("delivered", 0.4, 10.3), ("interrupted", 10.3, 40.3), ("delivered", 40.3, 120)]


def test_behind_a_cut_line_it_is_unknown_and_nobody_s_downtime() -> None:
    script = Script()
    script.silent = {"a1": (10, 40), "a2": (10, 40), "siak": (10, 42)}
    assert told(script)[1:] == [("delivered", 0.4, 10.1), ("unknown", 10.1, 42.3), ("delivered", 42.3, 120)]


def test_one_anchor_that_answers_proves_the_line() -> None:
    script = Script()
    script.silent = {"a1": (10, 40), "siak": (10, 40)}
    assert [state for state, _, _ in told(script)] == ["unknown", "delivered", "interrupted", "delivered"]


def test_a_condition_must_last_as_long_as_its_rule_says() -> None:
    script = Script()
    script.shows["siak"] = ("status-500", 10, 40)
    assert told(script) == told(Script())
    assert told(script, blocking={"status-500": 20.0})[2] == ("interrupted", 10.3, 40.3)


def test_while_the_daemon_was_off_nothing_is_known() -> None:
    script = Script()
    script.off = (30, 42)
    assert told(script, outages=[(at(29), at(30))])[1:] == [
        ("delivered", 0.4, 29.0),
        ("unknown", 29.0, 42.4),
        ("delivered", 42.4, 120),
    ]


def test_what_was_down_is_unknown_over_the_outage_too() -> None:
    script = Script()
    script.silent["pc"], script.off = (10, 60), (30, 42)
    assert told(script, outages=[(at(29), at(30))])[2:] == [
        ("interrupted", 10.4, 29.0),
        ("unknown", 29.0, 42.4),
        ("interrupted", 42.4, 60.4),
        ("delivered", 60.4, 120),
    ]


def test_a_device_somebody_else_serves_is_taken_to_work() -> None:
    plan = Plan(PLAN.spots, {KTP: Needs((("pc",),))}, served=("core",))
    found = truth.intervals(Script().lines(5), plan, start=START, end=at(5))[KTP]
    assert [one.state for one in found] == ["delivered"]


def test_the_lag_of_a_fault_is_that_of_the_first_answer_that_could_betray_it() -> None:
    script = Script()
    script.shows["card"], script.silent["core"] = ("jammed", 10, 50), (20, 40)
    faults = [
        json.dumps({"t": 1, "at": at(second).isoformat(), "fault": name, "device": device, "now": "begun"})
        for second, name, device in ((9.6, "jam", "card"), (19.2, "network-off", "hub"), (90, "jam", "card"))
    ]
    seen = truth.signs([*script.lines(60), *faults])
    assert [one.seen and (one.seen - one.fault.at).total_seconds() for one in seen] == [0.8, 0.8, None]


@pytest.mark.parametrize("line", ["", "[]", '{"at": "now", "device": "x", "answer": "given"}', '{"at": 5}'])
def test_a_line_that_is_not_of_the_log_is_named(line: str) -> None:
    with pytest.raises(BadLog, match="line 1"):
        truth_log.read([line])


@given(st.lists(st.booleans(), max_size=40), st.integers(0, 6))
def test_silences_are_what_a_second_by_second_look_finds(given_: list[bool], confirm: int) -> None:
    heard = Heard(answers=[(at(second), there) for second, there in enumerate(given_)])
    spans = truth_log.silences(heard, confirm=timedelta(seconds=confirm))
    silent = {
        second
        for second in range(len(given_))
        if any(begin <= at(second) and (end is None or at(second) < end) for begin, end in spans)
    }
    text = "".join("." if there else "x" for there in given_)
    expected = {
        second
        for second, mark in enumerate(text)
        if mark == "x" and len(text[:second].rpartition(".")[2]) + len(text[second:].partition(".")[0]) > confirm
    }
    assert silent == expected
