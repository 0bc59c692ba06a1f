"""What is answered is kept; what the database refuses waits, and is kept with its own times."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.model import NoticeKind, Rotation
from mppmon.engine.commands import Acknowledge
from mppmon.mall.principal import SYSTEM, Principal, Role
from mppmon.state import database_file
from mppmon.store import Batch, DatabaseBusy, DatabaseFull, Store
from mppmon.store.errors import DatabaseGone
from tests.stories.house import MONDAY, House, small_config

TECHNICIAN = Principal(Role.TECHNICIAN, "Ani", person="ani")


class Disk:
    """A disk that can be full: then no commit finds room."""

    def __init__(self, commit: Callable[[Store, Principal, Batch], None]) -> None:
        self._commit = commit
        self._full = False

    def fill(self) -> None:
        self._full = True

    def free(self) -> None:
        self._full = False

    def commit(self, store: Store, principal: Principal, batch: Batch) -> None:
        if self._full:
            raise DatabaseFull("no space is left")
        self._commit(store, principal, batch)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk(Store.commit)
    monkeypatch.setattr(Store, "commit", lambda *given: made.commit(*given))  # noqa: PLW0108  # binds the store
    return made


def test_an_acknowledgement_is_answered_after_its_commit(tmp_path: Path, disk: Disk) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        disk.fill()
        answer = house.engine.submit(Acknowledge(id="c1", principal=TECHNICIAN, incident=1))
        house.engine.turn(house.engine.intake.take())
        house.wait(5)
        assert not answer.done()
        disk.free()
        house.wait(1)
        assert answer.result(timeout=0).ok
    with House(tmp_path) as again:
        (incident,) = again.engine.snapshot.incidents
        assert incident.acknowledged_by == "ani"


def test_a_full_disk_loses_nothing_and_keeps_the_original_times(tmp_path: Path, disk: Disk) -> None:
    with House(tmp_path) as house:
        house.all_well()
        disk.fill()
        house.clock.pass_(60)
        house.turn(house.cards("a1", jammed=True))
        house.wait(30, step=10)
        house.turn(house.cards("a1"))
        house.turn(house.cards("a2", jammed=True))
        assert house.told() == []
        assert len(house.effects.refused) == 1, "said once, not at every turn"
        disk.free()
        house.wait(1)
        assert house.engine.durable
        assert house.history("ktp@a1") == [
            ("delivered", MONDAY),
            ("interrupted", MONDAY + timedelta(seconds=60)),
            ("delivered", MONDAY + timedelta(seconds=90)),
        ]
        assert sorted(one.kind for one in house.told()) == [NoticeKind.PAGE, NoticeKind.PAGE, NoticeKind.RESOLVED]
        assert house.store.verify_audit(SYSTEM) == 0


def test_after_half_a_minute_who_can_mend_it_is_told_once_past_the_database(tmp_path: Path, disk: Disk) -> None:
    with House(tmp_path) as house:
        house.all_well()
        disk.fill()
        house.clock.pass_(1)
        house.turn(house.cards("a1", jammed=True))
        house.wait(25, step=5)
        assert house.effects.undurable == []
        house.wait(300, step=5)
        (notice,) = house.effects.undurable
        assert notice.recipient == "citra", "nobody is administrator here: the fallback"
        assert notice.message.lines[0] == "⚪ Pemantauan tidak dapat menyimpan data sejak 08.30 WIB"
        assert "1 gangguan belum disampaikan:" in notice.message.lines
        assert any("#1 Cetak KTP-el · Loket A1" in line for line in notice.message.lines)
        disk.free()
        house.wait(5)
        assert next(one.kind for one in house.told()) == NoticeKind.PAGE
        disk.fill()
        house.turn(house.cards("a2", jammed=True))
        house.wait(60, step=5)
        assert len(house.effects.undurable) == 2, "a second time is said again"


def test_nobody_on_duty_reaches_the_fallback_never_nobody(tmp_path: Path) -> None:
    loaded = small_config()
    over = Rotation("teknisi", "Teknisi", ("ani", "budi"), (MONDAY - timedelta(days=14), MONDAY - timedelta(days=7)))
    with House(tmp_path, replace(loaded, rotations={"teknisi": over})) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        assert [one.recipient for one in house.told()] == ["citra"]


def test_somebody_without_a_channel_is_no_reason_to_tell_nobody(tmp_path: Path) -> None:
    loaded = small_config()
    people = {**loaded.people, "ani": replace(loaded.people["ani"], addresses={})}
    with House(tmp_path, replace(loaded, people=people)) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        assert [one.recipient for one in house.told()] == ["citra"]


def test_every_deed_is_in_the_audit_also_one_that_was_refused(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.do(Acknowledge(id="c1", principal=Principal(Role.COORDINATOR, "Hendra"), incident=1))
        house.do(Acknowledge(id="c2", principal=TECHNICIAN, incident=1))
        assert house.store.verify_audit(SYSTEM) == 2


def test_a_database_that_is_busy_costs_the_command_not_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_store: Store, _principal: Principal, _command: str) -> str | None:
        raise DatabaseBusy("somebody else holds the lock")

    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        with monkeypatch.context() as patched:
            patched.setattr(Store, "answered", busy)
            with pytest.raises(DatabaseBusy):
                house.do(Acknowledge(id="c1", principal=TECHNICIAN, incident=1))
        assert house.do(Acknowledge(id="c1", principal=TECHNICIAN, incident=1)).ok


def test_work_that_breaks_is_told_to_whoever_asked_for_it(tmp_path: Path) -> None:
    def broken(_store: Store, _now: object) -> None:
        raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")

    with House(tmp_path) as house:
        house.all_well()
        asked = house.engine.call(broken)
        house.engine.turn(house.engine.intake.take())
        assert isinstance(asked.exception(timeout=0), UnicodeEncodeError)
        house.turn(house.cards("a1", jammed=True))
        assert len(house.told()) == 1


def test_who_no_longer_waits_cannot_take_the_answer_away(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        asked = house.engine.submit(Acknowledge(id="c1", principal=TECHNICIAN, incident=1))
        assert not asked.cancel()
        house.engine.turn(house.engine.intake.take())
        assert asked.result(timeout=0).ok


def test_a_page_whose_policy_was_renamed_goes_on_by_the_present_one(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.all_well()
    house.turn(house.cards("a1", jammed=True))
    (policy,) = house.loaded.policies.values()
    renamed = replace(house.loaded, policies={"baru": replace(policy, id="baru")}, policy="baru")
    house.store.close()
    house.clock.pass_(600)
    with House(tmp_path, renamed, clock=house.clock) as again:
        again.turn()
        assert [one.recipient for one in again.told(NoticeKind.PAGE)] == ["ani", "citra"]


def test_an_engine_that_ends_is_told_to_its_supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[str] = []
    with House(tmp_path) as house:
        monkeypatch.setattr(house.effects, "engine_ended", lambda: ended.append("ended"))
        monkeypatch.setattr(house.engine, "turn", lambda _items: 1 / 0)
        house.engine.start()
        house.engine.stop()
        assert ended == ["ended"]


def test_a_database_that_was_taken_away_answers_nobody_until_it_is_back(tmp_path: Path) -> None:
    """Who writes on into a file that has no name any more would lose all of it at the next start."""
    away = tmp_path / "away.db"
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        database_file(tmp_path).rename(away)
        answer = house.engine.submit(Acknowledge(id="c1", principal=TECHNICIAN, incident=1))
        house.engine.turn(house.engine.intake.take())
        assert isinstance(answer.exception(timeout=0), DatabaseGone)
        house.wait(45)
        assert isinstance(house.effects.refused[0], DatabaseGone)
        assert "Langkah awal: kembalikan berkas basis data" in house.effects.undurable[0].message.text
        away.rename(database_file(tmp_path))
        house.wait(1)
        assert house.do(Acknowledge(id="c1", principal=TECHNICIAN, incident=1)).ok


def test_another_file_in_the_databases_place_is_not_written_past(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        copy = tmp_path / "copy.db"
        house.store.backup(SYSTEM, copy)
        copy.rename(database_file(tmp_path))
        house.turn(house.cards("a1", jammed=True))
        assert not house.engine.durable
