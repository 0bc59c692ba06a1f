"""Long polling: people's answers come in, each is handed to the inbox, and only then confirmed to Telegram."""

import asyncio
import logging
import random
from typing import Any

from alerts.channels import telegram_updates
from alerts.channels.backoff import backoff
from alerts.channels.base import Failed, Reason
from alerts.channels.pool import Pool
from alerts.channels.telegram_api import BotApi
from alerts.channels.telegram_updates import Update
from alerts.inbox import Answer, Inbox, Reply
from alerts.settings import TelegramSettings

_HOLD = 25  # seconds Telegram may hold a poll open while nothing happens
_TOAST = 200  # characters of an answer to a button; a longer one comes as a message
_ANSWERERS = 2
_POISON = 10
"""Failures in a row after which one update is given up: it must not keep everybody else's answers out for ever."""

_COMMANDS = """\
/tangani 1042 - saya tangani
/teruskan 1042 - teruskan ke petugas berikutnya
/rincian 1042
/catatan 1042 teks
/gabung 1043 1042 - gangguan yang sama
/senyapkan sw-lt2 2 jam alasan
/pemeliharaan sw-lt2 pukul 20.00 2 jam alasan
/jadwal - yang disenyapkan dan pemeliharaan
/akhiri sw-lt2"""
_COMMANDS_ENGLISH = """\
/ack 1042, /escalate 1042, /details 1042, /note 1042 text
/merge 1043 1042 - the same fault
/silence sw-lt2 2 hours reason
/maintenance sw-lt2 at 20.00 2 hours reason
/quiet - what is silenced, and maintenance
/end sw-lt2"""

_log = logging.getLogger(__name__)


class Listener:
    """Asks for updates until cancelled.

    The offset, which confirms, moves on only after the inbox has answered: a crash before that brings the same update
    again, and its number lets the inbox recognise it.
    """

    def __init__(self, channel: str, settings: TelegramSettings, api: BotApi, inbox: Inbox) -> None:
        self._channel, self._settings, self._api, self._inbox = channel, settings, api, inbox
        self._polls = Pool(1, f"telegram-{channel}-poll")
        self._answers = Pool(_ANSWERERS, f"telegram-{channel}-answer")
        self._answering: set[asyncio.Task[None]] = set()
        self._rng = random.Random()  # noqa: S311  # jitter, no secret
        self._offset = 0
        self._failing: tuple[int, int] = (0, 0)  # an update, and how often in a row it could not be taken

    async def run(self) -> None:
        """Take updates until cancelled. Trouble is waited out, longer each time."""
        failures = 0
        try:
            while True:
                wait = await self._round()
                failures = failures + 1 if wait is not None else 0
                if wait is not None:
                    await asyncio.sleep(max(wait, backoff(failures, self._rng)))
        finally:
            for task in tuple(self._answering):
                task.cancel()

    async def _round(self) -> float | None:
        """Poll once and take what came. None: all is well; else the seconds Telegram wants us to wait at least."""
        updates = await self._poll()
        if isinstance(updates, Failed):
            _log.warning("telegram %s: no updates: %s %s", self._channel, updates.reason, updates.detail)
            return updates.retry_after or 0.0
        if not updates:
            self._offset = 0  # all is confirmed; after a quiet week numbers begin anew, and lower ones would be lost
        return None if await self._take(updates) else 0.0

    def close(self) -> None:
        """Give up what is under way."""
        self._polls.close()
        self._answers.close()

    async def _poll(self) -> list[Any] | Failed:
        payload = {"offset": self._offset, "timeout": _HOLD, "allowed_updates": ["message", "callback_query"]}
        timeout = _HOLD + self._settings.timeout
        try:
            found = await self._polls.call(
                lambda line: self._api.call("getUpdates", payload, line=line, timeout=timeout), deadline=timeout
            )
        except TimeoutError:
            return Failed(retry=True, reason=Reason.TIMEOUT, detail="no end in sight")
        if isinstance(found, dict):
            return Failed(retry=True, reason=Reason.INVALID, detail="updates are not a list")
        return found

    async def _take(self, updates: list[Any]) -> bool:
        """Hand each to the inbox, in order. False: one could not be taken, so it and those after it come again."""
        for raw in updates:
            number = telegram_updates.update_id(raw)
            if number is None:
                continue
            update = self._read(raw, number)
            if update is not None and not await self._handle(update) and not self._gives_up(update):
                return False
            self._offset = max(self._offset, number + 1)
        return True

    def _read(self, raw: object, number: int) -> Update | None:
        try:
            return telegram_updates.read(raw)
        except Exception as error:  # noqa: BLE001  # a stranger's words: they would break us again, for ever
            _log.critical("telegram %s: update %d left out: %s", self._channel, number, type(error).__name__)
            return None

    def _gives_up(self, update: Update) -> bool:
        """Whether this update failed so often that the fault is its own; then whoever sent it is told."""
        last, count = self._failing
        count = count + 1 if last == update.id else 1
        self._failing = (update.id, count)
        if count < _POISON:
            return False
        _log.critical("telegram %s: update %d given up after %d failures", self._channel, update.id, count)
        self._answer(update, Answer("Belum tercatat, coba lagi. / Not noted, please try again.", ok=False))
        return True

    async def _handle(self, update: Update) -> bool:
        if update.asked is None:
            if update.callback is not None or update.private:  # in a group, people also talk to each other
                self._answer(update, Answer(_help(update), ok=False))
            return True
        verb, incident = update.asked
        reply = Reply(self._channel, update.chat, verb, incident, str(update.id), update.text, update.sender)
        try:
            answer = await self._inbox.reply(reply)
        except Exception as error:  # noqa: BLE001  # nothing was done: the update must come again
            _log.error("telegram %s: update %d: %s", self._channel, update.id, type(error).__name__)
            return False
        self._answer(update, answer)
        return True

    def _answer(self, update: Update, answer: Answer) -> None:
        """Answer beside the polling: a slow answer to one must not hold up another's acknowledgement."""
        task = asyncio.get_running_loop().create_task(self._tell(update, answer))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _tell(self, update: Update, answer: Answer) -> None:
        long = len(answer.text) > _TOAST or "\n" in answer.text
        if update.callback is not None:
            toast = {"callback_query_id": update.callback, "show_alert": not answer.ok}
            await self._call("answerCallbackQuery", toast if long else {**toast, "text": answer.text})
        if update.callback is None or long:
            await self._call("sendMessage", {"chat_id": update.chat, "text": answer.text[:4000]})

    async def _call(self, method: str, payload: dict[str, Any]) -> None:
        """Best effort: what was asked is done and durable, only the courtesy may be lost."""
        seconds = self._settings.timeout
        try:
            result = await self._answers.call(
                lambda line: self._api.call(method, payload, line=line, timeout=seconds), deadline=seconds
            )
        except TimeoutError:
            result = Failed(retry=True, reason=Reason.TIMEOUT)
        if isinstance(result, Failed):
            _log.warning("telegram %s: %s: %s %s", self._channel, method, result.reason, result.detail)


def _help(update: Update) -> str:
    """Say what we understand, and the number a new colleague needs to be entered. In both languages: we know nobody."""
    return (
        f"Nomor chat ini: {update.chat}. Perintah:\n{_COMMANDS}\n\n"
        f"This chat's number: {update.chat}. Commands:\n{_COMMANDS_ENGLISH}"
    )
