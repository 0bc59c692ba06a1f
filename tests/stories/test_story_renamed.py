"""A thing gets another id while much is going on: all is afterwards as if it had always been called so."""

import sqlite3
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest

from alerts.model import Incident, NoticeKind
from collectors.observation import Observation, Outcome
from mppmon.config import ConfigErrors, Loaded
from mppmon.config.loaded import Former
from mppmon.config.renaming import names
from mppmon.engine.commands import Acknowledge, AddNote, Hush
from mppmon.mall.model import Agency, Mall
from mppmon.mall.principal import SYSTEM, Principal, Role
from mppmon.mall.rename import Named
from mppmon.reports.data import as_dict
from mppmon.reports.gather import agency_report
from mppmon.reports.request import Request
from mppmon.state import database_file
from mppmon.store import Batch, Store, Taken
from tests.stories.house import JAM, LATER, MONDAY, House, small_config

RENAMES = {  # what is decided at one instant is in the order of the ids: theirs stays
    Named.AGENCY: ("dukcapil", "dukcapil-baru"),
    Named.SERVICE: ("ktp", "ktp-baru"),
    Named.COUNTER: ("a1", "a1-baru"),
    Named.DEVICE: ("a1-cards", "a1-cards-baru"),
    Named.PERSON: ("ani", "anita"),
    Named.ROSTER: ("teknisi", "piket"),
    Named.POLICY: ("utama", "pokok"),
    Named.CHANNEL: ("mail", "surel"),
    Named.RULE: ("PrinterNeedsPerson", "PrinterNeedsPersonNow"),
}
MORE = (Named.DEVICE, "core", "core-baru")
FORMERLY = (*(Former(what, new, old) for what, (old, new) in RENAMES.items()), Former(MORE[0], MORE[2], MORE[1]))
NEW = {one.former: one.id for one in FORMERLY}
Name = Callable[[str], str]


def called(value: object, ids: dict[str, str]) -> object:
    """Return a value in which every text that is an id, or begins or ends with one and a colon, is another."""
    if isinstance(value, str):
        return type(value)(":".join(ids.get(part, part) for part in value.split(":")))
    if isinstance(value, dict):
        return {called(key, ids): called(one, ids) for key, one in value.items()}
    if isinstance(value, tuple):
        return tuple(called(one, ids) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: called(getattr(value, one.name), ids) for one in fields(value)})
    return value


def renamed(word: str) -> str:
    return NEW.get(word, word)


def config(*, new: bool) -> Loaded:
    """Return the small mall under its old or its new names."""
    loaded = replace(small_config(), revision="a" * 12, normalised="first")
    if not new:
        return loaded
    found = called(loaded, NEW)
    assert isinstance(found, Loaded)
    return replace(found, revision="b" * 12, normalised="second", formerly=FORMERLY)


def cards(house: House, name: Name, *, jammed: bool) -> Observation:
    part = house.sees(name("a1-cards"), {("mppmon_printer_error", JAM): float(jammed)})
    return house.sees("a1-pc", {}, part)


def well(house: House, name: Name, *, jammed: bool = False) -> None:
    seen = [house.see(one.device) for one in house.loaded.targets if one.check.endswith("liveness")]
    printer = house.sees("a3-printer", {("mppmon_printer_error", JAM): 0.0})
    house.turn(*seen, cards(house, name, jammed=jammed), house.cards("a2"), house.sees("a3-pc", {}), printer)


def first_half(house: House, name: Name) -> None:
    """Let a jam be taken and noted, a silence be laid, the switch be suspected, one incident be over."""
    ani = Principal(Role.TECHNICIAN, "Ani", person=name("ani"))
    house.store.save_revision(SYSTEM, house.loaded.revision, house.loaded.normalised, MONDAY, "test")
    well(house, name)
    house.clock.pass_(60)
    house.turn(cards(house, name, jammed=True))
    house.wait(30, step=10)
    house.turn(cards(house, name, jammed=False))
    house.wait(2400, step=60)
    well(house, name)
    house.turn(cards(house, name, jammed=True))
    house.do(Acknowledge(id="c", principal=ani, incident=2))
    house.do(AddNote(id="n", principal=ani, incident=2, text="kartu sedang ditarik"))
    match = (("device", (name("core"),)), ("rule", ("DeviceDown",)))
    house.do(Hush(id="h", principal=ani, match=match, seconds=600, reason="kabel"))
    house.fails(name("core"), probes=2)


