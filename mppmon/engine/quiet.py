"""Silences and maintenance windows: what they cover calls nobody while they last, and is watched as ever."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alerts.model import Alert
from alerts.silence import Silence, silenced
from alerts.timeline import EventKind
from mppmon.config.rules import DAEMON
from mppmon.engine.commands import Answer, Hush, Speak
from mppmon.engine.turn import Turn
from mppmon.engine.watching import SELF
from mppmon.engine.wishes import wish_problem
from mppmon.engine.world import World

_NEVER = datetime.max.replace(tzinfo=UTC)

_SHORTEST = 6  # characters of an id that may stand for all of it


def quiet(world: World, alert: Alert, *, now: datetime) -> Silence | None:
    """Return the silence that covers an alert now."""
    if not world.covering:
        return None
    device = world.device(alert.key.subject)
    if alert.key.subject == SELF:
        return silenced(alert.key, world.covering, now=now, more={"kind": DAEMON})
    more = {"kind": device.kind.value, "agency": device.agency or "", "place": device.place} if device else {}
    return silenced(alert.key, world.covering, now=now, more=more)


def all_quiet(world: World, incident: str, *, now: datetime) -> bool:
    """Whether silences cover all that is left of an incident: then its page waits."""
    if not world.covering:
        return False
    alerts = [one for one in world.alerts.values() if one.incident == incident]
    return bool(alerts) and all(quiet(world, one, now=now) for one in alerts)


def follow(turn: Turn) -> None:
    """Forget silences that are over; find what covers something from now on."""
    world, now = turn.world, turn.now
    for name in [one.id for one in world.silences.values() if one.end <= now]:
        del world.silences[name]
        turn.shown |= {name}
    if world.covering_from <= now < world.covering_until:
        return
    every = (*world.silences.values(), *world.loaded.windows)
    before = {one.id for one in world.covering}
    world.covering = tuple(one for one in every if one.start <= now < one.end)
    turn.shown |= before ^ {one.id for one in world.covering}
    alive = {one.id for one in world.alerts.values()}
    world.held = {alert: silence for alert, silence in world.held.items() if alert in alive}
    edges = (edge for one in every for edge in (one.start, one.end) if edge > now)
    world.covering_from, world.covering_until = now, min(edges, default=_NEVER)


def forget_covering(world: World) -> None:
    """Look anew at what is in force: silences or windows have changed."""
    world.covering_until = world.covering_from


def hold(turn: Turn, alert: Alert, silence: Silence) -> None:
    """Remember what keeps an alert from calling somebody: its incident, if it comes to one, tells so."""
    turn.world.held.setdefault(alert.id, silence)


def tell_covered(turn: Turn) -> None:
    """Note with each incident, once, what covers it: nobody more is called for it meanwhile."""
    world = turn.world
    if not world.covering or not (world.covering_from == turn.now or turn.batch.alerts):
        return  # neither what covers has changed, nor what is covered
    for alert in [one for one in world.alerts.values() if one.incident in world.incidents]:
        silence = quiet(world, alert, now=turn.now)
        if alert.incident is not None and silence is not None and world.held.get(alert.id) is not silence:
            world.held[alert.id] = silence
            note_covered(turn, alert.incident, silence, at=turn.now)


def note_covered(turn: Turn, incident: str, silence: Silence, *, at: datetime) -> None:
    """Note that something covers an incident since an instant; the same is noted once, also after a restart."""
    said = silence.name or silence.reason
    text = f"{silence.end.isoformat()} {said}"
    turn.event(incident, EventKind.SILENCED, at=at, who=silence.author, text=text, key=f"{incident}/{silence.id}")


def let_go(turn: Turn, alert: Alert, incident: str) -> None:
    """Note with an incident what kept its alert from calling somebody until now."""
    silence = turn.world.held.pop(alert.id, None)
    if silence is not None:
        note_covered(turn, incident, silence, at=max(silence.start, alert.fired_at or alert.since))


def hush(turn: Turn, command: Hush) -> Answer:
    """Begin a silence; refused where it is too wide, too long, says no reason or names what is not there."""
    command.principal.require(command.principal.may_act(), "silence")
    world = turn.world
    wrong = wish_problem(world, command, turn.now)
    if wrong:
        return Answer(ok=False, code="invalid", text=wrong)
    wished = command.start or turn.now
    start, until = max(turn.now, wished), wished + timedelta(seconds=command.seconds)
    author = command.principal.person or command.principal.name
    reason, name = command.reason.strip(), command.name.strip()
    silence = Silence(turn.new_id(), command.match, start, until, author, reason, name, planned=command.planned)
    forget_covering(world)
    world.silences[silence.id] = silence
    turn.batch.silences.append(silence)
    turn.shown |= {silence.id}
    return Answer(ok=True, code="ok", text=silence.id)


def speak_again(turn: Turn, command: Speak) -> Answer:
    """End a silence now; what it covered and is still wrong calls somebody at once."""
    command.principal.require(command.principal.may_act(), "end a silence")
    meant = [
        one for one in turn.world.silences if one.startswith(command.silence) and len(command.silence) >= _SHORTEST
    ]
    if len(meant) > 1:
        text = f"{command.silence} begins {len(meant)} silences; write more of the one that is meant"
        return Answer(ok=False, code="unknown-silence", text=text)
    silence = turn.world.silences.get(meant[0] if meant else command.silence)
    if silence is not None and command.planned not in {None, silence.planned}:
        what, noun = ("maintenance", "maintenance") if silence.planned else ("a silence", "silence")
        text = f"{command.silence} is {what}: end it by `mppmon {noun} end {command.silence}`"
        return Answer(ok=False, code="invalid", text=text)
    if silence is None and any(
        command.silence in (one.id, one.id.partition("@")[0]) for one in turn.world.loaded.windows
    ):
        text = f"{command.silence} stands in maintenance.yaml: change it there, then: mppmon reload"
        return Answer(ok=False, code="invalid", text=text)
    if silence is None:
        noun = "maintenance" if command.planned else "silence"
        return Answer(ok=False, code="unknown-silence", text=f"{command.silence}: no {noun} of this id is in force")
    del turn.world.silences[silence.id]
    forget_covering(turn.world)
    ended = replace(silence, end=max(turn.now, silence.start + timedelta(microseconds=1)))
    turn.batch.silences.append(ended)
    turn.shown |= {silence.id}
    return Answer(ok=True, code="ok", text=silence.id)
