"""Records under the names of today: what was kept of a thing goes on when its id is another one. Pure."""

from dataclasses import replace
from functools import singledispatch
from typing import TypeVar

from alerts.model import Alert, AlertKey, Facts, Incident, Notification, Page, Stopped, Tell
from alerts.silence import Silence
from alerts.timeline import Event
from alerts.window import Remembered
from mppmon.mall.model import Transition
from mppmon.mall.rename import Named, Names

T = TypeVar("T")


def renamed(record: T, names: Names) -> T:
    """Return a record of the pager or a transition under the new names. Its own id and what it says stay."""
    found = _renamed(record, names)
    if not isinstance(found, type(record)):
        raise TypeError(f"{type(record).__name__} became a {type(found).__name__}")
    return found


@singledispatch
def _renamed(record: object, _: Names) -> object:
    raise TypeError(f"{type(record).__name__} is no record that names something")


@_renamed.register
def _transition(one: Transition, names: Names) -> Transition:
    subject, cause = names.subject(one.subject), names.cause(one.cause)
    return replace(one, subject=subject, cause=cause, agency=_maybe(one.agency, Named.AGENCY, names))


@_renamed.register
def _key(one: AlertKey, names: Names) -> AlertKey:
    subject = names.one(Named.DEVICE, one.subject)
    return AlertKey(names.one(Named.RULE, one.rule), subject, names.labels(one.labels))


@_renamed.register
def _alert(one: Alert, names: Names) -> Alert:
    return replace(one, key=_key(one.key, names))


@_renamed.register
def _incident(one: Incident, names: Names) -> Incident:
    return replace(
        one,
        root=names.one(Named.DEVICE, one.root),
        facts=_facts(one.facts, names),
        agencies=names.many(Named.AGENCY, one.agencies),
        acknowledged_by=_maybe(one.acknowledged_by, Named.PERSON, names),
        team=names.one(Named.POLICY, one.team),
        joined=names.many(Named.DEVICE, one.joined),
        notes=tuple(replace(note, who=names.one(Named.PERSON, note.who)) for note in one.notes),
    )


def _facts(one: Facts, names: Names) -> Facts:
    def many(stopped: tuple[Stopped, ...]) -> tuple[Stopped, ...]:
        return tuple(replace(stop, agency=names.one(Named.AGENCY, stop.agency)) for stop in stopped)

    return replace(one, stopped=many(one.stopped), left=many(one.left))


@_renamed.register
def _page(one: Page, names: Names) -> Page:
    return replace(
        one,
        policy=names.one(Named.POLICY, one.policy),
        told=names.many(Named.PERSON, one.told),
        told_in_round=names.many(Named.PERSON, one.told_in_round),
        asked=names.many(Named.PERSON, one.asked),
        refused=names.many(Named.PERSON, one.refused),
    )


@_renamed.register
def _notification(one: Notification, names: Names) -> Notification:
    return replace(
        one,
        recipient=names.one(Named.PERSON, one.recipient),
        channel=names.one(Named.CHANNEL, one.channel),
        tried=names.many(Named.CHANNEL, one.tried),
    )


@_renamed.register
def _tell(one: Tell, names: Names) -> Tell:
    return replace(one, persons=names.many(Named.PERSON, one.persons))


@_renamed.register
def _silence(one: Silence, names: Names) -> Silence:
    match = tuple(
        (label, tuple(word for _, word in names.labels((label, one) for one in words))) for label, words in one.match
    )
    return replace(one, match=match, author=names.one(Named.PERSON, one.author))


@_renamed.register
def _event(one: Event, names: Names) -> Event:
    return replace(one, who=names.one(Named.PERSON, one.who))


@_renamed.register
def _remembered(one: Remembered, names: Names) -> Remembered:
    return replace(one, key=_key(one.key, names))


def _maybe(name: str | None, what: Named, names: Names) -> str | None:
    return None if name is None else names.one(what, name)
