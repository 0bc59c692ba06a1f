"""Which team an alert is for, and the open incident of its cause and team."""

from collections import defaultdict
from typing import Self

from alerts.model import Incident, Rule
from mppmon.engine.world import World
from mppmon.mall.model import Device

TEAM = "team"
"""The label of a rule that names the policy which its alerts walk."""


def team_of(world: World, rule: Rule, device: Device) -> str:
    """Return the policy that an alert's page walks, empty for the mall's own: what its rule says, else its agency."""
    policies = world.loaded.policies
    named = (dict(rule.labels).get(TEAM, ""), world.loaded.agency_policies.get(device.agency or "", ""))
    found = next((one for one in named if one in policies), "")
    return "" if found == world.loaded.policy else found


class Roots:
    """The incidents that are not closed, by cause and team. One that a person merged into another belongs there,
    whatever its team.
    """

    def __init__(self) -> None:
        self._own: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._joined: defaultdict[str, list[str]] = defaultdict(list)

    @classmethod
    def of(cls, world: World) -> Self:
        """Return those of the world as it is."""
        roots = cls()
        for one in world.incidents.values():
            roots.add(one)
        return roots

    def add(self, incident: Incident) -> None:
        """Take note of an incident."""
        self._own[incident.root, incident.team].append(incident.id)
        for root in incident.joined:
            self._joined[root].append(incident.id)

    def find(self, world: World, root: str, team: str) -> list[Incident]:
        """Return the incidents that an alert of this cause and team may belong to."""
        names = (*self._own[root, team], *self._joined[root])
        return [world.incidents[one] for one in names if one in world.incidents]
