"""The parts a message is put together from: services, places, people, times. Pure; every word through the Speech."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Protocol

from alerts.model import Facts, Stopped

LOCK_SCREEN = 45
"""Characters a cheap phone's lock screen shows of the first line."""

_NAMES_LISTED = 3
_ABOUT = 100  # from here on citizens are said in tens: they are an estimate


class Speech(Protocol):
    """How to speak to one reader: language and mall time. `mppmon.i18n.Speech` is one."""

    @property
    def language(self) -> str: ...

    def _(self, text: str) -> str: ...

    def plural(self, one: str, many: str, count: int) -> str: ...

    def time(self, at: datetime) -> str: ...

    def date(self, at: datetime) -> str: ...

    def number(self, value: float) -> str: ...


def gravest(stopped: Iterable[Stopped]) -> list[Stopped]:
    """Return what is hit, the interrupted before the degraded, and the service that most citizens wait for first, at
    all its counters together.
    """
    every = list(stopped)
    waiting: dict[tuple[bool, str, str], float] = {}
    for one in every:
        waiting[_of_service(one)] = waiting.get(_of_service(one), 0.0) + one.citizens_per_hour
    order = {service: place for place, service in enumerate(sorted(waiting, key=lambda one: -waiting[one]))}
    return sorted(every, key=lambda one: (not one.interrupted, order[_of_service(one)], -one.citizens_per_hour))


def _of_service(one: Stopped) -> tuple[bool, str, str]:
    return one.interrupted, one.agency, one.service


def nobody_waits(hit: Sequence[Stopped]) -> bool:
    """Whether all of this is outside its service hours."""
    return bool(hit) and all(one.closed for one in hit)


def services(hit: Sequence[Stopped], speech: Speech) -> str:
    """Return `Cetak KTP-el`, or `Cetak KTP-el dan 4 layanan lain`: the first is named."""
    others = len({(one.agency, one.service) for one in hit}) - 1
    if not others:
        return hit[0].service
    text = speech.plural("{service} and {count} other service", "{service} and {count} other services", others)
    return text.format(service=hit[0].service, count=others)


def places(hit: Sequence[Stopped], speech: Speech, *, room: int) -> str:
    """Return `Loket A3`, `Loket A3 dan 2 loket lain` where that fits into `room` characters, else `3 loket`."""
    names = list(dict.fromkeys(one.place for one in hit))
    if len(names) == 1:
        return names[0]
    text = speech.plural("{place} and {count} other counter", "{place} and {count} other counters", len(names) - 1)
    full = text.format(place=names[0], count=len(names) - 1)
    if len(full) <= room:
        return full
    return speech.plural("{count} counter", "{count} counters", len(names)).format(count=len(names))


def either(names: Sequence[str], speech: Speech) -> str:
    """Return `Loket A2, A4 atau B1`: a first word that all share is said once; at most three are named."""
    named = list(names[:_NAMES_LISTED])
    heads = {name.partition(" ")[0] for name in named}
    if len(heads) == 1 and all(" " in name for name in named):
        named[1:] = [name.partition(" ")[2] for name in named[1:]]
    if len(named) == 1:
        return named[0]
    return speech._("{names} or {last}").format(names=", ".join(named[:-1]), last=named[-1])


def fault(facts: Facts, speech: Speech) -> str:
    """Return `Printer kartu: kartu macet (Disdukcapil, Lt. 1)`."""
    text = symptom(facts, speech)
    return f"{text} ({facts.where})" if facts.where else text


def symptom(facts: Facts, speech: Speech) -> str:
    """Return `Printer kartu: kartu macet`; of what cannot be asked, `Diduga Sakelar lantai 2 mati atau terputus`."""
    what = facts.what.of(speech.language)
    if facts.suspected:
        return speech._("Suspected: {device} {what}").format(device=facts.device, what=what)
    return f"{facts.device}: {what}"


def party(facts: Facts, speech: Speech) -> list[str]:
    """Return who has to act about an incident, as `to_mend`."""
    return to_mend(facts.party, speech)


def to_mend(party: str, speech: Speech) -> list[str]:
    """Return `Perlu ditangani: penyedia internet`; nothing where it is not known who has to act."""
    words = {
        "mall": speech._("the mall's own network"),
        "provider": speech._("the internet provider"),
        "resolver": speech._("whoever keeps the DNS server"),
        "agency": speech._("the agency itself (its own system)"),
    }
    word = words.get(party)
    return [speech._("To be mended by: {party}").format(party=word)] if word else []


def when(at: datetime, now: datetime, speech: Speech) -> str:
    """Return `09.12 WIB`, with its date when that is not today's."""
    if speech.date(at) == speech.date(now):
        return speech.time(at)
    return speech._("{date} at {time}").format(date=speech.date(at), time=speech.time(at))


def duration(span: timedelta, speech: Speech) -> str:
    """Return `19 menit`, `2 jam 5 menit` or `3 hari 4 jam`: two parts at most, to the nearest minute."""
    minutes = max(0, round(span.total_seconds() / 60))
    if not minutes:
        return speech._("less than a minute")
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [
        speech.plural("{count} day", "{count} days", days).format(count=days) if days else "",
        speech.plural("{count} hour", "{count} hours", hours).format(count=hours) if hours else "",
        speech.plural("{count} minute", "{count} minutes", minutes).format(count=minutes) if minutes else "",
    ]
    return " ".join([part for part in parts if part][:2])


def citizens(hit: Iterable[Stopped], speech: Speech) -> str:
    """Return `sekitar 12 warga/jam`; empty when the inventory knows of none."""
    total = sum(one.citizens_per_hour for one in hit)
    if total <= 0:
        return ""
    rounded = round(total, -1) if total >= _ABOUT else max(1, round(total))
    return speech._("about {citizens} citizens/hour").format(citizens=speech.number(int(rounded)))


def redirect(hit: Sequence[Stopped], speech: Speech, *, name: bool) -> str:
    """Return `arahkan ke Loket A2 atau A4` for the first of these; `name`: say which service."""
    first = hit[0]
    if not first.elsewhere:
        if first.unsure:
            return "" if name else speech._("the condition of the other counters is not known yet")
        return "" if name else speech._("no other counter delivers it now")
    there = either(first.elsewhere, speech)
    if name:
        return speech._("send {service} to {places}").format(service=first.service, places=there)
    return speech._("send them to {places}").format(places=there)


def names(listed: Sequence[str], speech: Speech) -> str:
    """Return the first names and how many more: `PC A1, PC A2, PC A3 dan 11 lainnya`."""
    shown = ", ".join(listed[:_NAMES_LISTED])
    more = len(listed) - _NAMES_LISTED
    if more <= 0:
        return shown
    return speech.plural("{names} and {count} more", "{names} and {count} more", more).format(names=shown, count=more)


def by_service(hit: Sequence[Stopped]) -> list[list[Stopped]]:
    """Return what is hit in groups of one service and one gravity, in the order given."""
    order = {(one.interrupted, one.agency, one.service): place for place, one in reversed(list(enumerate(hit)))}

    def rank(one: Stopped) -> int:
        return order[one.interrupted, one.agency, one.service]

    return [list(group) for _, group in groupby(sorted(hit, key=rank), key=rank)]
