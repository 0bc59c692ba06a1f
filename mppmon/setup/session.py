"""One run of `mppmon init`: questions to a person (or a pipe), a channel tried at once, a summary, a yes."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from alerts.channels.base import Failed
from alerts.settings import ChannelSettings, TelegramSettings
from mppmon.setup import parse, rehearse
from mppmon.setup.answers import ZONES
from mppmon.setup.script import Question, channel_words, collected, pending
from mppmon.setup.words import Translate

_BACK = frozenset({"kembali", "back"})
_PLACE = 2  # digits of a number in a list of chats


class GaveUp(Exception):
    """The person stopped, or a pipe's answer was wrong; nothing was written. The text says why."""


class Terminal(Protocol):
    """Where the questions go. `live`: a person can answer again; `ask` raises EOFError when nobody answers any more."""

    @property
    def live(self) -> bool: ...

    def say(self, text: str, colour: str | None = None) -> None: ...

    def ask(self, text: str, *, default: str, hidden: bool) -> str: ...


class Session:
    """Asks until everything is known. `now` dates the test message."""

    def __init__(self, terminal: Terminal, language: str, api: str, now: datetime, *, test: bool, _: Translate) -> None:
        self._terminal, self._language, self._api, self._now, self._test = terminal, language, api, now, test
        self._say = _
        self._given: dict[str, object] = {}
        self._chats: list[rehearse.Chat] = []

    def run(self) -> tuple[dict[str, object], str | None]:
        """Return what was answered, as `Answers` takes it, and the channel's secret. GaveUp."""
        _ = self._say
        self._terminal.say(
            _('Enter takes the answer in brackets; "back" goes one question back; Ctrl-C stops and writes nothing.')
        )
        while True:
            question = pending(self._given, _)
            if question is None:
                if self._agreed():
                    return collected(self._given, self._language, self._api), self._secret()
                continue
            self._answer(question)

    def _answer(self, question: Question) -> None:
        self._before(question)
        text = self._ask(question)
        if text.strip().lower() in _BACK:
            self._back()
            return
        if text.strip() == "?":  # look again: the next round shows what is new
            return
        try:
            value = question.parse(self._listed(question, text), self._say)
        except ValueError as error:
            _ = self._say
            self._again(_("Expected: {what}.").format(what=error))
            return
        self._given[question.key] = value
        trouble = self._trial(question)
        if trouble:
            del self._given[question.key]
            self._again(trouble)

    def _ask(self, question: Question) -> str:
        _ = self._say
        example = _(" (for example: {text})").format(text=question.example) if question.example else ""
        if question.parse is parse.yes:
            example = f" ({_('yes or no')})"  # all there is, not an example
        shown = "" if question.example == question.default else example
        try:
            return self._terminal.ask(f"{question.text}{shown}", default=question.default, hidden=question.hidden)
        except EOFError:
            raise GaveUp(_("The answers end at: {text}").format(text=question.text)) from None

    def _again(self, why: str) -> None:
        if not self._terminal.live:
            raise GaveUp(why)
        self._terminal.say(why, "yellow")

    def _back(self) -> None:
        if self._given:
            self._given.popitem()

    # --- the channel -------------------------------------------------------------------------------------------------

    def _before(self, question: Question) -> None:
        """Say which chats the bot knows of before one is asked for."""
        if not question.key.endswith(".address") or self._given.get("channel") != "telegram":
            return
        _ = self._say
        self._chats = []
        with self._trying() as settings:
            if not isinstance(settings, TelegramSettings):
                return
            name = rehearse.bot_name(settings)
            found = rehearse.chats(settings)
        bot = f"@{name}" if isinstance(name, str) and name else _("the bot")
        self._terminal.say(
            _("Now write anything to {bot} in Telegram; in a group, add the bot and write /start.").format(bot=bot)
        )
        if isinstance(found, Failed):
            self._terminal.say(rehearse.cure(found, telegram=True, api=self._api, _=_), "yellow")
            return
        self._chats = found
        for number, chat in enumerate(found, start=1):
            sort = _("group") if chat.group else _("private")
            self._terminal.say(f"  {number}. {chat.name} ({sort}, {chat.id})")
        if found:
            self._terminal.say(_('Answer with a number of the list, or a chat\'s number; "?" looks again.'))
        else:
            self._terminal.say(_('The bot has heard nobody yet. Write to it, then "?" looks again.'))

    def _listed(self, question: Question, text: str) -> str:
        """Return the chat that a number of the list stands for, else the text. ValueError when the list has none such:
        no chat has so short a number, so that it was meant for the list.
        """
        chat = question.key.endswith(".address") and self._given.get("channel") == "telegram"
        word = text.strip()
        if not (chat and word.isdecimal() and len(word) <= _PLACE):
            return text
        if 0 < int(word) <= len(self._chats):
            return self._chats[int(word) - 1].id
        _ = self._say
        raise ValueError(
            _("a number from 1 to {count}, or a chat's number").format(count=len(self._chats))
            if self._chats
            else _("a chat's number such as 123456789; there is no list yet")
        )

    def _trial(self, question: Question) -> str | None:
        """Try what was just answered; return what is wrong with it. A person may go on all the same."""
        _ = self._say
        telegram = self._given.get("channel") == "telegram"
        failed: Failed | None = None
        if question.key == "token" and self._test:
            with self._trying() as settings:
                found = rehearse.bot_name(settings) if isinstance(settings, TelegramSettings) else ""
            failed = found if isinstance(found, Failed) else None
        elif question.key.endswith(".address") and self._test:
            with self._trying() as settings:
                failed = rehearse.send(
                    settings, str(self._given[question.key]), trial_message(str(self._given["mall"]), _), self._now
                )
            if failed is None:
                self._terminal.say(_("A test message was sent. It has to be there now: look."), "green")
        if failed is None:
            return None
        why = rehearse.cure(failed, telegram=telegram, api=self._api, _=_)
        if not self._terminal.live:
            return _("{why} Nothing was written. (--no-test leaves the test out.)").format(why=why)
        self._terminal.say(why, "red")
        return None if self._yes(_("Go on all the same?"), default=_("no")) else _("Once more, then.")

    @contextmanager
    def _trying(self) -> Iterator[ChannelSettings]:
        """Yield the channel's settings, its secret in a file that only we may read and that is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="mppmon-init-") as place:
            secret = self._secret()
            path = Path(place) / "secret"
            if secret is not None:
                path.touch(0o600)
                path.write_text(secret, "utf-8")
            kind = {"type": self._given["channel"], "api": self._api, **self._given}
            kind["needs_internet"] = not self._given.get("local", False)
            yield rehearse.settings_of(kind, path if secret is not None else None)

    def _secret(self) -> str | None:
        found = self._given.get("token") or self._given.get("password")
        return str(found) if found else None

    # --- the end -----------------------------------------------------------------------------------------------------

    def _agreed(self) -> bool:
        """Show what was understood; False: somebody wants to change the last answer. GaveUp for a no."""
        _ = self._say
        self._terminal.say("")
        for line in summary(self._given, _):
            self._terminal.say(f"  {line}")
        text = self._terminal_ask(_("Write this? (yes, no, or back)"), _("yes"))
        if text.strip().lower() in _BACK:
            self._back()
            return False
        if self._is_yes(text):
            return True
        raise GaveUp(_("Nothing was written."))

    def _yes(self, text: str, *, default: str) -> bool:
        return self._is_yes(self._terminal_ask(text, default))

    def _terminal_ask(self, text: str, default: str) -> str:
        try:
            return self._terminal.ask(text, default=default, hidden=False)
        except EOFError:
            _ = self._say
            raise GaveUp(_("The answers end at: {text}").format(text=text)) from None

    def _is_yes(self, text: str) -> bool:
        return text.strip().lower() in {"y", "ya", "yes", "iya"}


def trial_message(mall: str, _: Translate) -> tuple[str, ...]:
    """Return the lines of the message that shows that a channel works."""
    return (
        _("✅ Test message of mppmon"),
        _("{mall}: faults will be told here.").format(mall=mall),
        _("Nothing has to be done."),
    )


def summary(given: Mapping[str, object], _: Translate) -> Iterator[str]:
    """Yield what was understood, one thing a line, without secrets."""
    zone = next((word for word, zone in ZONES.items() if zone == given["zone"]), given["zone"])
    yield f"{given['mall']} ({zone})"
    hours = given["hours"]
    if isinstance(hours, Mapping):
        yield _("open: {hours}").format(hours="; ".join(f"{days} {', '.join(many)}" for days, many in hours.items()))
    for key, value in given.items():
        if key.startswith("agency.") and key.endswith(".counters") and isinstance(value, tuple):
            short = given[key.replace(".counters", ".short")]
            services = given[key.replace(".counters", ".services")]
            many = ", ".join(services) if isinstance(services, tuple) else ""
            yield _("{agency}: {services}; {counters}").format(agency=short, services=many, counters=", ".join(value))
    yield _("channel: {name}").format(name=channel_words(_).get(str(given["channel"]), given["channel"]))
    for key, value in given.items():
        if key.startswith("person.") and key.endswith(".name"):
            address = given.get(key.replace(".name", ".address"))
            yield _("on duty: {name}").format(name=value) + (f" ({address})" if address else "")
    if given.get("line"):
        yield _("internet line: {gateway}").format(gateway=given["gateway"])
