"""Telegram: sending, failing, listening, and never a token where somebody could read it."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from alerts.channels.base import Failed, Reason, Result, Sent
from alerts.channels.telegram import TelegramChannel
from alerts.model import Message, NoticeKind
from alerts.settings import TelegramSettings
from tests.servers.telegram.channel import notification, refused, settings, until, with_channel
from tests.servers.telegram_fake import (
    DRIP_BODY,
    DRIP_HEADER,
    DROP,
    HANG,
    NOISE,
    TOKEN,
    Behaviour,
    TelegramFake,
    telegram_fake,
)

pytestmark = pytest.mark.server


def send(fake: TelegramFake, token_file: Path, *, timeout: float = 5.0) -> Result:
    return with_channel(settings(fake, token_file, timeout=timeout), lambda channel: channel.send(notification()))


def test_a_page_arrives_as_plain_text_with_its_buttons(fake: TelegramFake, token_file: Path) -> None:
    assert send(fake, token_file) == Sent("77")
    assert fake.of("sendMessage") == [
        {
            "chat_id": "555",
            "text": "🔴 Cetak KTP-el <b>TERHENTI</b> · Loket_A3 *x*\nGangguan #1042",
            "link_preview_options": {"is_disabled": True},
            "reply_markup": {
                "inline_keyboard": [
                    [
                        {"text": "Saya tangani", "callback_data": "ack:1042"},
                        {"text": "Rincian", "callback_data": "details:1042"},
                    ]
                ]
            },
        }
    ]


QUIET = frozenset(NoticeKind) - {NoticeKind.PAGE}


@pytest.mark.parametrize(
    ("rings", "silent"), [("urgent", QUIET), ("always", {NoticeKind.CANARY}), ("never", frozenset(NoticeKind))]
)
def test_what_makes_a_sound(
    fake: TelegramFake, token_file: Path, rings: Literal["urgent", "always", "never"], silent: frozenset[NoticeKind]
) -> None:
    ringing = settings(fake, token_file).model_copy(update={"rings": rings})
    pages = [replace(notification(), kind=kind, urgent=kind is NoticeKind.PAGE) for kind in NoticeKind]
    summary = replace(notification(), urgent=True, about=("i1", "i2"))
    for one in (*pages, summary):
        assert with_channel(ringing, lambda channel, one=one: channel.send(one)) == Sent("77")  # type: ignore[misc]  # mypy sees no default
    *each, last = [payload.get("disable_notification", False) for payload in fake.of("sendMessage")]
    assert {kind for kind, muted in zip(NoticeKind, each, strict=True) if muted} == silent
    assert last is (rings != "always"), "the first page of a storm rang"


def test_a_message_that_is_too_long_is_shortened_not_refused(fake: TelegramFake, token_file: Path) -> None:
    long = Message("s", ("🔴 first", *("🔴" * 100 for _ in range(200)), "Gangguan #1042"))
    with_channel(settings(fake, token_file), lambda channel: channel.send(notification(long)))
    (payload,) = fake.of("sendMessage")
    assert len(payload["text"].encode("utf-16-le")) // 2 <= 4096
    assert payload["text"].startswith("🔴 first")
    assert payload["text"].endswith("Gangguan #1042")


def later(reason: Reason, detail: str, *, retry_after: float | None = None, cure: str = "") -> Failed:
    return Failed(retry=True, reason=reason, retry_after=retry_after, detail=detail, cure=cure)


def never(detail: str, cure: str) -> Failed:
    return Failed(retry=False, reason=Reason.REFUSED, detail=detail, cure=cure)


@pytest.mark.parametrize(
    ("behaviour", "result"),
    [
        (refused(429, "Too Many Requests: retry after 7", retry_after=7),
         later(Reason.RATE_LIMITED, retry_after=7.0, detail="429 Too Many Requests: retry after 7")),
        (refused(429, "slow", retry_after="soon"), later(Reason.RATE_LIMITED, "429 slow")),
        (refused(400, "Bad Request: chat not found"), never("400 Bad Request: chat not found", "is the chat's number")),
        (refused(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-100777),
         never("400 Bad Request: group chat was upgraded to a supergroup chat",
               "the group has another number now: write -100777 into people.yaml")),
        (refused(403, f"Forbidden {TOKEN}\nbot"), never("403 Forbidden *** bot", "the bot may not write there")),
        (refused(401, "Unauthorized"), later(Reason.CREDENTIALS, "401 Unauthorized", cure="the token is revoked")),
        (refused(404, "Not Found"), later(Reason.CREDENTIALS, "404 Not Found", cure="no such bot")),
        (refused(500, "x" * 500), later(Reason.TEMPORARY, "500 " + "x" * 160)),
        ((502, b"<html>Bad Gateway</html>"), later(Reason.TEMPORARY, "502")),
        ((200, b"not json"), later(Reason.INVALID, "200")),
        ((200, ["ok"]), later(Reason.INVALID, "200")),
        ((200, b"[" * 100_000), later(Reason.INVALID, "200")),
        ((200, b" " * 1_100_000), later(Reason.UNREACHABLE, "RequestException")),
        ((301, b""), later(Reason.INVALID, "301")),
        (DROP, later(Reason.UNREACHABLE, "ConnectionError")),
        (NOISE, later(Reason.UNREACHABLE, "ConnectionError")),
    ],
    ids=lambda one: str(one)[:30],
)  # fmt: skip
def test_what_a_failure_means(fake: TelegramFake, token_file: Path, behaviour: Behaviour, result: Failed) -> None:
    fake.say("sendMessage", behaviour)
    found = send(fake, token_file)
    assert isinstance(found, Failed)
    assert found.cure.startswith(result.cure)
    assert replace(found, cure=result.cure) == result
    assert bool(found.cure) is bool(result.cure)


@pytest.mark.parametrize("words", [(413, "Request Entity Too Large"), (400, "Bad Request: message is too long")])
def test_what_is_refused_for_its_length_goes_out_shorter_at_once(
    fake: TelegramFake, token_file: Path, words: tuple[int, str]
) -> None:
    long = notification(Message("s", ("🔴 Cetak KTP-el", *("x" * 100 for _ in range(200)), "Gangguan #1042")))
    fake.say("sendMessage", refused(*words))
    assert with_channel(settings(fake, token_file), lambda channel: channel.send(long)) == Sent("77")
    first, second = (one["text"] for one in fake.of("sendMessage"))
    assert len(second) <= 512 < len(first)
    assert second.startswith("🔴 Cetak KTP-el")
    assert second.endswith("Gangguan #1042")


def test_what_no_length_is_short_enough_for_is_given_up(fake: TelegramFake, token_file: Path) -> None:
    fake.always["sendMessage"] = refused(413, "Request Entity Too Large")
    assert send(fake, token_file) == Failed(retry=False, reason=Reason.TOO_LONG, detail="413 Request Entity Too Large")
    assert len(fake.of("sendMessage")) == 2


@pytest.mark.parametrize("behaviour", [HANG, DRIP_HEADER, DRIP_BODY])
def test_a_server_that_hangs_or_drips_is_cut_off_and_holds_no_thread(
    fake: TelegramFake, token_file: Path, behaviour: str
) -> None:
    fake.always["sendMessage"] = behaviour

    async def story(channel: TelegramChannel) -> list[Result]:
        slow = [await channel.send(notification()) for _ in range(2)]
        slow += await asyncio.gather(*(channel.send(notification()) for _ in range(6)))
        fake.always.clear()
        return [*slow, await channel.send(notification())]  # it finds a free thread: the others have ended

    found = with_channel(settings(fake, token_file, timeout=0.3), story)
    assert all(isinstance(one, Failed) and one.retry and one.reason is Reason.TIMEOUT for one in found[:-1]), found
    assert found[-1] == Sent("77")


def test_behind_a_proxy_the_deadline_reaches_as_far(
    fake: TelegramFake, token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", fake.url)
    monkeypatch.setenv("no_proxy", "")
    found = TelegramSettings(type="telegram", token_file=token_file, api="http://telegram.test", timeout=0.3)
    fake.always["sendMessage"] = DRIP_HEADER

    async def story(channel: TelegramChannel) -> list[Result]:
        slow = await asyncio.gather(*(channel.send(notification()) for _ in range(4)))
        fake.always.clear()
        return [*slow, await channel.send(notification())]

    assert with_channel(found, story)[-1] == Sent("77")


def test_cancelled_in_the_middle_the_connection_is_cut(fake: TelegramFake, token_file: Path) -> None:
    fake.say("sendMessage", HANG)

    async def story(channel: TelegramChannel) -> Result:
        sending = asyncio.create_task(channel.send(notification()))
        await until(lambda: bool(fake.of("sendMessage")))
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        return await channel.send(notification())

    assert with_channel(settings(fake, token_file, timeout=30.0), story) == Sent("77")


def test_nobody_there(token_file: Path) -> None:
    with telegram_fake() as gone:
        pass
    assert send(gone, token_file) == later(Reason.UNREACHABLE, "ConnectionError")


@pytest.mark.parametrize("content", [None, "", "\xff"])
def test_a_token_file_that_is_missing_empty_or_broken(fake: TelegramFake, tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content.encode("latin-1"))
    result = send(fake, path)
    assert isinstance(result, Failed)
    assert (result.retry, result.reason) == (True, Reason.CREDENTIALS)
    assert str(tmp_path) not in result.detail


def test_the_token_is_in_no_repr(fake: TelegramFake, token_file: Path) -> None:
    async def story(channel: TelegramChannel) -> str:
        result = await channel.send(notification())
        return f"{channel!r} {vars(channel)!r} {vars(channel._api)!r} {result!r}"  # noqa: SLF001  # what a debugger shows

    fake.say("sendMessage", refused(400, f"wrong {TOKEN}"))
    assert TOKEN not in with_channel(settings(fake, token_file), story)
