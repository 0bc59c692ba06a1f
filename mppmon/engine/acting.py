"""What a person's command does."""

from collections.abc import Sequence
from dataclasses import replace

from alerts import escalation
from alerts.message import render
from alerts.model import Incident, IncidentStatus, NoticeKind, Person
from alerts.timeline import EventKind
from mppmon.engine.commands import Acknowledge, AddNote, Answer, Command, Details, Escalate, Hush, Merge, Speak
from mppmon.engine.incidents import tell_all
from mppmon.engine.noting import add_note, merge_by_hand
from mppmon.engine.numbers import meant
from mppmon.engine.quiet import hush, speak_again
from mppmon.engine.telling import name_of, on_call, policy_of, reachable, remember, route
from mppmon.engine.turn import Turn
from mppmon.i18n import speech
from mppmon.mall.principal import Refused
from mppmon.store import AuditEntry
from mppmon.store.scope import incident_for


def act(turn: Turn, command: Command) -> Answer:
    """Carry out a command; the caller answers after the commit. What is refused is audited too."""
    try:
        answer = _dispatch(turn, command)
    except Refused as refusal:
        answer = Answer(ok=False, code="refused", text=str(refusal))
    if not isinstance(command, Details):
        detail = {"person": command.principal.person} if command.principal.person else {}
        detail |= {"incident": str(getattr(command, "incident", "")), "code": answer.code, "id": command.id}
        if isinstance(command, Hush | Speak):
            detail |= {"silence": command.deed, "answer": answer.text}
        if isinstance(command, Merge):
            detail |= {"into": str(command.into)}
        if isinstance(command, AddNote) and answer.ok:
            detail |= {"text": command.text}
        turn.batch.audit.append(AuditEntry(turn.now, command.principal.name, type(command).__name__.lower(), detail))
    return answer


def _dispatch(turn: Turn, command: Command) -> Answer:
    match command:
        case Acknowledge():
            answer = _acknowledge(turn, command)
        case Escalate():
            answer = _escalate(turn, command)
        case Details():
            answer = _details(turn, command)
        case Hush():
            answer = hush(turn, command)
        case Speak():
            answer = speak_again(turn, command)
        case Merge():
            answer = merge_by_hand(turn, command)
        case AddNote():
            answer = add_note(turn, command)
        case _:
            raise Refused(f"unknown command {type(command).__name__}")
    return answer


def _find(turn: Turn, command: Acknowledge | Escalate | Details, number: int) -> Incident | None:
    incident = turn.world.incident_numbered(number)
    return incident_for(incident, command.principal, turn.world.loaded.mall) if incident is not None else None


def _acknowledge(turn: Turn, command: Acknowledge) -> Answer:
    command.principal.require(command.principal.may_act(), "acknowledge")
    wanted = meant(turn.world, command.incident)
    incident = _find(turn, command, wanted.number)
    if incident is None:
        return wanted.gone(turn, command.principal)
    if incident.acknowledged_by is not None:
        who = name_of(turn.world, incident.acknowledged_by, speech(turn.world.loaded.mall.site.timezone)("en"))
        text = f"{wanted.said}: already taken by {who}; nothing changed"
        return Answer(ok=False, code="already", text=text, incident=incident.number)
    who = command.principal.person or command.principal.name
    incident = replace(incident, status=IncidentStatus.ACKNOWLEDGED, acknowledged_by=who, acknowledged_at=turn.now)
    remember(turn, incident)
    turn.event(incident.id, EventKind.ACKNOWLEDGED, who=who)
    page = turn.world.pages.get(incident.id)
    if page is not None:
        tell_all(turn, escalation.acknowledge(page, now=turn.now), incident, NoticeKind.ACKNOWLEDGED, but=who)
    return Answer(ok=True, code="ok", text=f"{wanted.said}: acknowledged", incident=incident.number)


def _escalate(turn: Turn, command: Escalate) -> Answer:
    """Call somebody else than who passes it on and who had taken it; where nobody else is left, nothing changes."""
    command.principal.require(command.principal.may_act(), "escalate")
    world, wanted = turn.world, meant(turn.world, command.incident)
    incident = _find(turn, command, wanted.number)
    page = world.pages.get(incident.id) if incident else None
    if incident is None or page is None:
        return wanted.gone(turn, command.principal)
    by = command.principal.person or command.principal.name
    but = {by} | ({incident.acknowledged_by} if incident.acknowledged_by else set())
    but |= {one.id for one in world.loaded.people.values() if route(world, one, incident.root) is None}
    page, tells = escalation.pass_on(policy_of(world, page), page, on_call=on_call(turn), but=but, now=turn.now)
    called = tuple(person for tell in tells for person in reachable(world, tell, incident.root))
    if not called:
        text = f"{wanted.said}: nobody else can be called, so it stays with whom it is; nothing changed"
        return Answer(ok=False, code="nobody", text=text, incident=incident.number)
    names = tuple(one.name for one in called)
    world.pages[incident.id] = page
    turn.batch.pages.append(page)
    turn.event(incident.id, EventKind.PASSED, who=by, text=", ".join(names))
    remember(turn, replace(incident, status=IncidentStatus.OPEN, acknowledged_by=None, acknowledged_at=None))
    turn.tells.extend(tells)
    text = f"{wanted.said}: passed on to {_by_which_way(turn, called, incident)}"
    return Answer(ok=True, code="ok", text=text, incident=incident.number, called=names)


def _by_which_way(turn: Turn, persons: Sequence[Person], incident: Incident) -> str:
    ways = ((one, route(turn.world, one, incident.root)) for one in persons)
    return ", ".join(f"{one.name} (by {way[0]})" for one, way in ways if way is not None)


def _details(turn: Turn, command: Details) -> Answer:
    wanted = meant(turn.world, command.incident)
    incident = _find(turn, command, wanted.number)
    if incident is None:
        return wanted.gone(turn, command.principal)
    speak = speech(turn.world.loaded.mall.site.timezone)
    by = name_of(turn.world, incident.acknowledged_by, speak(command.language))
    message = render(NoticeKind.DETAILS, incident, speech=speak(command.language), by=by, now=turn.now)
    return Answer(ok=True, code="ok", text=message.text, incident=incident.number)
