"""Reads without a daemon: straight from the database, read-only."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from mppmon.clock import Clock
from mppmon.config import Loaded, from_normalised
from mppmon.engine.restore import restore
from mppmon.engine.snapshot import Snapshot, picture
from mppmon.mall.impact import Verdict
from mppmon.mall.model import Delivery, State, delivery_subject
from mppmon.mall.principal import Principal, Role
from mppmon.store import Store, StoreError
from mppmon.store.paths import database_url
from mppmon.web.views import on_call_view, status_view

_EVER = datetime(9000, 1, 1, tzinfo=UTC)
"""Later than any config: the one in use then is the newest."""

READER = Principal(Role.ADMINISTRATOR, "offline")
"""Who may open the file may read it: its permissions are the guard."""


def offline_status(state: Path) -> dict[str, Any]:
    """Return the status view of the last states in the database; ClickException when there is none."""
    try:
        with Store.open(database_url(state), read_only=True) as store:
            return status_view(_last_picture(store), READER)
    except StoreError as error:
        raise click.ClickException(str(error)) from error


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
    try:
        with Store.open(database_url(state), read_only=True) as store:
            loaded = last_config(store)
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    return on_call_view(Snapshot(0, now, loaded), READER, now)


def _last_picture(store: Store) -> Snapshot:
    loaded, saved = last_config(store), store.saved(READER)
    at = saved.last_seen or max((one.at for one in saved.states.values()), default=None)
    if at is None:
        raise click.ClickException("the database holds no state yet")
    world = restore(loaded, saved, at)
    for device in loaded.mall.devices:
        newest = saved.states.get(f"{device}/function")
        world.functions[device] = State(newest.new) if newest else State.UNKNOWN
    for key in world.deliveries:
        newest = saved.states.get(delivery_subject(*key))
        cause = newest.cause.partition("/")[0] if newest else None
        world.deliveries[key] = Verdict(Delivery(newest.new) if newest else Delivery.UNKNOWN, cause)
    return picture(world, 0, at, frozenset())
