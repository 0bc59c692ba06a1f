"""Which services stop: from the function of devices to the delivery of each service at each counter.

A service at a counter is what its devices leave possible: were every unknown device working, and were none. If both
give the same delivery, that is it; otherwise it is unknown. Hence interrupted wins over unknown, unknown over degraded.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mppmon.mall.model import Counter, Delivered, Delivery, Mall, Service, State
from mppmon.mall.topology import groups, silent


@dataclass(frozen=True, slots=True)
class Verdict:
    """Delivery of one service at one counter. `causes`: device ids to blame, the first being `cause`; of an unknown
    delivery, what is not known (the uplink's device where our own line is cut).
    """

    delivery: Delivery
    cause: str | None = None
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Impact:
    """Verdicts at one instant, by `(service, counter)`."""

    at: datetime
    deliveries: Mapping[Delivered, Verdict]


_DELIVERED = Verdict(Delivery.DELIVERED)
_Fate = tuple[State, str]
"""What a device is to those who need it, and the device to blame."""


def impact(
    mall: Mall,
    functions: Mapping[str, State],
    *,
    reaches: Mapping[str, State],
    blind: bool = False,
    at: datetime,
    only: Collection[Delivered] | None = None,
) -> Impact:
    """Return the delivery of every service at every counter, or of `only` those (see `Index.affected`).

    `blind`: our own line is cut, so whatever is outside is unknown. A device missing from a mapping is unknown.
    """
    eye = _Eye(mall, functions, reaches, blind=blind)
    wanted = offered(mall) if only is None else only
    return Impact(
        at,
        {
            (service, counter): eye.verdict(mall.services[service], mall.counters[counter])
            for service, counter in wanted
        },
    )


def offered(mall: Mall) -> Iterator[Delivered]:
    """Yield every service at every counter that offers it."""
    for counter in mall.counters.values():
        for offer in counter.offers:
            yield offer.service, counter.id


class Index:
    """Device -> services at counters that may change with it: built once per mall, so that one changed device costs
    only what hangs on it.
    """

    def __init__(self, mall: Mall) -> None:
        self._keys: dict[str, set[Delivered]] = {}
        self._offered: dict[str, list[Delivered]] = {}
        self._behind: dict[Delivered, frozenset[str]] = {}
        above: dict[str, frozenset[str]] = {}
        for key in offered(mall):
            devices = _devices(mall.services[key[0]], mall.counters[key[1]])
            behind = frozenset[str]().union(*(_with_ancestors(mall, device, above) for device in devices))
            self._behind[key] = behind
            self._offered.setdefault(key[0], []).append(key)
            for one in behind:
                self._keys.setdefault(one, set()).add(key)

    def of_service(self, service: str) -> Sequence[Delivered]:
        """Return a service at all counters that offer it."""
        return self._offered.get(service, ())

    def behind(self, key: Delivered) -> frozenset[str]:
        """Return the devices a service at a counter hangs on: those of its roles and systems, and all above them."""
        return self._behind[key]

    def affected(self, device_ids: Iterable[str]) -> set[Delivered]:
        """Return the keys to recompute when these devices changed; the uplink's device stands for our own line."""
        return set().union(*(self._keys.get(device, ()) for device in device_ids))


class _Eye:
    """One look at the mall: fates of devices, each computed once."""

    def __init__(
        self, mall: Mall, functions: Mapping[str, State], reaches: Mapping[str, State], *, blind: bool
    ) -> None:
        self._mall = mall
        self._functions = functions
        self._reaches = reaches
        self._uplink = mall.site.uplink.device if mall.site.uplink else None
        self._blind = blind
        self._fates: dict[str, _Fate] = {}
        self._dead: dict[str, str | None] = {}

    def verdict(self, service: Service, counter: Counter) -> Verdict:
        needed = [*(counter.roles.get(role, ()) for role in service.needs), *((system,) for system in service.systems)]
        if not all(needed):  # a need that nothing fills: nothing to know, nobody to blame
            return Verdict(Delivery.UNKNOWN)
        needs = [self._role(devices) for devices in needed]
        for state, delivery in ((State.DOWN, Delivery.INTERRUPTED), (State.UNKNOWN, Delivery.UNKNOWN)):
            if found := _blamed(needs, state):
                return Verdict(delivery, found[0], found)
        uses = [self._role(devices) for role in service.uses if (devices := counter.roles.get(role))]
        for state, delivery in ((State.DOWN, Delivery.DEGRADED), (State.UNKNOWN, Delivery.UNKNOWN)):
            if found := _blamed(uses, state):
                return Verdict(delivery, found[0], found)
        return _DELIVERED

    def _role(self, devices: tuple[str, ...]) -> tuple[State, tuple[str, ...]]:
        """Say how a role is filled: one device that functions is enough, and one that might makes it unknown."""
        fates = [self._fate(device) for device in devices]
        if any(state is State.UP for state, _ in fates):
            return State.UP, ()
        state = State.DOWN if all(state is State.DOWN for state, _ in fates) else State.UNKNOWN
        return state, tuple(dict.fromkeys(cause for one, cause in fates if one is state))

    def _fate(self, device_id: str) -> _Fate:
        if device_id not in self._fates:
            self._fates[device_id] = self._look(device_id)
        return self._fates[device_id]

    def _look(self, device_id: str) -> _Fate:
        if self._blind and self._mall.devices[device_id].outside and self._uplink is not None:
            return State.UNKNOWN, self._uplink
        state = self._functions.get(device_id, State.UNKNOWN)
        if state is State.UNKNOWN and (cause := self._dead_above(device_id)) is not None:
            return State.DOWN, cause
        return state, device_id

    def _dead_above(self, device_id: str) -> str | None:
        """Return the dead ancestor on which it hangs alone: the nearest that is down itself, through unknown ones."""
        if device_id not in self._dead:
            self._dead[device_id] = None  # so that a loop ends; check-config refuses loops
            for group in groups(self._mall.devices[device_id]):
                causes = [self._dead_itself(one) for one in group]
                if all(cause is not None for cause in causes):
                    self._dead[device_id] = causes[0]
                    break
        return self._dead[device_id]

    def _dead_itself(self, device_id: str) -> str | None:
        if device_id == self._uplink or (self._blind and self._mall.devices[device_id].outside):
            return None  # our own eye, or what only it could see
        state = self._reaches.get(device_id, State.UNKNOWN)
        if state is State.DOWN:
            return device_id
        inferred = silent(self._mall, self._mall.devices[device_id])  # up by those who answered, for all we know of it
        return self._dead_above(device_id) if inferred or state is State.UNKNOWN else None


def _blamed(roles: list[tuple[State, tuple[str, ...]]], state: State) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cause for one, causes in roles if one is state for cause in causes))


def _devices(service: Service, counter: Counter) -> set[str]:
    filled = (counter.roles.get(role, ()) for role in (*service.needs, *service.uses))
    return {*service.systems, *(device for devices in filled for device in devices)}


def _with_ancestors(mall: Mall, device_id: str, known: dict[str, frozenset[str]]) -> frozenset[str]:
    if device_id not in known:
        known[device_id] = frozenset((device_id,))  # so that a loop ends
        device = mall.devices[device_id]
        above = [_with_ancestors(mall, one, known) for group in groups(device) for one in group]
        line = (mall.site.uplink.device,) if device.outside and mall.site.uplink else ()
        known[device_id] = frozenset((device_id, *line)).union(*above)
    return known[device_id]
