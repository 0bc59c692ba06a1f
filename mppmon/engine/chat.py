"""What people ask for by chat beside acknowledging: quiet, maintenance, one incident of two. In their own words."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.inbox import Reply
from alerts.phrases import when
from alerts.silence import DEVICE, Silence
from alerts.span import LONGEST
from alerts.wish import MAINTAIN, MERGE, QUIET, SILENCE, SPEAK, ended, united, wish
from mppmon.config.renaming import meant
from mppmon.engine.commands import Answer, Command, Hush, Merge, Speak
from mppmon.engine.numbers import followed
from mppmon.engine.snapshot import Snapshot
from mppmon.engine.wishes import LONGEST_REASON
from mppmon.i18n import Speech
from mppmon.mall.calendar import instant
from mppmon.mall.principal import Principal
from mppmon.mall.rename import Named

VERBS = frozenset({MERGE, SILENCE, MAINTAIN, QUIET, SPEAK})
_LISTED = 10
_WHOLE = 36  # characters of an id
_SHORTEST = 6  # characters of an id that may stand for all of it


def ask(reply: Reply, who: Principal, snapshot: Snapshot, speak: Speech, *, now: datetime) -> Command | str:
    """Return the command, or what to answer where there is none to carry out."""
    if not who.may_act():
        return speak._("You may not do this.")
    key = f"{reply.channel}:{reply.update_id}"
    match reply.verb:
        case "merge":
            pair = united(reply.text)
            if pair is None:
                return speak._("Write it like this: /merge 13 12 (incident 13 is the same fault as 12)")
            return Merge(id=key, principal=who, incident=pair[0], into=pair[1])
        case "quiet":
            return _listed(snapshot, speak, now)
        case "speak":
            return _end(reply, who, snapshot, speak, key)
        case _:
            return _hush(reply, who, snapshot, speak, key=key, now=now)


def told(command: Command, answer: Answer, snapshot: Snapshot, speak: Speech, *, now: datetime) -> str | None:
    """Return what to say of a command of this kind that was carried out or refused; None: it is of another kind."""
    if answer.code in {"refused", "id-reused"}:
        return None
    if isinstance(command, Merge):
        text = {
            "ok": speak._("Incident #{number} goes on in incident #{into}."),
            "already": speak._("Incidents #{number} and #{into} are one already."),
            "invalid": speak._("Incidents #{number} and #{into} cannot be merged: name two faults of the mall."),
        }.get(answer.code, speak._("Incident #{number} or #{into} is not open any more."))
        return text.format(number=command.incident, into=answer.incident if answer.ok else command.into)
    if isinstance(command, Hush):
        return _begun(command, snapshot, speak, now) if answer.ok else _refused(command, speak)
    if isinstance(command, Speak):
        return (
            speak._("Ended. What is still wrong calls somebody again.")
            if answer.ok
            else _none(command, snapshot, speak)
        )
    return None


def _refused(command: Hush, speak: Speech) -> str:
    """Say what was wrong with a wish that the engine refused, and what to write instead."""
    if len(command.reason) > LONGEST_REASON:
        text = speak._("The reason is too long ({count} characters). Write it again with at most {most} characters.")
        return text.format(count=len(command.reason), most=LONGEST_REASON)
    if not command.reason.isprintable():
        return speak._(
            "The reason has a character that cannot be shown. Write it again in letters and numbers, on one line."
        )
    return speak._(
        "Too much is silenced already, so this was not noted. End something first: /quiet shows what there is."
    )


def _none(command: Speak, snapshot: Snapshot, speak: Speech) -> str:
    """Say why nothing was ended."""
    device = _device(snapshot, command.silence)
    if device is not None and any((DEVICE, device) in _devices(one) for one in snapshot.loaded.windows):
        return speak._("That is written in maintenance.yaml: it is changed there.")
    if any(command.silence == one.id for one in snapshot.loaded.windows):
        return speak._("That is written in maintenance.yaml: it is changed there.")
    if len(command.silence) == _WHOLE:
        return speak._("That is over already.")
    subject = _named(snapshot, device) or command.silence
    return speak._("Nothing about {subject} is silenced. What is silenced: /quiet").format(subject=subject)


def _hush(reply: Reply, who: Principal, snapshot: Snapshot, speak: Speech, *, key: str, now: datetime) -> Command | str:
    wanted = wish(reply.text)
    planned = reply.verb == MAINTAIN
    if wanted is None:
        if planned:
            return speak._("Write it like this: /maintenance sw-lt2 at 20.00 2 hours reason (without a time: now)")
        return speak._("Write it like this: /silence sw-lt2 2 hours reason (or the number of the incident: #12)")
    if wanted.seconds <= 0 or timedelta(seconds=wanted.seconds) > LONGEST:
        return speak._("For at least a minute and at most {days} days.").format(days=LONGEST.days)
    devices = [_device(snapshot, one) for one in wanted.subjects]
    for typed, device in zip(wanted.subjects, devices, strict=True):
        if device is None:
            return _unknown(snapshot, speak, typed)
    start = None
    if wanted.clock is not None:
        start = _next(now, *wanted.clock, zone=ZoneInfo(snapshot.loaded.mall.site.timezone))
    return Hush(
        id=key,
        principal=who,
        match=((DEVICE, tuple(sorted({one for one in devices if one is not None}))),),
        seconds=wanted.seconds,
        reason=wanted.reason,
        start=start,
        name=wanted.reason if planned else "",
        planned=planned,
    )


def _end(reply: Reply, who: Principal, snapshot: Snapshot, speak: Speech, key: str) -> Command | str:
    subject = ended(reply.text)
    if not subject:
        return speak._("Write it like this: /end sw-lt2")
    device = _device(snapshot, subject)
    found = [one for one in snapshot.silences if (DEVICE, device) in _devices(one)]
    if not found and len(subject) >= _SHORTEST:
        found = [one for one in snapshot.silences if one.id.startswith(subject)]
    if not found:
        return Speak(
            id=key, principal=who, silence=subject
        )  # the engine keeps that there was none: it may be asked again
    if len(found) > 1:
        one_of_them = speak._("/end {silence} ({reason})")
        lines = [one_of_them.format(silence=one.id, reason=one.reason) for one in found[:_LISTED]]
        return "\n".join((speak._("Several match. End one of them:"), *lines))
    return Speak(id=key, principal=who, silence=found[0].id, typed=subject)


def _devices(silence: Silence) -> set[tuple[str, str | None]]:
    return {(label, value) for label, values in silence.match for value in values}


def _device(snapshot: Snapshot, typed: str) -> str | None:
    """Return the device that is meant: by its id, or as the cause of the incident of a number."""
    if typed in snapshot.loaded.mall.devices:
        return typed
    number = typed.removeprefix("#")
    number = str(followed(snapshot.merges, int(number))) if number.isdecimal() else number
    found = next((one.root for one in snapshot.incidents if str(one.number) == number), None)
    return found if found in snapshot.loaded.mall.devices else None


def _unknown(snapshot: Snapshot, speak: Speech, typed: str) -> str:
    if typed.removeprefix("#").isdigit():
        return speak._("There is no open incident #{number} of a device.").format(number=typed.removeprefix("#"))
    near = meant(snapshot.loaded, Named.DEVICE, typed, snapshot.loaded.mall.devices)
    said = speak._("There is no device {device}.").format(device=typed)
    return f"{said} {speak._('Did you mean {device}?').format(device=near)}" if near else said


def _next(now: datetime, hour: int, minute: int, *, zone: ZoneInfo) -> datetime:
    """Return the next time at which the mall's clock shows this."""
    local = now.astimezone(zone)
    wall = local.time().replace(hour=hour, minute=minute, second=0, microsecond=0)
    today = instant(local.date(), wall, zone)
    return today if today > now else instant(local.date() + timedelta(days=1), wall, zone)


