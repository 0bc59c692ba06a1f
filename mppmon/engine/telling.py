"""From pages to notifications: who is told now, in which words, by which channel."""

from collections.abc import Sequence
from dataclasses import replace

from alerts import escalation, roster
from alerts.address import member
from alerts.channels.base import Reason
from alerts.message import addressed, key_elsewhere, render
from alerts.message import key as notification_key
from alerts.model import Incident, IncidentStatus, NoticeKind, Notification, Page, PageStatus, Person, Policy, Tell
from mppmon.engine import itself
from mppmon.engine.pacing import end, place, put
from mppmon.engine.quiet import all_quiet
from mppmon.engine.turn import Turn
from mppmon.engine.watching import SELF
from mppmon.engine.ways import ADMINISTRATORS, failing, ways
from mppmon.engine.world import World
from mppmon.i18n import Speech, speech
from mppmon.mall import topology
from mppmon.mall.model import State


def escalations(turn: Turn) -> None:
    """Run every step of a policy that is due."""
    world = turn.world
    for incident_id, page in list(world.pages.items()):
        if page.status is not PageStatus.PAGING or page.next_at is None or page.next_at > turn.now:
            continue
        if world.incidents[incident_id].status is IncidentStatus.MENDED:
            continue  # it runs on when the fault comes back
        if all_quiet(world, incident_id, now=turn.now):
            continue  # it runs on when the silence ends
        policy = policy_of(world, page)
        after, tells = escalation.escalate(policy, page, on_call=on_call(turn), now=turn.now)
        world.pages[incident_id] = after
        turn.batch.pages.append(after)
        turn.tells.extend(tells)
        turn.informed[incident_id] = world.incidents[incident_id]


def policy_of(world: World, page: Page) -> Policy:
    """Return a page's policy; the mall's present one where that was renamed or removed meanwhile."""
    policies = world.loaded.policies
    if page.policy == ADMINISTRATORS:
        return itself.policy(world)
    return policies.get(page.policy) or policies[world.loaded.policy]


def on_call(turn: Turn) -> dict[str, Sequence[str]]:
    """Return roster -> persons on duty now."""
    found = {one.id: roster.on_call(one, turn.now) for one in turn.world.loaded.rotations.values()}
    return {roster_id: (person,) if person else () for roster_id, person in found.items()}


def notifications(turn: Turn) -> None:
    """Render what is to be told and place it into the outbox, with keys that a repeat would share."""
    world = turn.world
    speak = speech(world.loaded.mall.site.timezone)
    for tell in turn.tells:
        incident = turn.informed.get(tell.incident) or world.incidents[tell.incident]
        for person in reachable(world, tell, incident.root):
            if tell.kind is NoticeKind.MERGED and person.id in _paged(turn, incident.merged_into):
                continue  # the page says more
            channel, address = route(world, person, incident.root) or ("", "")
            message = render(
                tell.kind,
                incident,
                speech=speak(person.language),
                public_url=world.loaded.settings.public_url,
                by=name_of(world, incident.acknowledged_by, speak(person.language)),
                now=turn.now,
            )
            if tell.kind is NoticeKind.PAGE and member(address) != address:
                message = addressed(message, person.name, speech=speak(person.language))
            notification = Notification(
                notification_key(tell.page or "", tell.step, person.id, channel, tell.kind, tell.sequence),
                incident.id,
                tell.page,
                person.id,
                channel,
                address,
                tell.kind,
                message,
                urgent=tell.kind is NoticeKind.PAGE,
                created_at=turn.now,
            )
            place(turn, notification, incident)


def _paged(turn: Turn, number: int | None) -> frozenset[str]:
    """Return who is paged in this turn about the incident of a number."""
    pages = (one for one in turn.tells if one.kind is NoticeKind.PAGE)
    numbers = {one.id: one.number for one in turn.world.incidents.values()}
    return frozenset(person for one in pages if numbers.get(one.incident) == number for person in one.persons)


def gave_up(turn: Turn, dead: Notification, *, reason: Reason) -> None:
    """Find another way for what a channel will never take: the person's next channel, else the next person.

    The row that died, the one that replaces it and the page change in one transaction. Asked twice (the commit failed,
    and the lease ran out) it does the same again.
    """
    world = turn.world
    end(turn, dead, reason)
    if dead.kind is NoticeKind.CANARY:
        return  # it was this very channel that was asked
    person = world.loaded.people.get(dead.recipient)
    tried = tuple(dict.fromkeys((*dead.tried, dead.channel)))
    left = [one for one in (ways(world, person) if person else []) if one[0] not in tried]
    if left:
        channel, address = left[0]
        other = key_elsewhere(dead.key, channel)
        again = replace(
            dead, key=other, channel=channel, address=address, created_at=turn.now, not_before=None, tried=tried
        )
        put(turn, again)
        return
    for incident in dead.about or (dead.incident,):
        page = world.pages.get(incident)
        if dead.kind is NoticeKind.PAGE and page is not None and (dead.about or page.id == dead.page):
            page = escalation.refuse(page, dead.recipient, now=turn.now)
            world.pages[incident] = page
            turn.batch.pages.append(page)


def reachable(world: World, tell: Tell, root: str) -> list[Person]:
    """Return those who have a channel; for a page that would reach nobody, the policy's fallback."""
    people = world.loaded.people
    found = [person for one in tell.persons if (person := people.get(one)) and route(world, person, root)]
    if found or tell.kind is not NoticeKind.PAGE:
        return found
    page = world.pages.get(tell.incident)
    fallback = policy_of(world, page).fallback if page else ()
    return [person for one in fallback if (person := people.get(one)) and route(world, person, root)]


def route(world: World, person: Person, root: str) -> tuple[str, str] | None:
    """Return the first of a person's channels, in their order of preference; a local one while our line is in doubt.

    `root`: the incident's cause. What the line itself hangs on takes the line with it, before any anchor was asked.
    """
    known = ways(world, person)
    if root == SELF:
        broken = failing(world)
        known = [one for one in known if one[0] not in broken] or known
    if line_in_doubt(world, root):
        local = [one for one in known if not world.loaded.channels[one[0]].needs_internet]
        known = local or known
    return known[0] if known else None


def line_in_doubt(world: World, root: str) -> bool:
    """Whether the mall's own line is cut, may be (an anchor's silence is being confirmed), or hangs on this cause."""
    mall = world.loaded.mall
    uplink = mall.site.uplink
    if uplink is None:
        return False
    reach = world.reaches[uplink.device]
    if reach.state is not State.UP or reach.failures:
        return True
    return (
        root not in {uplink.device, SELF}
        and uplink.device in topology.below(mall, root)
        and world.functions[root] is State.DOWN
    )


def name_of(world: World, person: str | None, speech: Speech) -> str | None:
    """Return what people call somebody; of who is not in the config, that it is an administrator, with the login."""
    known = world.loaded.people.get(person or "")
    if known is not None or not person:
        return known.name if known else None
    return speech._("administrator ({login})").format(login=person)


def remember(turn: Turn, incident: Incident) -> None:
    """Keep an incident as it is now, in memory and for the commit."""
    turn.world.incidents[incident.id] = incident
    turn.batch.incidents.append(incident)
    turn.informed[incident.id] = replace(incident)
