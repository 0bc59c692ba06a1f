"""From functions to services: what each change stops, limits or gives back."""

from mppmon.engine.turn import Turn
from mppmon.mall.model import Delivery, delivery_subject
from mppmon.mall.topology import below


def services(turn: Turn) -> None:
    """Recompute the services that hang on what changed, and record the transitions."""
    world, mall = turn.world, turn.world.loaded.mall
    if not turn.changed:
        return
    reached = {one for device in turn.changed for one in (device, *below(mall, device))}
    affected = world.index.affected(reached)
    if not affected:
        return
    impact = world.impact_of(turn.now, affected)
    newest = max(turn.changed.values())
    for key in sorted(affected):
        before, after = world.deliveries[key], impact.deliveries[key]
        world.deliveries[key] = after
        if before.delivery is after.delivery:
            continue
        cause = after.cause
        at = newest
        if after.delivery in {Delivery.INTERRUPTED, Delivery.DEGRADED} and cause in world.function_since:
            at = max(world.function_since[cause], world.reaches[cause].since)
        at = max(min(at, turn.now), world.delivery_since[key])
        world.delivery_since[key] = at
        service, counter = key
        turn.transition(
            delivery_subject(service, counter),
            before.delivery,
            after.delivery,
            at=at,
            cause=f"{cause}/function" if cause else "recovered",
            agency=mall.services[service].agency,
        )
