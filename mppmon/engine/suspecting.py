"""Passive devices: what hangs on them answers for them, and is asked at once when one of it falls silent."""

from datetime import datetime, timedelta

from mppmon.engine.hours import may_be_off
from mppmon.engine.reach import ask_below_again, changed
from mppmon.engine.turn import Turn
from mppmon.engine.world import World
from mppmon.mall.cause import Because
from mppmon.mall.model import State
from mppmon.mall.passive import infer

_ASKED = 20
"""Witnesses asked at once for each that falls silent: those that fail too have others asked in their turn."""


def follow(turn: Turn) -> None:
    """Say anew what the witnesses make of the passive devices above what changed; a confirmed failure is judged with
    all the others.
    """
    world, mall = turn.world, turn.world.loaded.mall
    touched, turn.passives = turn.passives, set()
    for passive in sorted(touched, key=lambda one: len(world.passives.witnesses[one])):
        before, witnesses = world.reaches[passive], world.passives.witnesses[passive]
        window = timedelta(seconds=world.loaded.settings.patience_seconds)
        window = max(window, *(world.timing(mall.devices[one]).confirmation for one in witnesses))
        off = {one for one in witnesses if may_be_off(world, mall.devices[one], turn.now)}
        reach = world.reaches[passive] = infer(mall, world.passives, passive, world.reaches, off=off, window=window)
        if reach.state is not before.state:
            world.confirmed.pop(passive, None)
            cause = Because.ANSWERED.value if reach.state is State.UP else f"{_last(world, passive)}/reach"
            changed(turn, mall.devices[passive], before.state, reach, cause=cause)
            if reach.state is State.UP:
                ask_below_again(turn, mall.devices[passive])
        elif reach.confirmed_at is None:
            world.confirmed.pop(passive, None)
        elif reach.state is not State.DOWN and before.confirmed_at is None:
            world.confirmed.setdefault(passive, turn.now)
        if reach.failures and (not before.failures or reach.confirmed_at != before.confirmed_at):
            _ask(turn, passive, reach.first_failed_at or turn.now)


def _ask(turn: Turn, passive: str, began: datetime) -> None:
    """Ask the witnesses that were not heard since: of this one, and of what it hangs on itself."""
    world = turn.world
    for one in (passive, *_above(world, passive)):
        silent = [world.reaches[witness] for witness in world.passives.witnesses[one]]
        waiting = [
            witness
            for witness, reach in zip(world.passives.witnesses[one], silent, strict=True)
            if not reach.failures and (reach.proven_at is None or reach.proven_at < began)
        ]
        turn.expedites.update(waiting[:_ASKED])


def _above(world: World, passive: str) -> tuple[str, ...]:
    """Return the next passive thing with more witnesses, once all those of this one have failed."""
    if world.reaches[passive].confirmed_at is None:
        return ()
    mine = world.passives.witnesses[passive]
    wider = [one for one in world.passives.above[mine[0]] if len(world.passives.witnesses[one]) > len(mine)]
    return tuple(wider[:1])


def _last(world: World, passive: str) -> str:
    """Return the witness that was heard last."""
    return max(world.passives.witnesses[passive], key=lambda one: (world.reaches[one].since, one))
