"""Listening to Telegram without Telegram: what a stranger writes never keeps the others out."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from alerts.channels import telegram_updates
from alerts.channels.telegram_api import BotApi
from alerts.channels.telegram_listen import Listener
from alerts.channels.telegram_updates import Update
from alerts.inbox import Answer, Reply
from alerts.settings import TelegramSettings


class Api(BotApi):
    """Gives the updates that are not confirmed; the end of them ends the listener."""

    def __init__(self, settings: TelegramSettings, updates: list[dict[str, Any]], done: asyncio.Event) -> None:
        super().__init__(settings)
        self._updates, self._done, self._loop = updates, done, asyncio.get_running_loop()

    def call(self, method: str, payload: dict[str, Any], **_: object) -> Any:  # noqa: ANN401  # as the API answers
        if method != "getUpdates":
            return {}
        left = [one for one in self._updates if one["update_id"] >= payload["offset"]]
        if not left:
            self._loop.call_soon_threadsafe(self._done.set)
        return left


class Desk:
    """Takes every reply."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []

    async def reply(self, reply: Reply) -> Answer:
        self.replies.append(reply)
        return Answer("ok", ok=True)


def _text(number: int, words: str) -> dict[str, Any]:
    chat = {"id": 555, "type": "private"}
    return {"update_id": number, "message": {"chat": chat, "from": {"id": 555}, "text": words}}


def test_an_update_that_breaks_our_reading_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, desk = telegram_updates.read, Desk()

    def breaking(raw: object) -> Update | None:
        found = read(raw)
        if found is not None and found.text == "boom":
            raise KeyError(found.text)
        return found

    monkeypatch.setattr(telegram_updates, "read", breaking)

    async def story() -> None:
        done, settings = asyncio.Event(), TelegramSettings(type="telegram", token_file=tmp_path / "token")
        updates = [_text(1, "boom"), _text(2, "/ack 12")]
        listener = Listener("telegram", settings, Api(settings, updates, done), desk)
        running = asyncio.create_task(listener.run())
        waiting = asyncio.create_task(done.wait())
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        running.cancel()
        waiting.cancel()
        listener.close()

    asyncio.run(story())

    assert [(one.verb, one.incident) for one in desk.replies] == [("ack", 12)]


def test_numbers_that_begin_anew_lower_are_read(tmp_path: Path) -> None:
    """Bot API: after a week without updates the next number is chosen at random; what is below an offset is gone."""
    desk = Desk()
    weeks = [[_text(900, "/tangani 1")], [], [_text(7, "/tangani 2")], []]

    class Weekly(Api):
        """Each poll is the first of a week."""

        def call(self, method: str, payload: dict[str, Any], **more: object) -> Any:  # noqa: ANN401  # as the API answers
            if method == "getUpdates":
                self._updates[:] = weeks.pop(0) if weeks else []
                return [] if weeks and not self._updates else super().call(method, payload, **more)
            return {}

    async def story() -> None:
        done, settings = asyncio.Event(), TelegramSettings(type="telegram", token_file=tmp_path / "token")
        listener = Listener("telegram", settings, Weekly(settings, [], done), desk)
        running = asyncio.create_task(listener.run())
        await done.wait()
        running.cancel()
        listener.close()

    asyncio.run(story())
    assert [one.update_id for one in desk.replies] == ["900", "7"]
