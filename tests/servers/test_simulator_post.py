"""The demo's mailbox and chat over the wire: smtplib and requests, as the channels use them."""

import json
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
import requests

from mppmon.demo.simulator.launch import ControlRefused, Running
from tests.simulator.small_mall import TOKEN, simulated

pytestmark = pytest.mark.server


@pytest.fixture
def mall(tmp_path: Path) -> Iterator[Running]:
    with simulated(tmp_path) as simulator:
        yield simulator


def message(key: str, text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "mppmon@mpp.internal", "budi@mpp.internal"
    mail["Subject"] = "🔴 Cetak KTP-el TERHENTI · Loket A3"
    mail["Message-ID"] = f"<{key}@mppmon>"
    mail.set_content(text)
    return mail


def test_a_mail_arrives_and_is_kept_with_its_key(mall: Running, tmp_path: Path) -> None:
    assert mall.ready.mailbox_port is not None
    with smtplib.SMTP("127.0.0.1", mall.ready.mailbox_port, timeout=5) as server:
        for key in ("one", "two"):
            server.send_message(message(key, f"Gangguan #1042\nkunci {key}"))
    mails = mall.control.get("/mailbox")["mails"]
    assert [(mail["key"], mail["to"]) for mail in mails] == [
        ("one", ["budi@mpp.internal"]),
        ("two", ["budi@mpp.internal"]),
    ]
    assert mails[0]["subject"] == "🔴 Cetak KTP-el TERHENTI · Loket A3"
    assert mails[0]["text"] == "Gangguan #1042\nkunci one"
    assert [json.loads(line) for line in (tmp_path / "mail.jsonl").read_text("utf-8").splitlines()] == mails


def test_a_mail_too_long_is_refused_and_the_mailbox_lives_on(mall: Running) -> None:
    assert mall.ready.mailbox_port is not None
    with smtplib.SMTP("127.0.0.1", mall.ready.mailbox_port, timeout=5) as server, pytest.raises(smtplib.SMTPException):
        server.send_message(message("big", "x" * 300_000))
    with smtplib.SMTP("127.0.0.1", mall.ready.mailbox_port, timeout=5) as server:
        server.send_message(message("small", "x"))
    assert [mail["key"] for mail in mall.control.get("/mailbox")["mails"]] == ["small"]


def test_a_conversation_by_buttons(mall: Running) -> None:
    bot = f"http://127.0.0.1:{mall.ready.chat_port}/bot{TOKEN}"
    keyboard = {"inline_keyboard": [[{"text": "Saya tangani", "callback_data": "ack:1042"}]]}
    sent = requests.post(
        f"{bot}/sendMessage", json={"chat_id": "77", "text": "TERHENTI", "reply_markup": keyboard}, timeout=5
    ).json()["result"]
    (shown,) = mall.control.get("/chat")["messages"]
    assert (shown["text"], shown["buttons"]) == ("TERHENTI", [{"text": "Saya tangani", "data": "ack:1042"}])
    mall.control.post("/chat/press", {"message": sent["message_id"], "data": "ack:1042"})
    (update,) = requests.post(f"{bot}/getUpdates", json={"timeout": 20}, timeout=30).json()["result"]
    query = update["callback_query"]
    answer = {"callback_query_id": query["id"], "text": "Dicatat: sedang Anda tangani"}
    assert requests.post(f"{bot}/answerCallbackQuery", json=answer, timeout=5).json()["ok"]
    assert mall.control.get("/chat")["messages"][0]["notes"] == ["Dicatat: sedang Anda tangani"]
    done = {"offset": update["update_id"] + 1, "timeout": 0}
    assert requests.post(f"{bot}/getUpdates", json=done, timeout=5).json()["result"] == []


@pytest.mark.parametrize("body", [{}, {"message": 9, "data": "ack:1"}, {"message": "x", "data": "ack:1"}])
def test_a_press_on_nothing_is_refused(mall: Running, body: dict[str, object]) -> None:
    with pytest.raises(ControlRefused):
        mall.control.post("/chat/press", body)
