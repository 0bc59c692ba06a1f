"""Agency A never sees agency B, nor the mall's own rows: held against every public method of the store there is."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import column, select

from alerts.timeline import Event, EventKind
from mppmon.mall.principal import MALL, SYSTEM, Principal, Refused, Role
from mppmon.store import AuditEntry, Batch, Store, Told, Used
from mppmon.store.scope import scope
from tests.unit.store_kit import MINUTE, MONDAY, alert, fresh, incident, new_database, notification, page, transition

# Each owner's rows carry the owner's name in every text.
OWNERS = ("alfa", "bravo", "charlie")
LATE = datetime(9000, 1, 1, tzinfo=MONDAY.tzinfo)
CAUSES = (*(f"{one}-pc/function" for one in OWNERS), "sw-core/function", "charlie-gone/reach", "daemon-off")
LIFE = {"open", "close", "hasten"}  # they touch no row

Call = Callable[[Store, Principal, Path], object]
CALLS: dict[str, Call] = {
    "commit": lambda store, who, _: store.commit(who, Batch(last_seen=LATE)),
    "saved": lambda store, who, _: store.saved(who),
    "answered": lambda store, who, _: store.answered(who, "bravo-command"),
    "last_seen": lambda store, who, _: store.last_seen(who),
    "lease": lambda store, who, _: store.lease(who, now=LATE, until=LATE, limit=99, channels=["mail"]),
    "release": lambda store, who, _: store.release(who),
    "mark": lambda store, who, _: store.mark(who, "bravo-key", now=LATE, dead=True, attempt=1),
    "next_due": lambda store, who, _: store.next_due(who, MONDAY),
    "unsent": lambda store, who, _: store.unsent(who, "bravo-key"),
    "orphaned": lambda store, who, _: store.orphaned(who, channels=("none",)),
    "oldest_unsent": lambda store, who, _: store.oldest_unsent(who),
    "fates": lambda store, who, _: store.fates(who, ["bravo-key"]),
    "pending": lambda store, who, _: store.pending(who),
    "canaries": lambda store, who, _: store.canaries(who),
    "transitions": lambda store, who, _: store.transitions(who, start=MONDAY, end=LATE),
    "before": lambda store, who, _: store.before(
        who, at=LATE, subjects=[*(f"{one}@a1" for one in OWNERS), "sw-core/reach"]
    ),
    "incidents": lambda store, who, _: store.incidents(who, start=MONDAY, end=LATE),
    "incident": lambda store, who, _: [store.incident(who, number) for number in range(1, 9)],
    "timeline": lambda store, who, _: [store.timeline(who, f"i{number}") for number in range(1, 9)],
    "planned": lambda store, who, _: store.planned(who, start=MONDAY, end=LATE),
    "save_revision": lambda store, who, _: store.save_revision(who, "rev2", "bravo", LATE, "bravo"),
    "revision": lambda store, who, _: store.revision(who, "rev1"),
    "revisions": lambda store, who, _: store.revisions(who, start=MONDAY, end=LATE),
    "names_after": lambda store, who, _: store.names_after(who, Used("rev1", MONDAY, "bravo")),
    "verify_audit": lambda store, who, _: store.verify_audit(who),
    "prune": lambda store, who, _: store.prune(who, {"command": MONDAY}, now=MONDAY, limit=1),
    "backup": lambda store, who, path: store.backup(who, path / "copy.db"),
}


def public_methods() -> list[str]:
    return [name for name, _ in inspect.getmembers(Store, callable) if not name.startswith("_") and name not in LIFE]


@pytest.mark.parametrize("name", public_methods())
def test_every_method_takes_a_principal_first(name: str) -> None:
    first = list(inspect.signature(getattr(Store, name)).parameters.values())[1]
    assert (first.name, first.annotation, first.default) == ("principal", Principal, inspect.Parameter.empty)


def test_every_method_is_held_against_the_promise() -> None:
    assert set(public_methods()) == set(CALLS), "a new method of Store needs a line in CALLS"


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(new_database(tmp_path_factory.mktemp("scope") / "mppmon.db")) as store:
        seed(store)
        yield store


def seed(store: Store) -> None:
    numbered = enumerate([("alfa",), ("bravo",), ("alfa", "bravo"), (), ("charlie",), ("bravo", "charlie")], start=1)
    incidents = [
        replace(incident(number, *owners), acknowledged_by=f"tech-{number}", acknowledged_at=MONDAY)
        for number, owners in numbered
    ]
    store.save_revision(SYSTEM, "rev1", "alfa bravo charlie sw-core", MONDAY, "charlie")
    store.commit(
        SYSTEM,
        Batch(
            transitions=[
                *(transition(f"{one}@a1", "delivered", MONDAY + MINUTE, agency=one, cause="start") for one in OWNERS),
                transition("sw-core/reach", "up", MONDAY + MINUTE, agency=None),
                *(transition(f"{one}-pc/function", "down", MONDAY, agency=one) for one in OWNERS),
                *(
                    transition(f"{one}@a2", "interrupted", MONDAY + MINUTE * at, agency=one, cause=cause)
                    for one in OWNERS
                    for at, cause in enumerate(CAUSES, start=2)
                ),
            ],
            alerts=[alert(f"{one}-alert") for one in OWNERS],
            incidents=incidents,
            pages=[page(f"{one.agencies}-page", one.id) for one in incidents],
            notifications=[
                notification(f"{one.id}-key", incident_id=one.id, recipient=f"tech-{one.number}") for one in incidents
            ],
            events=[
                Event(f"{one.id}-{kind}", one.id, MONDAY, kind, f"tech-{one.number}", words)
                for one in incidents
                for kind, words in ((EventKind.ACKNOWLEDGED, ""), (EventKind.NOTE, f"note of tech-{one.number}"))
            ],
            audit=[AuditEntry(MONDAY, one, "ack") for one in OWNERS],
            commands=[(f"{one}-command", MONDAY, one) for one in OWNERS],
            last_seen=MONDAY,
        ),
    )


@pytest.mark.parametrize("name", sorted(CALLS))
@settings(max_examples=15)
@given(own=st.sets(st.sampled_from([*OWNERS, "delta"]), max_size=3))
def test_rows_of_one_agency_never_reach_another(
    name: str, own: set[str], seeded: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    who = Principal(Role.AGENCY, "reader", agencies=frozenset(own))
    try:
        found = repr(CALLS[name](seeded, who, tmp_path_factory.getbasetemp()))
    except Refused:
        return
    for foreign in {*OWNERS} - own:
        assert foreign not in found
    assert "sw-core" not in found
    assert "Switch inti" not in found
    assert "mall.example" not in found, "an address of the outbox"
    assert "tech-" not in found, "who was told"


def test_an_agency_reads_its_own(seeded: Store) -> None:
    who = Principal(Role.AGENCY, "reader", agencies=frozenset({"alfa"}))
    found = seeded.transitions(who, start=MONDAY + MINUTE, end=LATE)
    assert [(one.subject, one.cause) for one in found] == [
        ("alfa@a1", "start"),
        *(("alfa@a2", cause) for cause in ("alfa-pc/function", "", "", MALL, "", "daemon-off")),
    ]
    (newest,) = seeded.before(who, at=MONDAY + MINUTE * 3.5, subjects=["alfa@a2"]).values()
    assert newest.cause == "", "the one before the last is hidden too"
    assert list(seeded.before(who, at=LATE, subjects=["alfa@a1", "bravo@a1"])) == ["alfa@a1"]
    shared, own = seeded.incidents(who, start=MONDAY, end=LATE)
    assert (shared.number, own.number) == (3, 1)
    assert shared.agencies == ("alfa",)
    assert [one.agency for one in shared.facts.stopped] == ["alfa"]
    assert seeded.incident(who, 2) is None
    happened, told = seeded.timeline(who, "i3")
    assert isinstance(happened, Event)
    assert (happened.kind, happened.who) == (EventKind.ACKNOWLEDGED, "MPP")
    assert isinstance(told, Told)
    assert seeded.timeline(who, "i2") == []


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.TECHNICIAN, Role.ADMINISTRATOR, Role.SYSTEM])
def test_staff_read_everything(role: Role, seeded: Store) -> None:
    who = Principal(role, "somebody")
    assert len(seeded.transitions(who, start=MONDAY, end=LATE)) == 7 + len(OWNERS) * len(CAUSES)
    assert len(seeded.incidents(who, start=MONDAY, end=LATE)) == 6
    assert len(seeded.timeline(who, "i4")) == 4


WRITES = ("commit", "lease", "mark", "release", "save_revision")


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("role", [Role.AGENCY, Role.COORDINATOR, Role.TECHNICIAN])
def test_only_the_daemon_and_administrators_write(name: str, role: Role, tmp_path: Path) -> None:
    with fresh() as store:
        seed(store)
        before = store.saved(SYSTEM)
        with pytest.raises(Refused, match=f"role {role.value} may not"):
            CALLS[name](store, Principal(role, "somebody", agencies=frozenset(OWNERS)), tmp_path)
        assert store.saved(SYSTEM) == before
        assert store.lease(SYSTEM, now=LATE, until=LATE, limit=1, channels=["mail"])[0][1] == 1


def sql_of(who: Principal) -> str:
    return str(select(column("x")).where(scope(who, column("agency"))))


def test_deny_by_default() -> None:
    assert "false" in sql_of(Principal(Role.AGENCY, "of no agency"))
    assert "false" in sql_of(replace(SYSTEM, role=Role.AGENCY))
    assert "false" in sql_of(Principal("visitor", "a role of later", agencies=frozenset({"alfa"})))  # type: ignore[arg-type]  # on purpose
