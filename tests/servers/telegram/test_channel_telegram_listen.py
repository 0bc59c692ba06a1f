"""Telegram: what people press and type reaches the inbox, and is answered."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from alerts.channels.telegram import TelegramChannel
from alerts.inbox import Answer, Reply
from tests.servers.telegram.channel import refused, settings, until, with_channel
from tests.servers.telegram_fake import (
    HANG,
    NOISE,
    TelegramFake,
)

pytestmark = pytest.mark.server


@dataclass
class Desk:
    """An inbox that keeps replies, and answers or fails as told."""

    answers: list[Answer | Exception] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    async def reply(self, reply: Reply) -> Answer:
        self.replies.append(reply)
        answer = self.answers.pop(0) if self.answers else Answer("Dicatat.", ok=True)
        if isinstance(answer, Exception):
            raise answer
        return answer


def press(update: int, data: str, *, chat: int = 555, sender: int = 555) -> dict[str, Any]:
    message = {"message_id": 3, "chat": {"id": chat, "type": "private" if chat > 0 else "supergroup"}}
    query = {"id": f"q{update}", "from": {"id": sender}, "message": message, "data": data}
    return {"update_id": update, "callback_query": query}


def text(update: int, words: str, *, chat: int = 555) -> dict[str, Any]:
    place = {"id": chat, "type": "private" if chat > 0 else "supergroup"}
    return {"update_id": update, "message": {"message_id": 3, "from": {"id": 555}, "chat": place, "text": words}}


def listen(fake: TelegramFake, token_file: Path, desk: Desk, so: Callable[[], bool]) -> None:
    async def story(channel: TelegramChannel) -> None:
        listening = asyncio.create_task(channel.listen())
        await until(so)
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening

    with_channel(settings(fake, token_file), story, desk)


def test_a_press_is_handed_on_answered_and_then_confirmed(fake: TelegramFake, token_file: Path) -> None:
    desk = Desk()
    fake.push(press(7, "ack:1042", chat=-100))
    listen(
        fake,
        token_file,
        desk,
        lambda: bool(fake.of("answerCallbackQuery")) and fake.of("getUpdates")[-1]["offset"] == 8,
    )
    assert desk.replies == [Reply("telegram", "-100", "ack", 1042, "7", "ack:1042", "555")]
    assert fake.of("answerCallbackQuery") == [{"callback_query_id": "q7", "show_alert": False, "text": "Dicatat."}]
    assert [one["offset"] for one in fake.of("getUpdates")][:2] == [0, 8]
    assert fake.of("sendMessage") == []


def test_what_the_inbox_could_not_take_comes_again_with_the_same_number(
    fake: TelegramFake, token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.channels.telegram_listen.backoff", lambda _attempt, _rng: 0.01)
    desk = Desk([Answer("Dicatat.", ok=True), OSError("disk full")])
    fake.push(press(7, "ack:1"), press(8, "ack:2"), press(9, "ack:3"))
    listen(fake, token_file, desk, lambda: len(fake.of("answerCallbackQuery")) == 3)
    assert [reply.update_id for reply in desk.replies] == ["7", "8", "8", "9"]
    assert [one["offset"] for one in fake.of("getUpdates")][:2] == [0, 8]


def test_an_answer_that_can_never_be_taken_does_not_keep_the_others_out(
    fake: TelegramFake, token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.channels.telegram_listen.backoff", lambda _attempt, _rng: 0.01)
    desk = Desk([OSError("poison")] * 10)
    fake.push(press(7, "ack:1"), press(8, "ack:2"))
    listen(fake, token_file, desk, lambda: len(fake.of("answerCallbackQuery")) == 2)
    assert [reply.update_id for reply in desk.replies] == ["7"] * 10 + ["8"]
    said = {one["callback_query_id"]: one["text"] for one in fake.of("answerCallbackQuery")}
    assert said == {"q7": "Belum tercatat, coba lagi. / Not noted, please try again.", "q8": "Dicatat."}


def test_a_stranger_is_refused_politely(fake: TelegramFake, token_file: Path) -> None:
    desk = Desk([Answer("Maaf, Anda belum terdaftar di sini.", ok=False)])
    fake.push(press(7, "ack:1042", chat=666, sender=666))
    listen(fake, token_file, desk, lambda: bool(fake.of("answerCallbackQuery")))
    assert fake.of("answerCallbackQuery") == [
        {"callback_query_id": "q7", "show_alert": True, "text": "Maaf, Anda belum terdaftar di sini."}
    ]


def test_details_come_as_a_message_into_the_chat(fake: TelegramFake, token_file: Path) -> None:
    details = "Gangguan #1042 · belum ditangani\nPenyebab utama: Printer kartu"
    fake.push(press(7, "details:1042"))
    listen(fake, token_file, Desk([Answer(details, ok=True)]), lambda: bool(fake.of("sendMessage")))
    assert fake.of("answerCallbackQuery") == [{"callback_query_id": "q7", "show_alert": False}]
    assert fake.of("sendMessage") == [{"chat_id": "555", "text": details}]


def test_typed_words_are_understood_and_others_answered_with_help_but_not_in_a_group(
    fake: TelegramFake, token_file: Path
) -> None:
    desk = Desk()
    chatter = [text(7, "/tangani 1042"), text(8, "selamat pagi", chat=-100), {"update_id": 9}, text(10, "/start")]
    fake.push(*chatter, {"update_id": 11, "message": 5})
    listen(
        fake, token_file, desk, lambda: len(fake.of("sendMessage")) == 2 and fake.of("getUpdates")[-1]["offset"] == 12
    )
    assert [(reply.verb, reply.incident) for reply in desk.replies] == [("ack", 1042)]
    answers = sorted(one["text"] for one in fake.of("sendMessage"))
    assert answers[0] == "Dicatat."
    assert answers[1].startswith("Nomor chat ini: 555.")


def test_trouble_with_polling_is_waited_out(
    fake: TelegramFake, token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def short(attempt: int, _rng: object) -> float:
        waits.append(attempt)
        return 0.01

    monkeypatch.setattr("alerts.channels.telegram_listen.backoff", short)
    desk = Desk()
    conflict = refused(409, "Conflict: terminated by other getUpdates request")
    fake.say(
        "getUpdates", conflict, (500, b""), NOISE, (200, {"ok": True, "result": {}}), (200, {"ok": True, "result": []})
    )
    fake.push(press(7, "ack:1042"))
    listen(fake, token_file, desk, lambda: bool(desk.replies))
    assert waits[:4] == [1, 2, 3, 4]


def test_a_slow_answer_to_one_does_not_hold_up_the_next(fake: TelegramFake, token_file: Path) -> None:
    fake.say("answerCallbackQuery", HANG)
    desk = Desk()
    fake.push(press(7, "ack:1"), press(8, "ack:2"))
    listen(fake, token_file, desk, lambda: len(fake.of("answerCallbackQuery")) == 2)
    assert [reply.incident for reply in desk.replies] == [1, 2]


def test_without_an_inbox_nobody_listens(fake: TelegramFake, token_file: Path) -> None:
    with_channel(settings(fake, token_file), lambda channel: channel.listen())
    assert fake.calls == []
