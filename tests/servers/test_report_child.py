"""The report child: real processes, the real example mall, a stored config."""

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from mppmon import config
from mppmon.mall.principal import SYSTEM, Principal, Role
from mppmon.reports import Format, ReportError, Request, run_report, run_report_async
from mppmon.reports import child as report_child
from mppmon.store import Batch, Store
from tests.unit.report_kit import HOUR
from tests.unit.store_kit import MONDAY, new_database, transition

NOW = MONDAY + 9 * HOUR


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Request]:
    loaded = config.load(Path(str(files("mppmon.demo").joinpath("mall"))), today=date(2026, 11, 23))
    counter = next(one for one in loaded.mall.counters.values() if one.offers)
    service = loaded.mall.services[counter.offers[0].service]
    url = new_database(tmp_path_factory.mktemp("reports") / "mppmon.db")
    subject = f"{service.id}@{counter.id}"
    changes = [(0.0, "delivered"), (1.0, "interrupted"), (1.5, "delivered")]
    rows = [
        transition(subject, new, MONDAY + at * HOUR, cause="sw-core/function", agency=service.agency)
        for at, new in changes
    ]
    with Store.open(url) as store:
        store.save_revision(SYSTEM, loaded.revision, loaded.normalised, MONDAY, "budi")
        store.commit(SYSTEM, Batch(transitions=rows, last_seen=NOW))
        who = Principal(Role.AGENCY, "head", agencies=frozenset({service.agency}))
        yield Request(url, who, service.agency, "2026-11-23", NOW, Format.JSON)


def test_a_report_from_the_stored_config(asked: Request) -> None:
    found = json.loads(run_report(asked))
    stops = [(one["minutes"], one["ongoing"]) for line in found["services"] for one in line["interruptions"]]
    assert stops == [(30.0, False)]
    assert found["accounted_until"] == "2026-11-23T17:00:00+07:00"


def test_the_same_without_holding_up_the_loop(asked: Request) -> None:
    month = replace(asked, period="2026-11", format=Format.TABLE)
    assert "WIB" in asyncio.run(run_report_async(month)).decode()


def test_an_error_of_the_child_is_the_callers(asked: Request) -> None:
    for wrong, word in (
        (replace(asked, agency="somebody-else"), "refused"),
        (replace(asked, database="sqlite:////nowhere/at/all.db"), "database"),
    ):
        with pytest.raises(ReportError) as caught:
            run_report(wrong)
        assert caught.value.word == word


def test_a_request_that_is_too_long_is_not_sent(asked: Request) -> None:
    with pytest.raises(ReportError, match="expected at most"):
        run_report(replace(asked, agency="x" * 70_000))


@pytest.mark.parametrize("body", ["print('no json')", "raise SystemExit(3)", "print('[]')"])
def test_a_child_that_dies_gives_no_report(asked: Request, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_child, "_ARGV", (sys.executable, "-c", body))
    with pytest.raises(ReportError, match="without an answer"):
        run_report(asked)


def test_a_child_that_hangs_is_ended(asked: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    body = "import signal; signal.pause()"
    monkeypatch.setattr(report_child, "_ARGV", (sys.executable, "-c", body))
    with pytest.raises(ReportError, match=r"not ready after 0\.2 s"):
        run_report(asked, timeout=0.2)
    with pytest.raises(ReportError, match=r"not ready after 0\.2 s"):
        asyncio.run(run_report_async(asked, timeout=0.2))


def test_the_database_url_is_not_repeated() -> None:
    request = Request("postgresql://me:hush@db/mppmon", SYSTEM, "a", "2026-11", NOW)
    assert "hush" not in repr(request)
