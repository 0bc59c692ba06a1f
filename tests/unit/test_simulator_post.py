"""The demo's mailbox and chat, without a network."""

import asyncio
import json
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from mppmon.demo.simulator.chat import Chat, NoSuchButton
from mppmon.demo.simulator.http import JSON, BadBody, Request, fields
from mppmon.demo.simulator.mailbox import read_mail

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
KEYBOARD = {"inline_keyboard": [[{"text": "Saya tangani", "callback_data": "ack:1042"}]]}


def ask(chat: Chat, method: str, *, token: str = "1:x", **body: Any) -> dict[str, Any]:  # noqa: ANN401, S107  # any JSON; a made-up token  # noqa: S107  # made up
    request = Request("POST", f"/bot{token}/{method}", content_type=JSON, body=json.dumps(body).encode())
    answer: dict[str, Any] = json.loads(asyncio.run(chat.answer(request)).body)
    return answer


def chat_with_message() -> Chat:
    chat = Chat("1:x", lambda: NOW)
    sent = ask(chat, "sendMessage", chat_id="77", text="Cetak KTP-el TERHENTI", reply_markup=KEYBOARD)
    assert sent["result"]["message_id"] == 1
    return chat


def test_a_press_becomes_an_update_and_its_answer_a_note() -> None:
    chat = chat_with_message()
    chat.press(1, "ack:1042")
    (update,) = ask(chat, "getUpdates", timeout=0)["result"]
    query = update["callback_query"]
    assert (query["data"], query["from"]["id"], query["message"]["chat"]["id"]) == ("ack:1042", 77, 77)
    assert ask(chat, "answerCallbackQuery", callback_query_id=query["id"], text="Dicatat")["ok"]
    assert chat.messages[0].notes == ("Dicatat",)
    assert not ask(chat, "answerCallbackQuery", callback_query_id=query["id"])["ok"]
    assert ask(chat, "getUpdates", offset=update["update_id"] + 1)["result"] == []


def test_updates_are_repeated_until_the_offset_passes_them() -> None:
    chat = chat_with_message()
    chat.say("77", "rincian 1042")
    first, again = ask(chat, "getUpdates")["result"], ask(chat, "getUpdates", offset=1)["result"]
    assert first == again
    assert first[0]["message"]["text"] == "rincian 1042"


def test_a_long_poll_ends_with_the_press() -> None:
    async def story() -> list[object]:
        chat = Chat("1:x", lambda: NOW)
        request = Request("GET", "/bot1:x/getUpdates", {"timeout": "30"})
        poll = asyncio.create_task(chat.answer(request))
        await asyncio.sleep(0)
        chat.say("77", "halo")
        found: list[object] = json.loads((await poll).body)["result"]
        return found

    assert len(asyncio.run(story())) == 1


def test_a_button_that_is_not_there_cannot_be_pressed() -> None:
    chat = chat_with_message()
    for message, data in ((1, "ack:7"), (2, "ack:1042")):
        with pytest.raises(NoSuchButton):
            chat.press(message, data)


@pytest.mark.parametrize(
    ("method", "body", "status"),
    [
        ("sendMessage", {"chat_id": "7", "text": "x" * 4097}, 400),
        ("sendMessage", {"chat_id": "7", "text": ""}, 400),
        ("sendMessage", {"text": "x"}, 400),
        ("sendMessage", {"chat_id": "7", "text": "x", "reply_markup": "{"}, 400),
        ("sendPoll", {}, 404),
    ],
)
def test_bad_calls_are_refused_as_telegram_refuses_them(method: str, body: dict[str, Any], status: int) -> None:
    answer = ask(Chat("1:x", lambda: NOW), method, **body)
    assert (answer["ok"], answer["error_code"]) == (False, status)


def test_another_bot_is_refused() -> None:
    assert ask(Chat("1:x", lambda: NOW), "getMe", token="1:y")["error_code"] == 401  # noqa: S106  # made up
    assert ask(Chat("1:x", lambda: NOW), "getMe")["result"]["is_bot"]


def test_a_mail_is_read_as_a_person_s_program_reads_it() -> None:
    message = EmailMessage()
    message["Message-ID"] = "<0196-key@mppmon>"
    message["Subject"] = "🔴 Cetak KTP-el TERHENTI · Loket A3"
    message.set_content("Printer kartu: kartu macet\nGangguan #1042\n")
    message.add_alternative("<p>Printer kartu</p>", subtype="html")
    mail = read_mail(message.as_bytes(), ("budi@mpp.internal",), NOW)
    assert (mail.key, mail.subject) == ("0196-key", "🔴 Cetak KTP-el TERHENTI · Loket A3")
    assert mail.text == "Printer kartu: kartu macet\nGangguan #1042"
    assert (mail.to, mail.at) == (("budi@mpp.internal",), NOW.isoformat())


@pytest.mark.parametrize("raw", [b"", b"\xff\x00\xff", b"Subject: =?utf-8?b?\xff?=\r\n\r\nx"])
def test_any_octets_can_be_a_mail(raw: bytes) -> None:
    assert read_mail(raw, (), NOW).to == ()


def test_fields_come_from_json_forms_and_the_query() -> None:
    assert fields(Request("POST", "/", {"a": "1"}, "application/x-www-form-urlencoded", b"b=2")) == {"a": "1", "b": "2"}
    assert fields(Request("POST", "/", {"a": "1"}, JSON, b'{"a": 3}')) == {"a": 3}
    for body in (b"[]", b"{", b"\xff"):
        with pytest.raises(BadBody):
            fields(Request("POST", "/", {}, JSON, body))
