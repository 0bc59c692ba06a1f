"""By which channels a person can be told, and who is told of the daemon's own troubles."""

from alerts.model import AlertStatus, Person
from mppmon.engine.watching import SELF
from mppmon.engine.world import World
from mppmon.mall.principal import Role

ADMINISTRATORS = "@administrators"
"""The policy of pages about the daemon; no policy of a mall can be called so."""

_CHANNEL = "channel"


def ways(world: World, person: Person) -> list[tuple[str, str]]:
    """Return a person's channels of the present configuration with their addresses, the preferred one first."""
    return [(channel, address) for channel, address in person.addresses.items() if channel in world.loaded.channels]


def administrators(world: World) -> list[Person]:
    """Return the administrators who can be told; where there is none, the policy's fallback."""
    people = world.loaded.people
    able = [one for one in people.values() if one.role == Role.ADMINISTRATOR and ways(world, one)]
    fallback = world.loaded.policies[world.loaded.policy].fallback
    return able or [people[one] for one in fallback if one in people and ways(world, people[one])]


def failing(world: World) -> frozenset[str]:
    """Return the channels that an alert about ourselves calls broken: news of that take another way."""
    return frozenset(
        value
        for key, alert in world.alerts.items()
        if key.subject == SELF and alert.status is AlertStatus.FIRING
        for label, value in key.labels
        if label == _CHANNEL
    )
