"""Escalation: a policy walked step by step until somebody takes the incident. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.model import NoticeKind, Page, PageStatus, Policy, Step, Tell

_ROSTER = "roster"
_PERSON = "person"
AGAIN = timedelta(minutes=15)
"""When no channel of anybody takes a page, everybody is asked once more after this: a mail server that refuses all
(a quota, a list of senders) is mended some day, and until then the page would have reached nobody.
"""


def escalate(
    policy: Policy, page: Page, *, on_call: Mapping[str, Sequence[str]], now: datetime
) -> tuple[Page, list[Tell]]:
    """Run the step that is due, if one is. `on_call`: roster id -> persons on duty now.

    A step that finds nobody (who can be reached) tells the fallback; without one, the next step runs at once instead
    of waiting for nobody. Who was already told in this round is not told again, unless the step has nobody new: then it
    reminds. Where everybody's channels have refused it, it begins anew after a while.
    """
    if page.status is not PageStatus.PAGING or page.next_at is None or now < page.next_at:
        return page, []
    for _ in policy.steps:
        step = policy.steps[min(page.step, len(policy.steps) - 1)]  # a reload may have shortened the policy
        persons = _reachable(page, _persons(step, on_call)) or _reachable(page, policy.fallback)
        persons = [one for one in persons if one not in page.told_in_round] or persons
        if persons:
            tell = Tell(page.id, page.incident, page.step, page.sequence, tuple(persons), NoticeKind.PAGE)
            return _advance(policy, _told(page, persons), step, now), [tell]
        page = _advance(policy, page, step, now)
        if page.next_at is None:
            break
    if page.refused and not page.told:
        return replace(page, refused=(), step=0, round=0, told_in_round=(), next_at=now + AGAIN), []
    return page, []


def acknowledge(page: Page, *, now: datetime) -> Page:  # noqa: ARG001  # every decision is handed the time
    """Stop escalating: somebody takes it. A page that is done stays done."""
    if page.status is PageStatus.DONE:
        return page
    return replace(page, status=PageStatus.ACKNOWLEDGED, next_at=None)


def forward(page: Page, *, now: datetime) -> Page:
    """Let the next step be due now, also after an acknowledgement or at rest."""
    if page.status is PageStatus.DONE:
        return page
    return replace(page, status=PageStatus.PAGING, next_at=now)


def pass_on(
    policy: Policy, page: Page, *, on_call: Mapping[str, Sequence[str]], but: Collection[str], now: datetime
) -> tuple[Page, list[Tell]]:
    """Pass it on (*Teruskan*) to somebody else than `but`: to whom was not told in this round, by the next step that
    has such a person, or by the fallback; where all were told, to the next of them once more. Nobody else: no Tell, and
    the page stays as it is.
    """
    if page.status is PageStatus.DONE:
        return page, []
    steps = len(policy.steps)
    first = min(page.step, steps - 1)
    order = [(first + ahead) % steps for ahead in range(steps)]
    asked = [(at, _persons(policy.steps[at], on_call)) for at in order] + [(first, list(policy.fallback))]
    for told in (page.told_in_round, ()):
        for at, names in asked:
            persons = [one for one in _reachable(page, names) if one not in but and one not in told]
            if persons:
                tell = Tell(page.id, page.incident, at, page.sequence, tuple(persons), NoticeKind.PAGE)
                walking = replace(page, status=PageStatus.PAGING, step=at)
                return _advance(policy, _told(walking, persons), policy.steps[at], now), [tell]
    return page, []


def refuse(page: Page, person: str, *, now: datetime) -> Page:
    """Note that no channel of a person would take the page, so that person was not told and will not be asked again.

    When that leaves nobody of those whom the newest step told, the next step (or the fallback) is due now.
    """
    refused = tuple(dict.fromkeys((*page.refused, person)))
    told, in_round = (tuple(one for one in list_ if one != person) for list_ in (page.told, page.told_in_round))
    page = replace(page, refused=refused, told=told, told_in_round=in_round)
    if page.status is not PageStatus.PAGING or any(one not in refused for one in page.asked):
        return page
    return replace(page, next_at=now)


def finish(page: Page, *, now: datetime) -> Page:  # noqa: ARG001  # every decision is handed the time
    """End the page: the incident is mended, nothing more is paged."""
    return replace(page, status=PageStatus.DONE, next_at=None)


def _reachable(page: Page, persons: Iterable[str]) -> list[str]:
    return [one for one in dict.fromkeys(persons) if one not in page.refused]


def _persons(step: Step, on_call: Mapping[str, Sequence[str]]) -> list[str]:
    found: list[str] = []
    for target in step.targets:
        kind, _, name = target.partition(":")
        if kind == _ROSTER:
            found.extend(on_call.get(name, ()))
        elif kind == _PERSON:
            found.append(name)
    return list(dict.fromkeys(found))


def _advance(policy: Policy, page: Page, step: Step, now: datetime) -> Page:
    if page.step + 1 < len(policy.steps):
        return replace(page, step=page.step + 1, next_at=now + step.wait)
    turn = page.round + 1
    again = now + step.wait if turn < policy.repeat else None
    return replace(page, step=0, round=turn, next_at=again, told_in_round=())


def _told(page: Page, persons: Iterable[str]) -> Page:
    told = tuple(dict.fromkeys((*page.told, *persons)))
    in_round = tuple(dict.fromkeys((*page.told_in_round, *persons)))
    return replace(page, told=told, told_in_round=in_round, sequence=page.sequence + 1, asked=tuple(persons))
