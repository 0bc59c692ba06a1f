"""A test message, only when it is asked for: `mppmon doctor --send PERSON`."""

import asyncio
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from alerts.channels.base import Failed
from alerts.channels.opening import open_channels
from alerts.inbox import Answer, Reply
from alerts.model import Message, NoticeKind, Notification, Person
from mppmon.config.renaming import meant
from mppmon.doctor.case import Case
from mppmon.doctor.finding import Finding, bad, fine, skipped
from mppmon.i18n import Speech
from mppmon.mall.rename import Named

_NAME = "test message"


class _Nobody:
    """An inbox that takes nothing: the doctor does not listen."""

    async def reply(self, reply: Reply) -> Answer:  # noqa: ARG002  # the port's signature
        """Take nothing."""
        return Answer("", ok=False)


async def check_trial(case: Case) -> Sequence[Finding]:
    """Send one message by each channel of the person that was named; nothing is said when nobody was."""
    if case.send is None:
        return []
    if case.loaded is None:
        return [skipped(_NAME, "nobody is known without a configuration")]
    person = case.loaded.people.get(case.send)
    if person is None:
        near = meant(case.loaded, Named.PERSON, case.send, case.loaded.people)
        hint = f"did you mean '{near}'?" if near else f"one of: {', '.join(case.loaded.people)}"
        return [bad(_NAME, "nobody of that name is in people.yaml", hint)]
    channels = open_channels(case.loaded.channels, _Nobody())
    try:
        used = [one for name, one in channels.items() if name in person.addresses]
        results = await asyncio.gather(*(one.send(_notification(case, person, one.name)) for one in used))
    finally:
        for channel in channels.values():
            await channel.close()
    if not used:
        return [bad(_NAME, f"{person.id} has no address on any channel", "give one in people.yaml")]
    return [judge_sent(person, one.name, result) for one, result in zip(used, results, strict=True)]


def _notification(case: Case, person: Person, channel: str) -> Notification:
    zone = ZoneInfo(case.loaded.mall.site.timezone) if case.loaded is not None else ZoneInfo("UTC")
    speech = Speech(person.language, zone)
    text = speech._("Test message from mppmon, {time}: by this way you will be called. Nothing is wrong.")
    line = text.format(time=speech.time(case.now))
    return Notification(
        key=case.clock.event_id(),
        incident="test",
        page=None,
        recipient=person.id,
        channel=channel,
        address=person.addresses[channel],
        kind=NoticeKind.NOTICE,
        message=Message(line, (line,)),
        urgent=False,
        created_at=case.now,
    )


def judge_sent(person: Person, channel: str, result: object) -> Finding:
    """Return whether the provider took it; whether it arrived, the person says."""
    if isinstance(result, Failed):
        said = f"{channel} did not take it: {result.reason} ({result.detail})"
        return bad(_NAME, said, f"see the lines of {channel} above, and the address of {person.id} in people.yaml")
    return fine(_NAME, f"{channel} took it: ask {person.name} whether it has arrived")
