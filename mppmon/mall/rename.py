"""What a thing is called from now on: so that a new id in the configuration begins no new history. Pure.

Ids are renamed all at once, so that no order of them matters. Why this rewrites what is stored, and does not read it
through an alias: docs/adr/0031-formerly.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from mppmon.mall.model import Counter, Device, Mall, Offer, Service, Site, Uplink


class Named(StrEnum):
    """What has an id of its own, and may be given another."""

    AGENCY = "agency"
    SERVICE = "service"
    COUNTER = "counter"
    DEVICE = "device"
    PERSON = "person"
    ROSTER = "roster"
    POLICY = "policy"
    CHANNEL = "channel"
    RULE = "rule"


@dataclass(frozen=True, slots=True, order=True)
class Rename:
    """`old` is called `new` from now on."""

    what: Named
    old: str
    new: str

    @property
    def aside(self) -> bool:
        """Whether it makes room: something long gone once had the id that is taken now, and keeps its own history."""
        return _ASIDE in self.new


_ASIDE = "~"
"""No id has it."""


@dataclass(frozen=True)
class Names:
    """Renames that come with one configuration. False when there are none."""

    renames: tuple[Rename, ...] = ()

    @classmethod
    def of(cls, renames: Iterable[Rename], revision: str) -> "Names":
        """Return these renames, and what makes room for them: `a~<revision>` of an earlier thing called `a`."""
        wanted = tuple(sorted(renames))
        room = (Rename(one.what, one.new, f"{one.new}{_ASIDE}{revision}") for one in wanted)
        return cls((*room, *wanted))

    def __bool__(self) -> bool:
        return bool(self.renames)

    @property
    def said(self) -> tuple[Rename, ...]:
        """Return what people wrote, without what makes room for it."""
        return tuple(one for one in self.renames if not one.aside)

    @cached_property
    def _maps(self) -> Mapping[Named, Mapping[str, str]]:
        return {what: {one.old: one.new for one in self.renames if one.what is what} for what in Named}

    def of_kind(self, what: Named) -> Mapping[str, str]:
        """Return old -> new."""
        return self._maps[what]

    def one(self, what: Named, name: str) -> str:
        """Return what is called `name` until now."""
        return self._maps[what].get(name, name)

    def many(self, what: Named, names: Iterable[str]) -> tuple[str, ...]:
        """Return these under their new names."""
        return tuple(self.one(what, name) for name in names)

    def key(self, key: tuple[str, str]) -> tuple[str, str]:
        """Return a `(service, counter)` under its new names."""
        return self.one(Named.SERVICE, key[0]), self.one(Named.COUNTER, key[1])

    def subject(self, subject: str) -> str:
        """Return a transition's subject: `<device>/reach`, `<service>@<counter>`, or a device alone."""
        device, slash, what = subject.partition("/")
        service, at, counter = subject.partition("@")
        if at and not slash:
            return "@".join(self.key((service, counter)))
        return f"{self.one(Named.DEVICE, device)}{slash}{what}"

    def cause(self, cause: str) -> str:
        """Return a transition's cause: `<device>/function`, a rule's name, or a word of ours."""
        return self.subject(cause) if "/" in cause else self.one(Named.RULE, cause)

    def check(self, check: str) -> str:
        """Return a check: `<device>:liveness`."""
        device, colon, kind = check.partition(":")
        return f"{self.one(Named.DEVICE, device)}{colon}{kind}"

    def labels(self, labels: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Return labels whose values name a person, a channel and so on under their new names."""
        return tuple((label, self.one(Named(label), word) if label in _LABELS else word) for label, word in labels)


_LABELS = frozenset({Named.AGENCY, Named.DEVICE, Named.PERSON, Named.CHANNEL, Named.RULE})


def rename_mall(mall: Mall, names: Names) -> Mall:
    """Return a mall, also an earlier one, as if it had always been called so."""
    agencies = (replace(one, id=names.one(Named.AGENCY, one.id)) for one in mall.agencies.values())
    services = (_service(one, names) for one in mall.services.values())
    counters = (_counter(one, names) for one in mall.counters.values())
    devices = (rename_device(one, names) for one in mall.devices.values())
    return Mall(
        site=_site(mall.site, names),
        agencies={one.id: one for one in agencies},
        services={one.id: one for one in services},
        counters={one.id: one for one in counters},
        devices={one.id: one for one in devices},
        hours={_hours(key, names): spans for key, spans in mall.hours.items()},
        planned={names.subject(key): spans for key, spans in mall.planned.items()},
    )


def rename_device(one: Device, names: Names) -> Device:
    """Return a device and what it names."""
    return replace(
        one,
        id=names.one(Named.DEVICE, one.id),
        agency=_maybe(one.agency, Named.AGENCY, names),
        parents=names.many(Named.DEVICE, one.parents),
        power=names.many(Named.DEVICE, one.power),
        via=_maybe(one.via, Named.DEVICE, names),
    )


def _maybe(name: str | None, what: Named, names: Names) -> str | None:
    return None if name is None else names.one(what, name)


def _hours(key: str, names: Names) -> str:
    return names.subject(key) if "@" in key else names.one(Named.COUNTER, key)


def _site(one: Site, names: Names) -> Site:
    line = one.uplink
    if line is None:
        return one
    anchors = names.many(Named.DEVICE, line.anchors)
    uplink = Uplink(names.one(Named.DEVICE, line.device), _maybe(line.gateway, Named.DEVICE, names), anchors)
    return replace(one, uplink=uplink)


def _service(one: Service, names: Names) -> Service:
    systems = names.many(Named.DEVICE, one.systems)
    agency = names.one(Named.AGENCY, one.agency)
    return replace(one, id=names.one(Named.SERVICE, one.id), agency=agency, systems=systems)


def _counter(one: Counter, names: Names) -> Counter:
    return replace(
        one,
        id=names.one(Named.COUNTER, one.id),
        agency=names.one(Named.AGENCY, one.agency),
        roles={role: names.many(Named.DEVICE, devices) for role, devices in one.roles.items()},
        offers=tuple(Offer(names.one(Named.SERVICE, offer.service), offer.citizens_per_hour) for offer in one.offers),
    )
