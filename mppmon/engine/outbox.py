"""The pager's outbox and inbox as the engine keeps them.

Leases and marks run in its thread; what people reply becomes a command.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from alerts.address import chat as chat_of
from alerts.address import member
from alerts.channels.base import Reason
from alerts.inbox import Answer as ReplyAnswer
from alerts.inbox import Reply, words_of_note
from alerts.model import Person
from alerts.outbox import Failed, Leased, Result, Sent
from alerts.phrases import when
from alerts.wish import QUIET
from mppmon.engine import chat
from mppmon.engine.commands import Acknowledge, AddNote, Answer, Command, Details, Escalate
from mppmon.engine.core import Engine
from mppmon.i18n import Speech, speech
from mppmon.mall.principal import SYSTEM, Principal, Role
from mppmon.store import Store

LEASE = timedelta(seconds=60)
"""How long a send may take before another attempt may be made: above every channel's total deadline."""


class EngineOutbox:
    """Implements `alerts.outbox.Outbox`. Lives in the poll loop; `poke` may be called from any thread."""

    def __init__(
        self, engine: Engine, loop: asyncio.AbstractEventLoop, *, on_pending: Callable[[int], None] = lambda _: None
    ) -> None:
        self._engine = engine
        self._on_pending = on_pending
        self._loop = loop
        self._event = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    def poke(self) -> None:
        """Say that something new is due."""
        self._loop.call_soon_threadsafe(self._event.set)

    async def lease(self, limit: int, channels: Collection[str]) -> list[Leased]:
        """Lease due notifications for a minute, urgent first; a lease that is not marked returns to pending."""

        def work(store: Store, now: datetime) -> tuple[list[Leased], float | None]:
            rows = store.lease(SYSTEM, now=now, until=now + LEASE, limit=limit, channels=channels)
            due = store.next_due(SYSTEM, now, channels=channels)
            self._on_pending(store.pending(SYSTEM))
            wait = max(0.0, (due - now).total_seconds()) if due is not None else None
            return [Leased(notification, attempt) for notification, attempt in rows], wait

        leased, wait = await asyncio.wrap_future(self._engine.call(work))
        self._wake_in(wait)
        return leased

    async def mark(self, key: str, result: Result, attempt: int) -> None:
        """Say what became of a send. A retry waits as long as the result says."""

        def work(store: Store, now: datetime) -> None:
            match result:
                case Sent():
                    if store.mark(SYSTEM, key, now=now, sent=result.provider_id, attempt=attempt):
                        self._engine.delivered(key)
                case Failed(retry=True):
                    later = now + timedelta(seconds=result.retry_after or 0.0)
                    store.mark(SYSTEM, key, now=now, retry_at=later, reason=result.reason, attempt=attempt)
                    if result.reason is Reason.CREDENTIALS:
                        self._engine.locked_out(key)
                case Failed():
                    dead = store.unsent(SYSTEM, key)
                    if dead is not None:
                        self._engine.undeliverable(dead, result.reason)

            self._on_pending(store.pending(SYSTEM))

        await asyncio.wrap_future(self._engine.call(work))
        self._event.set()

    async def changed(self) -> None:
        """Wait until something may be due."""
        await self._event.wait()
        self._event.clear()

    def _wake_in(self, seconds: float | None) -> None:
        """Wake when the next row is due. Lanes lease by turns, so the earliest of their timers is the one to keep."""
        if seconds is None:
            return
        at = self._loop.time() + seconds
        if self._timer is None or self._timer.when() <= self._loop.time() or at < self._timer.when():
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(at, self._event.set)


class EngineInbox:
    """Implements `alerts.inbox.Inbox`: what people answer by a channel, done in their name."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now

    async def reply(self, reply: Reply) -> ReplyAnswer:
        """Find who answers by the address, carry out what was asked, answer in that person's language."""
        loaded = self._engine.snapshot.loaded
        person = who_answers(reply, loaded.people.values())
        speak = speech(loaded.mall.site.timezone)
        if person is None:
            return ReplyAnswer(speak("id")._("You are not known here."), ok=False)
        who = Principal(Role(person.role), person.name, person=person.id)
        now = self._now()
        if reply.verb in chat.VERBS:
            return await self._ask(reply, who, speak(person.language), now=now)
        command = _command(reply, who, person.language)
        if command is None:
            return ReplyAnswer(speak(person.language)._("I do not understand that."), ok=False)
        answer = await asyncio.wrap_future(self._engine.submit(command))
        own = speak(person.language)
        text = answer.text if isinstance(command, Details) and answer.ok else _words(answer, reply, own)
        if answer.since:
            closed = own._("Incident #{number} is closed since {time}; nothing was changed.")
            at = when(datetime.fromisoformat(answer.since), now, own)
            text = closed.format(number=answer.incident or reply.incident, time=at)
        return ReplyAnswer(_moved(answer, reply, own) + text, ok=answer.ok)

    async def _ask(self, reply: Reply, who: Principal, speak: Speech, *, now: datetime) -> ReplyAnswer:
        command = chat.ask(reply, who, self._engine.snapshot, speak, now=now)
        if isinstance(command, str):
            return ReplyAnswer(command, ok=reply.verb == QUIET and who.may_act())
        answer = await asyncio.wrap_future(self._engine.submit(command))
        said = chat.told(command, answer, self._engine.snapshot, speak, now=now)
        return ReplyAnswer(said or _words(answer, reply, speak), ok=answer.ok)


def who_answers(reply: Reply, people: Iterable[Person]) -> Person | None:
    """Return who answers: by the person's own number, also in a group; else by a chat that is one person's alone."""
    known = [(one, address) for one in people if (address := one.addresses.get(reply.channel))]
    for wanted, part in ((reply.sender, member), (reply.address, chat_of)):
        found = [one for one, address in known if wanted and part(address) == wanted]
        if len(found) == 1:
            return found[0]
    return None


def _command(reply: Reply, who: Principal, language: str) -> Command | None:
    key = f"{reply.channel}:{reply.update_id}"
    match reply.verb:
        case "ack":
            return Acknowledge(id=key, principal=who, incident=reply.incident)
        case "escalate":
            return Escalate(id=key, principal=who, incident=reply.incident)
        case "details":
            return Details(id=key, principal=who, incident=reply.incident, language=language)
        case "note":
            return AddNote(id=key, principal=who, incident=reply.incident, text=words_of_note(reply.text))
        case _:
            return None


def _moved(answer: Answer, reply: Reply, speak: Speech) -> str:
    """Say first that the incident of the message goes on in another one, to which it was done."""
    if answer.incident is None or answer.incident == reply.incident:
        return ""
    text = speak._("Incident #{number} goes on in incident #{into}.")
    return text.format(number=reply.incident, into=answer.incident) + "\n"


def _words(answer: Answer, reply: Reply, speak: Speech) -> str:
    """Return the sentence for an answer."""
    _ = speak._
    sentences = {
        "ok": _("Incident #{number}: noted."),
        "already": _("Incident #{number} is already being handled."),
        "unknown-incident": _("Incident #{number} is not open any more."),
        "nobody": _("Incident #{number}: there is nobody else to call, so it stays as it is."),
        "refused": _("You may not do this."),
        "invalid": _("Incident #{number}: the note was not kept. Write one line, at most 500 characters."),
    }
    text = sentences.get(answer.code, _("That did not work."))
    if answer.called:
        text = _("Incident #{number}: passed on to {people}.")
    return text.format(number=answer.incident or reply.incident, people=", ".join(answer.called))
