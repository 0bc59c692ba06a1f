"""Reads without a daemon: straight from the database, read-only."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from mppmon.cli.control import elsewhere
from mppmon.clock import Clock
from mppmon.config import ConfigErrors, Loaded, from_normalised
from mppmon.doctor.database import newest_copy, remedy
from mppmon.engine.hours import may_be_off
from mppmon.engine.restore import restore
from mppmon.engine.snapshot import Snapshot, picture
from mppmon.mall.health import Reach
from mppmon.mall.impact import Verdict
from mppmon.mall.model import Delivery, State, delivery_subject
from mppmon.mall.principal import Principal, Role
from mppmon.state import database_file
from mppmon.store import Store, StoreError
from mppmon.store.paths import database_url
from mppmon.web.canaries import canary_view
from mppmon.web.history import history
from mppmon.web.incident_page import history_view
from mppmon.web.quiet import maintenance_view, silences_view
from mppmon.web.views import on_call_view, status_view

_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_EVER = datetime(9000, 1, 1, tzinfo=UTC)
"""Later than any config: the one in use then is the newest."""

READER = Principal(Role.ADMINISTRATOR, "offline")
"""Who may open the file may read it: its permissions are the guard."""


@contextmanager
def database(state: Path) -> Iterator[Store]:
    """Open the database read-only. Whatever is wrong with it ends as a ClickException with the file and its remedy."""
    try:
        with Store.open(database_url(state), read_only=True) as store:
            yield store
    except (StoreError, ConfigErrors, OSError) as error:
        raise click.ClickException(trouble(state, error)) from error


def trouble(state: Path, error: Exception) -> str:
    """Return what to tell about a database that cannot be used: always its file, and for a damaged one the remedy."""
    file, words = database_file(state), str(error)
    if any(code in words for code in _DAMAGED):
        return f"{file} is damaged ({words}). {remedy(file, newest_copy(state))}"
    if isinstance(error, ConfigErrors):
        return f"{file}: the configuration kept in it is not one of this mppmon's: {words}"
    words += elsewhere(state)
    return words if str(file) in words else f"{file}: {words}"


def offline_status(state: Path) -> dict[str, Any]:
    """Return the status view of the last states in the database; ClickException when there is none."""
    with database(state) as store:
        snapshot = last_picture(store, last_config(store))
        canary = canary_view(store.canaries(READER), snapshot.loaded)
        return {**status_view(snapshot, READER, now=Clock().now()), "canary": canary}


def offline_silences(state: Path) -> dict[str, Any]:
    """Return the silences that the database has; ClickException when it holds no state."""
    with database(state) as store:
        return silences_view(last_picture(store, last_config(store)), Clock().now())


def offline_maintenance(state: Path) -> dict[str, Any]:
    """Return the maintenance of the database and of its newest configuration; ClickException when it holds no state."""
    with database(state) as store:
        return maintenance_view(last_picture(store, last_config(store)), Clock().now())


def offline_incident(state: Path, number: int) -> dict[str, Any]:
    """Return an incident with its history from the database; ClickException when it has none of this number."""
    now = Clock().now()
    with database(state) as store:
        loaded = last_config(store)
        found = history(store, READER, number, loaded, now=now)
    if found is None:
        raise click.ClickException(f"#{number}: no incident of this number")
    return history_view(found, Snapshot(0, now, loaded))


def last_config(store: Store) -> Loaded:
    """Return the config of the revision used last; ClickException when none was kept."""
    used = store.revisions(READER, start=_EVER, end=_EVER + timedelta(days=1))
    normalised = store.revision(READER, used[-1].revision) if used else None
    if normalised is None:
        raise click.ClickException("the database holds no configuration yet")
    return from_normalised(normalised, today=Clock().now().date())


def offline_on_call(state: Path) -> dict[str, Any]:
    """Return the on-call view of the newest configuration in the database; ClickException when there is none."""
    now = Clock().now()
    with database(state) as store:
        loaded = last_config(store)
    return on_call_view(Snapshot(0, now, loaded), READER, now)


def last_picture(store: Store, loaded: Loaded) -> Snapshot:
    """Return what was known last, of a configuration; ClickException when nothing was."""
    saved = store.saved(READER)
    at = saved.last_seen or max((one.at for one in saved.states.values()), default=None)
    if at is None:
        raise click.ClickException("the database holds no state yet")
    world = restore(loaded, saved, at)
    for device in loaded.mall.devices:
        newest = saved.states.get(f"{device}/function")
        world.functions[device] = State(newest.new) if newest else State.UNKNOWN
        if reached := saved.states.get(f"{device}/reach"):
            world.reaches[device] = Reach(State(reached.new), reached.at)
    for key in world.deliveries:
        newest = saved.states.get(delivery_subject(*key))
        cause = newest.cause.partition("/")[0] if newest else None
        world.deliveries[key] = Verdict(Delivery(newest.new) if newest else Delivery.UNKNOWN, cause)
    devices = (loaded.mall.devices[one] for one, reach in world.reaches.items() if reach.state is State.DOWN)
    world.off = frozenset(one.id for one in devices if may_be_off(world, one, at))
    return picture(world, 0, at, frozenset())