def second_half(house: House, name: Name) -> None:
    """Let the switch be down after all, silenced; the jam be mended; something else fail and escalate."""
    for delay in (1.0, 1.5):
        house.clock.pass_(delay)
        house.turn(house.see(name("core"), Outcome.TIMEOUT))
    house.wait(20, step=5)
    house.answers(name("core"))
    well(house, name)
    house.wait(900, step=60)
    well(house, name)
    house.turn(house.sees("a3-printer", {("mppmon_printer_error", JAM): 1.0}))
    house.wait(400, step=10)
    house.turn(house.sees("a3-printer", {("mppmon_printer_error", JAM): 0.0}))
    house.wait(60, step=10)


def by_reload(house: House) -> House:
    future = house.engine.adopt(config(new=True), author="root")
    house.engine.turn(house.engine.intake.take())
    future.result(timeout=0)
    house.loaded = config(new=True)
    return house


def by_restart(house: House) -> House:
    after = config(new=True)
    taken = Taken(after.revision, after.normalised, house.clock.now(), "mppmon", names(house.loaded, after))
    house.loaded = after
    house.store.commit(SYSTEM, Batch(revisions=[taken]))
    return house.killed()


def restarted(house: House) -> House:
    house.store.save_revision(SYSTEM, "b" * 12, "second", house.clock.now(), "test")
    return house.killed()


def facts(house: House, texts: dict[str, Mall]) -> dict[str, object]:
    """Return all that people see of what happened, and what the engine goes on with."""
    store, start, end = house.store, MONDAY - LATER, MONDAY + LATER
    told = store.lease(SYSTEM, now=MONDAY + LATER, until=MONDAY + LATER, limit=999, channels=("mail", "surel"))
    day = Request("", SYSTEM, "dukcapil-baru", "2026-11-23", house.clock.now())
    report = as_dict(agency_report(store, day, lambda text, _: texts[text]))
    assert report["services"]
    snapshot, incidents = house.engine.snapshot, store.incidents(SYSTEM, start=start, end=end)
    return {
        "transitions": [
            (one.subject, one.old, one.new, one.at, one.cause, one.agency)
            for one in store.transitions(SYSTEM, start=start, end=end)
        ],
        "incidents": [replace(one, id="") for one in incidents],
        "timelines": [_bare(store, one) for one in incidents],
        "told": [(one.recipient, one.channel, one.kind, one.message) for one, _ in told],
        "alerts": sorted((one.key, one.status, one.since) for one in snapshot.alerts),
        "states": (snapshot.reaches, snapshot.functions, snapshot.deliveries, snapshot.since),
        "silences": [replace(one, id="") for one in snapshot.silences],
        "report": report,
    }


def _bare(store: Store, incident: Incident) -> list[object]:
    return [
        replace(one, **{name: "" for name in ("id", "incident") if hasattr(one, name)})  # type: ignore[arg-type]  # of any record
        for one in store.timeline(SYSTEM, incident.id)
    ]


@pytest.mark.parametrize(("take", "plain"), [(by_reload, lambda house: house), (by_restart, restarted)])
def test_it_is_as_if_it_had_always_been_called_so(
    tmp_path: Path, take: Callable[[House], House], plain: Callable[[House], House]
) -> None:
    old, new = config(new=False), config(new=True)
    seen = []
    for folder, begun, go_on in (("renamed", old, take), ("always", replace(new, formerly=()), plain)):
        (tmp_path / folder).mkdir()
        with House(tmp_path / folder, begun) as house:
            first_half(house, str if begun is old else renamed)
            house.clock.pass_(1)
            with go_on(house) as after:
                second_half(after, renamed)
                seen.append(facts(after, {"first": begun.mall, "second": new.mall}))
    for what, found in seen[0].items():
        assert found == seen[1][what], what
    text = repr(seen[0])
    assert "a1-cards-baru/function" in text, "the oracle looks at something"
    assert "'a1-cards/" not in text


