"""A new id in memory: the world of the old configuration is told under the names of the new one before that takes over.

What the same turn has decided so far is told so too: its batch is written after the rows of before were renamed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from alerts.rule import compile_rules
from mppmon.config import Loaded
from mppmon.engine.quiet import forget_covering
from mppmon.engine.turn import Turn
from mppmon.engine.world import Window, World
from mppmon.mall.impact import Index, Verdict
from mppmon.mall.rename import Named, Names, rename_mall
from mppmon.store import AuditEntry
from mppmon.store.renamed import renamed

K = TypeVar("K")
V = TypeVar("V")


def rename(turn: Turn, names: Names) -> None:
    """Call everything by its new name, in the world and in what this turn has done."""
    if not names:
        return
    _world(turn.world, names)
    _turn(turn, names)


def audited(names: Names, *, at: datetime, author: str) -> list[AuditEntry]:
    """Return what the audit says of these renames."""
    return [
        AuditEntry(at, author, "rename", {"what": one.what.value, "before": one.old, "after": one.new})
        for one in names.said
    ]


def as_renamed(loaded: Loaded, names: Names) -> Loaded:
    """Return a configuration as if it had always called things so: to be compared with the next one. Its people,
    policies and channels, which nothing compares, stay.
    """
    if not names:
        return loaded
    return replace(
        loaded,
        mall=rename_mall(loaded.mall, names),
        targets=tuple(
            replace(
                one,
                check=names.check(one.check),
                device=names.one(Named.DEVICE, one.device),
                parts=names.many(Named.DEVICE, one.parts),
            )
            for one in loaded.targets
        ),
        rules=tuple(replace(one, name=names.one(Named.RULE, one.name)) for one in loaded.rules),
    )


def _world(world: World, names: Names) -> None:
    def device(name: str) -> str:
        return names.one(Named.DEVICE, name)

    world.loaded = as_renamed(world.loaded, names)
    world.book, world.index = compile_rules(world.loaded.rules), Index(world.loaded.mall)
    world.reaches = _keys(world.reaches, device)
    world.asks = _keys(world.asks, names.check)
    world.functions = _keys(world.functions, device)
    world.function_since = _keys(world.function_since, device)
    world.confirmed = _keys(world.confirmed, device)
    world.reach_course = _keys(world.reach_course, device)
    world.function_course = _keys(world.function_course, device)
    world.graces = _keys(world.graces, device)
    world.awaited = _keys(world.awaited, device)
    world.uptimes = _keys(world.uptimes, device)
    world.folds = {device(one) for one in world.folds}
    world.booting = {device(one) for one in world.booting}
    world.deliveries = {names.key(key): _verdict(one, device) for key, one in world.deliveries.items()}
    world.delivery_since = _keys(world.delivery_since, names.key)
    world.delivery_course = _keys(world.delivery_course, names.key)
    _open(world, names)
    world.memory.windows = _keys(world.memory.windows, lambda key: renamed(key, names))
    world.memory.grown = _keys(world.memory.grown, lambda key: renamed(key, names))
    world.silences = {key: renamed(one, names) for key, one in world.silences.items()}
    forget_covering(world)


def _open(world: World, names: Names) -> None:
    world.alerts = {one.key: one for one in (renamed(alert, names) for alert in world.alerts.values())}
    world.incidents = {key: renamed(one, names) for key, one in world.incidents.items()}
    world.pages = {key: renamed(one, names) for key, one in world.pages.items()}
    closed = (renamed(one, names) for one in world.closed.values())
    world.closed = {(one.root, one.team): one for one in closed}
    world.unsent = {key: renamed(one, names) for key, one in world.unsent.items()}
    world.windows = {
        (names.one(Named.PERSON, person), kind): _window(one, names) for (person, kind), one in world.windows.items()
    }


def _window(one: Window, names: Names) -> Window:
    return replace(one, held=[(renamed(said, names), renamed(about, names)) for said, about in one.held])


def _verdict(one: Verdict, device: Callable[[str], str]) -> Verdict:
    cause = one.cause and device(one.cause)
    return replace(one, cause=cause, causes=tuple(device(cause) for cause in one.causes))


def _turn(turn: Turn, names: Names) -> None:
    def device(name: str) -> str:
        return names.one(Named.DEVICE, name)

    batch = turn.batch
    batch.transitions = [renamed(one, names) for one in batch.transitions]
    batch.alerts = [renamed(one, names) for one in batch.alerts]
    batch.incidents = [renamed(one, names) for one in batch.incidents]
    batch.pages = [renamed(one, names) for one in batch.pages]
    batch.notifications = [renamed(one, names) for one in batch.notifications]
    batch.silences = [renamed(one, names) for one in batch.silences]
    batch.events = [renamed(one, names) for one in batch.events]
    batch.graces = [(device(one), since) for one, since in batch.graces]
    batch.windows = [renamed(one, names) for one in batch.windows]
    batch.forgotten = [device(one) if isinstance(one, str) else renamed(one, names) for one in batch.forgotten]
    turn.changed = _keys(turn.changed, device)
    turn.asked = _all(turn.asked, device)
    turn.passives = _all(turn.passives, device)
    turn.powered = _keys(turn.powered, device)
    turn.expedites = _all(turn.expedites, device)
    turn.opened = _all(turn.opened, lambda name: names.one(Named.SERVICE, name))
    turn.repolls = [(names.check(check), delays) for check, delays in turn.repolls]
    turn.fired = [renamed(one, names) for one in turn.fired]
    turn.resolved = [renamed(one, names) for one in turn.resolved]
    turn.tells = [renamed(one, names) for one in turn.tells]
    turn.informed = {key: renamed(one, names) for key, one in turn.informed.items()}


def _keys(known: Mapping[K, V], rename: Callable[[K], K]) -> dict[K, V]:
    return {rename(key): value for key, value in known.items()}


def _all(known: Iterable[str], rename: Callable[[str], str]) -> set[str]:
    return {rename(one) for one in known}
