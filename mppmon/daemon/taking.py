"""The configuration a daemon begins with: what has another id than in the one used last keeps its history."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from mppmon.config import ConfigErrors, Loaded, from_normalised
from mppmon.config.renaming import names
from mppmon.engine.renaming import audited
from mppmon.mall.principal import SYSTEM
from mppmon.mall.rename import Names
from mppmon.store import Batch, Store, Taken

AUTHOR = "mppmon"
_EVER = datetime(9000, 1, 1, tzinfo=UTC)
"""Later than any configuration: the one in use then is the newest."""
_log = logging.getLogger(__name__)


def take(store: Store, loaded: Loaded, now: datetime) -> None:
    """Keep that this configuration is in use from now on, and its renames, in one transaction. ConfigErrors where it
    would join two histories (`mppmon.config.renaming.names`): then nothing was changed.
    """
    called = _names(store, loaded, now)
    taken = Taken(loaded.revision, loaded.normalised, now, AUTHOR, called)
    store.commit(SYSTEM, Batch(revisions=[taken], audit=audited(called, at=now, author=AUTHOR)))
    for one in called.said:
        _log.info("%s %s is called %s from now on", one.what.value, one.old, one.new)


def in_use(store: Store, loaded: Loaded, now: datetime) -> Callable[[], Loaded | None]:
    """Return what builds the configuration used last, where that is another one; to be called before `take`.

    Building takes as long as loading does, and few starts need it: only what is open now was decided by it.
    """
    text = _text(store, loaded)
    return lambda: _read(text, now, "so open alerts are held against the present one") if text is not None else None


def _names(store: Store, loaded: Loaded, now: datetime) -> Names:
    text = _text(store, loaded)
    if text is None or (not loaded.formerly and '"formerly":["' not in text):
        return Names()  # nothing to look for
    before = _read(text, now, "so no `formerly` is obeyed")
    return names(before, loaded) if before is not None else Names()


def _text(store: Store, loaded: Loaded) -> str | None:
    used = store.revisions(SYSTEM, start=_EVER, end=_EVER + timedelta(days=1))
    if not used or used[-1].revision == loaded.revision:
        return None
    return store.revision(SYSTEM, used[-1].revision)


def _read(text: str, now: datetime, so: str) -> Loaded | None:
    try:
        return from_normalised(text, today=now.date())
    except ConfigErrors as error:
        _log.error("the configuration used last cannot be read, %s: %s", so, error)
        return None
