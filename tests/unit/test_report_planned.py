"""Maintenance that was announced stands beside the account, and changes nothing in it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.silence import Silence
from mppmon.config.maintenance import planned_times
from mppmon.i18n import speech
from mppmon.mall.model import Mall
from mppmon.mall.principal import SYSTEM, Principal, Role
from mppmon.reports import Request
from mppmon.reports.agency import AgencyReport, Segment, planned
from mppmon.reports.data import to_csv, to_json
from mppmon.reports.gather import agency_report
from mppmon.reports.text import table
from mppmon.store import Batch, Store
from tests.stories.house import small_mall
from tests.unit.report_kit import HOUR, mall, span
from tests.unit.store_kit import MONDAY, new_database, transition

AGENCY = Principal(Role.AGENCY, "dukcapil", agencies=frozenset({"disdukcapil"}))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(new_database(tmp_path / "mppmon.db")) as opened:
        opened.save_revision(SYSTEM, "r1", "r1", MONDAY, "budi")
        changes = (
            transition("ktp@a1", new, MONDAY + at * HOUR, cause="start", agency="disdukcapil")
            for at, new in ((0, "delivered"), (1, "interrupted"), (2, "delivered"))
        )
        opened.commit(SYSTEM, Batch(transitions=list(changes), last_seen=MONDAY + 9 * HOUR))
        yield opened


def ask(store: Store, built: Mall) -> AgencyReport:
    asked = Request("", AGENCY, "disdukcapil", "2026-11-23", MONDAY + 9 * HOUR)
    return agency_report(store, asked, lambda _text, _day: built)


def announced(device: str, start: float, end: float, **more: object) -> Silence:
    match = (("device", (device,)),)
    whole = Silence("s1", match, MONDAY + start * HOUR, MONDAY + end * HOUR, "ani", "r", "n", planned=True)
    return replace(whole, **more)  # type: ignore[arg-type]  # fields of Silence


def test_what_was_planned_is_shown_and_what_was_interrupted_stays_so(store: Store) -> None:
    built = mall(counters=("a1",))
    before = ask(store, built).lines[0]
    report = ask(store, replace(built, planned={"ktp@a1": (span(1, 1.5), span(1.25, 3))}))
    (found,) = report.lines
    assert found.account == before.account
    assert found.account.seconds["interrupted"] == 3600
    assert (before.planned, found.planned) == (0.0, 2 * 3600)
    assert json.loads(to_json(report))["services"][0]["planned_seconds"] == 7200
    assert to_csv(report).splitlines()[1].endswith(",7200.000000,")
    text = table(report, speech("Asia/Jakarta")("id"))
    assert "Terencana" in text
    assert "2:00:00" in text
    assert "Terencana" not in table(ask(store, built), speech("Asia/Jakarta")("id"))


def test_what_was_announced_by_command_counts_too(store: Store) -> None:
    built = mall(counters=("a1",))
    built = replace(built, services={**built.services, "ktp": replace(built.services["ktp"], needs=("pc",))})
    device = "a1-pc"
    windows = [announced(device, 1, 2), announced(device, 1.5, 2.5, id="s2"), announced(device, 3, 4, id="s3")]
    windows.append(announced(device, 4, 5, id="s4", planned=False))  # a silence is no plan
    windows.append(announced(device, -9, -8, id="s5"))
    store.commit(SYSTEM, Batch(silences=windows))
    assert ask(store, built).lines[0].planned == 2.5 * 3600


def test_work_on_a_switch_plans_the_time_of_all_that_hangs_on_it() -> None:
    built = small_mall()
    window = announced("core", 1, 2)
    assert set(planned_times([window], built)) == {"ktp@a1", "ktp@a2", "surat@a3"}
    assert set(planned_times([announced("a1-cards", 1, 2)], built)) == {"ktp@a1"}
    rules = replace(window, match=(*window.match, ("rule", ("DeviceDown",))))
    assert planned_times([rules], built) == {}


spans = st.tuples(st.integers(0, 40), st.integers(1, 20)).map(lambda one: (one[0] / 4, (one[0] + one[1]) / 4))


@given(many=st.lists(spans, max_size=8), cut=st.integers(0, 60))
def test_against_a_count_of_quarters(many: list[tuple[float, float]], cut: int) -> None:
    """The oracle: every quarter of an hour that lies in some window and before the end, once."""
    built = replace(mall(counters=("a1",)), planned={"ktp@a1": tuple(span(*one) for one in many)})
    until = MONDAY + cut / 4 * HOUR
    segments = [Segment(MONDAY, MONDAY + 2 * HOUR, built), Segment(MONDAY + 2 * HOUR, MONDAY + 30 * HOUR, built)]
    found = planned(segments, "ktp", "a1", until)
    quarters = sum(any(start <= n / 4 < end for start, end in many) for n in range(cut))
    assert sum((one.end - one.start).total_seconds() for one in found) == quarters * 900