def test_it_happens_once_and_with_the_revision_or_not_at_all(tmp_path: Path) -> None:
    with House(tmp_path, config(new=False)) as house:
        first_half(house, str)
        raw = sqlite3.connect(database_file(tmp_path))
        raw.execute(
            "create trigger no before insert on renaming begin select raise(abort, 'database or disk is full'); end"
        )
        raw.commit()
        future = house.engine.adopt(config(new=True), author="root")
        house.engine.turn(house.engine.intake.take())
        assert not future.done()
        assert [one for (one,) in raw.execute("select distinct subject from transition") if "-baru" in one] == []
        assert raw.execute("select count(*) from revision_use").fetchone() == (1,)
        raw.execute("drop trigger no")
        raw.commit()
        house.clock.pass_(5)
        house.engine.turn([None])
        future.result(timeout=0)
        for _ in range(2):  # and again: what was renamed is not renamed once more
            by_reload(house)
        assert raw.execute("select count(*) from audit where command = 'rename'").fetchone() == (len(FORMERLY),)
        assert [
            one for (one,) in raw.execute("select distinct subject from transition") if one.startswith("a1-cards/")
        ] == []
        raw.close()
        assert [one.root for one in house.engine.snapshot.incidents] == ["a1-cards-baru"]


def test_an_edit_that_is_taken_back_takes_its_renames_back(tmp_path: Path) -> None:
    with House(tmp_path, config(new=False)) as house:
        first_half(house, str)
        before = house.engine.snapshot
        by_reload(house)
        house.engine.adopt(config(new=False), author="root")
        house.engine.turn(house.engine.intake.take())
        after = house.engine.snapshot
        assert (after.incidents, after.alerts, after.deliveries) == (before.incidents, before.alerts, before.deliveries)
        assert house.history("a1-cards/function")[-1][0] == "down"


def test_an_earlier_thing_of_that_name_keeps_its_own_history(tmp_path: Path) -> None:
    """Long ago another device had the id that is taken now."""
    with House(tmp_path, config(new=False)) as house:
        first_half(house, str)
        of_then = replace(house.transitions("a2-cards/function")[0], id="then", subject="a1-cards-baru/function")
        house.store.commit(SYSTEM, Batch(transitions=[of_then]))
        mine = house.history("a1-cards/function")
        by_reload(house)
        assert house.history("a1-cards-baru/function") == mine
        assert [one.id for one in house.transitions(f"a1-cards-baru~{'b' * 12}/function")] == ["then"]


def refused(before: Loaded, after: Loaded) -> str:
    with pytest.raises(ConfigErrors) as caught:
        names(before, after)
    (problem,) = caught.value.problems
    return str(problem)


def test_no_history_moves_to_another_agency_or_into_another(tmp_path: Path) -> None:
    place = ("devices.yaml", 12, 16)
    claim = Former(Named.DEVICE, "a1-cards-baru", "a1-cards", "devices.a1-cards-baru.formerly.0", place)
    before = config(new=False)
    found = called(before, {"a1-cards": "a1-cards-baru"})
    assert isinstance(found, Loaded)
    after = replace(found, revision="c" * 12, formerly=(claim,))
    other = {**after.mall.devices, "a1-cards-baru": replace(after.mall.devices["a1-cards-baru"], agency="polri")}
    agencies = {**after.mall.agencies, "polri": Agency("polri", "Polri", "Polri")}
    moved = replace(after, mall=replace(after.mall, devices=other, agencies=agencies))
    assert refused(before, moved) == (
        "devices.yaml:12:16 devices.a1-cards-baru.formerly.0: found 'a1-cards', expected a former id of the same "
        "agency: a history does not move to another; rename a1-cards-baru first, move it with the next reload"
    )
    both = {**before.mall.devices, "a1-cards-baru": before.mall.devices["a2-cards"]}
    assert refused(replace(before, mall=replace(before.mall, devices=both)), after) == (
        "devices.yaml:12:16 devices.a1-cards-baru.formerly.0: found 'a1-cards', expected no such line: "
        "'a1-cards-baru' was watched beside it, and two histories are not joined"
    )
    with House(tmp_path, before) as house:
        well(house, str)
        future = house.engine.adopt(moved, author="root")
        house.engine.turn(house.engine.intake.take())
        assert isinstance(future.exception(timeout=0), ConfigErrors)
        assert house.engine.snapshot.loaded.revision == before.revision, "nothing was changed"
        assert NoticeKind.WITHDRAWN not in {one.kind for one in house.told()}


def test_agencies_may_be_renamed_with_all_that_is_theirs() -> None:
    assert len(names(config(new=False), config(new=True)).said) == len(FORMERLY)
