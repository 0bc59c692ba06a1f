"""`mppmon init` against a chat server and a mail server: the test message, and what is said when it does not arrive."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from alerts.channels.base import Failed, Reason
from alerts.settings import EmailSettings, TelegramSettings
from mppmon.cli.init import command
from mppmon.setup import rehearse
from mppmon.setup.rehearse import Chat, cure
from mppmon.setup.session import Session
from tests.servers.smtp_servers import Mailbox, mail_server
from tests.servers.telegram_fake import TOKEN, TelegramFake, telegram_fake
from tests.unit.setup_kit import english
from tests.unit.test_setup_init import SHORT, Scripted

pytestmark = pytest.mark.server
NOW = datetime(2026, 11, 24, 2, 12, tzinfo=UTC)
MALL = ("MPP", "WIB", "", "-", "D", "", "K", "A1", "", "", "no", "1")
BOT = (200, {"ok": True, "result": {"id": 1, "username": "mpp_bot"}})
REFUSED = (400, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"})


@pytest.fixture
def fake() -> Iterator[TelegramFake]:
    with telegram_fake() as one:
        one.always["getMe"] = BOT
        yield one


def said(number: int, chat: dict[str, object], kind: str = "message") -> dict[str, object]:
    return {"update_id": number, kind: {"chat": chat, "text": "halo"}}


BUDI = said(1, {"id": 100, "type": "private", "first_name": "Budi", "last_name": "S\x07"})
GROUP = said(2, {"id": -1001, "type": "supergroup", "title": "Tim TI MPP"}, "my_chat_member")


def start(fake: TelegramFake, *answers: str) -> tuple[dict[str, object], str | None, Scripted]:
    person = Scripted(*MALL, *answers)
    given, secret = Session(person, "en", fake.url, NOW, test=True, _=english).run()
    return given, secret, person


def test_chats_that_the_bot_heard_are_offered_by_name_and_get_the_message(fake: TelegramFake) -> None:
    fake.push(BUDI, GROUP)
    given, secret, person = start(fake, TOKEN, "Budi", "1", "no", "no", "yes")
    assert secret == TOKEN
    assert given["people"] == [{"name": "Budi", "address": "-1001"}]
    assert "  1. Tim TI MPP (group, -1001)" in person.seen
    assert "  2. Budi S (private, 100)" in person.seen
    assert "[green] A test message was sent. It has to be there now: look." in person.seen
    (message,) = fake.of("sendMessage")
    assert (message["chat_id"], message["text"].splitlines()[1]) == ("-1001", "MPP: faults will be told here.")
    assert TOKEN not in "".join(person.seen)


def test_a_question_mark_looks_again(fake: TelegramFake) -> None:
    fake.say("getUpdates", (200, {"ok": True, "result": []}))
    fake.push(BUDI)
    _given, _secret, person = start(fake, TOKEN, "Budi", "?", "1", "no", "no", "yes")
    assert 'The bot has heard nobody yet. Write to it, then "?" looks again.' in person.seen
    assert [one["chat_id"] for one in fake.of("sendMessage")] == ["100"]


def test_a_wrong_token_is_asked_for_again(fake: TelegramFake) -> None:
    _given, secret, person = start(fake, "123456:WRONGwrong", "no", TOKEN, "Budi", "100", "no", "no", "yes")
    assert secret == TOKEN
    (red,) = [text for text in person.seen if text.startswith("[red]")]
    assert "Telegram does not know this token" in red


def test_a_chat_that_was_not_started_says_what_to_do(fake: TelegramFake) -> None:
    fake.say("sendMessage", REFUSED)
    _given, _secret, person = start(fake, TOKEN, "Budi", "100", "no", "100", "no", "no", "yes")
    (red,) = [text for text in person.seen if text.startswith("[red]")]
    assert "press Start" in red
    assert "chat not found" in red
    assert len(fake.of("sendMessage")) == 2


def test_somebody_may_go_on_without_an_answer_from_telegram(fake: TelegramFake) -> None:
    fake.say("sendMessage", "drop")
    given, _secret, person = start(fake, TOKEN, "Budi", "100", "yes", "no", "no", "yes")
    assert given["people"] == [{"name": "Budi", "address": "100"}]
    (red,) = [text for text in person.seen if text.startswith("[red]")]
    assert f"{fake.url} cannot be reached" in red
    assert "api.telegram.org" not in red  # nobody asked it
    unreachable = Failed(retry=True, reason=Reason.UNREACHABLE)
    assert "port 443 to api.telegram.org" in cure(unreachable, telegram=True, _=english)


def from_file(place: Path, url: str) -> list[str]:
    (place / "token").write_text(TOKEN)
    answers = {
        **SHORT, "channel": {"type": "telegram", "token_file": "token", "api": url},
        "people": [{"name": "Budi", "address": "-100"}],
    }  # fmt: skip
    (place / "answers.json").write_text(json.dumps(answers))
    return [str(place / "mal"), "--answers", str(place / "answers.json")]


def test_answers_from_a_file_are_tried_too(fake: TelegramFake, tmp_path: Path) -> None:
    fake.say("sendMessage", REFUSED)
    arguments = from_file(tmp_path, fake.url)
    refused = CliRunner().invoke(command, arguments)
    assert (refused.exit_code, (tmp_path / "mal").exists()) == (2, False)
    assert "tekan Mulai" in refused.output
    assert TOKEN not in refused.output
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 0, done.output
    assert f'api: "{fake.url}"' in (tmp_path / "mal/channels.yaml").read_text()
    assert [one["chat_id"] for one in fake.of("sendMessage")] == ["-100", "-100"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "does not know this token"),
        (409, "Another program reads"),
        (403, "press Start"),
        (429, "wait a little"),
        (502, "Try again later"),
    ],
)
def test_every_refusal_has_its_cure(fake: TelegramFake, tmp_path: Path, status: int, words: str) -> None:
    (tmp_path / "token").write_text(TOKEN)
    settings = TelegramSettings(type="telegram", token_file=tmp_path / "token", api=fake.url)
    fake.say("sendMessage", (status, {"ok": False, "description": "why"}))
    failed = rehearse.send(settings, "100", ("a",), NOW)
    assert failed is not None
    assert words in cure(failed, telegram=True, _=english)


def test_updates_of_strangers_are_taken_as_they_come() -> None:
    odd: list[object] = [
        None,
        1,
        {},
        {"message": 1},
        {"message": {"chat": {"id": "x"}}},
        {"message": {"chat": {"id": True}}},
        BUDI,
        GROUP,
        BUDI,
    ]
    assert rehearse.heard(odd) == [Chat("100", "Budi S", group=False), Chat("-1001", "Tim TI MPP", group=True)]


@pytest.mark.parametrize(("refusal", "told"), [("", None), ("550 no such user", "refuses sender or recipient")])
def test_a_mail_is_sent_or_the_reason_said(refusal: str, told: str | None) -> None:
    mailbox = Mailbox(rcpt=refusal)
    found: list[str | None] = []

    async def main() -> None:
        async with mail_server(mailbox) as port:
            settings = EmailSettings(
                type="email",
                needs_internet=False,
                host="127.0.0.1",
                port=port,
                security="none",
                sender="mppmon@mpp.go.id",
            )

            def trial() -> None:
                failed = rehearse.send(settings, "budi@mpp.go.id", ("Uji coba", "b"), NOW)
                found.append(cure(failed, telegram=False, _=english) if failed else None)

            await asyncio.to_thread(trial)  # it has a loop of its own

    asyncio.run(main())
    assert len(mailbox.taken) == (told is None)
    assert found == [None] if told is None else told in str(found[0])