def _begun(command: Hush, snapshot: Snapshot, speak: Speech, now: datetime) -> str:
    devices = [one for _, values in command.match for one in values]
    start = command.start or now
    values = {
        "devices": _names(snapshot, devices),
        "start": when(start, now, speak),
        "end": when(start + timedelta(seconds=command.seconds), now, speak),
        "reason": command.reason,
    }
    if command.planned:
        text = speak._("Noted: maintenance of {devices}, {start} until {end} ({reason}). Nobody is called meanwhile.")
    else:
        text = speak._("Noted: nobody is called about {devices} until {end} ({reason}).")
    sooner = speak._("To end it sooner: /end {device}").format(device=devices[0])
    return f"{text.format(**values)}\n{sooner}"


def _listed(snapshot: Snapshot, speak: Speech, now: datetime) -> str:
    coming = {one.id.partition("@")[0]: one for one in reversed(snapshot.loaded.windows) if one.end > now}
    found = sorted((*snapshot.silences, *coming.values()), key=lambda one: (one.start, one.id))
    if not found:
        return speak._("Nothing is silenced, and no maintenance is planned.")
    lines = [_line(one, snapshot, speak, now) for one in found[:_LISTED]]
    rest = len(found) - _LISTED
    if rest > 0:
        lines.append(speak.plural("and {count} more", "and {count} more", rest).format(count=rest))
    return "\n".join(lines)


def _line(one: Silence, snapshot: Snapshot, speak: Speech, now: datetime) -> str:
    if one.planned:
        text = speak._("🛠 Maintenance of {devices}: {start} until {end} ({who}: {reason})")
    else:
        text = speak._("🔕 {devices}: nobody is called until {end} ({who}: {reason})")
    people = snapshot.loaded.people
    who = people[one.author].name if one.author in people else one.author
    start, end = when(one.start, now, speak), when(one.end, now, speak)
    return text.format(devices=_matched(one, snapshot), start=start, end=end, who=who, reason=one.reason)


def _matched(one: Silence, snapshot: Snapshot) -> str:
    mall = snapshot.loaded.mall
    names = {
        DEVICE: {device.id: device.name for device in mall.devices.values()},
        "agency": {agency.id: agency.short for agency in mall.agencies.values()},
    }
    return "; ".join(
        ", ".join(names.get(label, {}).get(value, value) for value in values) for label, values in one.match
    )


def _named(snapshot: Snapshot, device: str | None) -> str:
    found = snapshot.loaded.mall.devices.get(device or "")
    return found.name if found is not None else ""


def _names(snapshot: Snapshot, devices: Iterable[str]) -> str:
    return ", ".join(_named(snapshot, one) or one for one in devices)
