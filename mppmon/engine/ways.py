"""By which channels a person can be told."""

from alerts.model import Person
from mppmon.engine.world import World


def ways(world: World, person: Person) -> list[tuple[str, str]]:
    """Return a person's channels of the present configuration with their addresses, the preferred one first."""
    return [(channel, address) for channel, address in person.addresses.items() if channel in world.loaded.channels]
