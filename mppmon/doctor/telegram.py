"""Telegram bots: whether the token is good, and whether the chats of our people can be written to."""

import asyncio
from collections.abc import Mapping, Sequence

from alerts.channels.base import Failed, Reason
from alerts.channels.pool import Pool
from alerts.channels.telegram_api import BotApi
from alerts.model import Person
from alerts.settings import TelegramSettings
from mppmon.doctor.case import Case
from mppmon.doctor.finding import Finding, bad, few, fine, skipped, warn

_PATIENCE = 4.0
_WORKERS = 8
_MOST = 24  # chats that are looked up


async def check_telegram(case: Case) -> Sequence[Finding]:
    """Ask getMe of every bot, and getChat for every chat of its people; nothing is said where there is no bot."""
    if case.loaded is None:
        return []
    people = case.loaded.people
    bots = {name: one for name, one in case.loaded.channels.items() if isinstance(one, TelegramSettings)}
    found = await asyncio.gather(*(_ask(name, settings, people) for name, settings in bots.items()))
    return [finding for two in found for finding in two]


def chats_of(channel: str, people: Mapping[str, Person]) -> dict[str, str]:
    """Return chat id -> the people who are told there."""
    found: dict[str, list[str]] = {}
    for person in people.values():
        if channel in person.addresses:
            found.setdefault(person.addresses[channel], []).append(person.id)
    return {chat: few(who) for chat, who in found.items()}


async def _ask(name: str, settings: TelegramSettings, people: Mapping[str, Person]) -> Sequence[Finding]:
    api, pool = BotApi(settings), Pool(_WORKERS, "doctor-telegram")

    async def call(method: str, payload: dict[str, str]) -> object:
        try:
            return await pool.call(
                lambda line: api.call(method, dict(payload), line=line, timeout=_PATIENCE), deadline=_PATIENCE
            )
        except TimeoutError:
            return Failed(retry=True, reason=Reason.TIMEOUT, detail=f"no end within {_PATIENCE:g} s")

    try:
        bot = await call("getMe", {})
        token = judge_token(name, settings, bot)
        chats = chats_of(name, people)
        if isinstance(bot, Failed):
            return [token, skipped(f"chats ({name})", "not asked without a bot")]
        asked = list(chats)[:_MOST]
        answers = await asyncio.gather(*(call("getChat", {"chat_id": chat}) for chat in asked))
        return [token, judge_chats(name, chats, dict(zip(asked, answers, strict=True)))]
    finally:
        pool.close()


def judge_token(name: str, settings: TelegramSettings, answer: object) -> Finding:
    """Return what getMe's answer means."""
    line = f"telegram bot ({name})"
    if not isinstance(answer, Failed):
        called = answer.get("username") if isinstance(answer, dict) else None
        named = f"@{called[:40]}" if isinstance(called, str) and called.isprintable() else "a bot without a name"
        return fine(line, f"the token is good: {named}")
    if answer.reason is Reason.CREDENTIALS and answer.detail.startswith("token file"):
        return skipped(line, f"not asked: {answer.detail} (see secret files)")
    if answer.reason is Reason.CREDENTIALS:
        cure = f"put the token that @BotFather shows for this bot (/mybots), one line, into {settings.token_file}"
        return bad(line, f"the token is not accepted ({answer.detail})", cure)
    host = settings.api.partition("://")[2]
    if answer.reason in {Reason.UNREACHABLE, Reason.TIMEOUT, Reason.TLS}:
        cure = f"is the internet there, and {host} let through (HTTPS)? try: curl -sI {settings.api}"
        return bad(line, f"{host} cannot be reached: {answer.reason} ({answer.detail})", cure)
    return bad(
        line, f"{host} answers: {answer.reason} {answer.detail}", "try again later; see https://status.telegram.org"
    )


def judge_chats(name: str, chats: Mapping[str, str], answers: Mapping[str, object]) -> Finding:
    """Return whether everybody can be written to. `chats`: chat -> whose it is."""
    line = f"chats ({name})"
    if not chats:
        return warn(line, "nobody has an address on this channel", "give people an address in people.yaml")
    failed = {chat: one for chat, one in answers.items() if isinstance(one, Failed)}
    gone = {chat: one for chat, one in failed.items() if one.reason is Reason.REFUSED}
    if gone:
        said = f"cannot be written to: {few(chats[chat] for chat in gone)} ({next(iter(gone.values())).detail})"
        cure = "they open the bot in Telegram and press Start (a group: add the bot); then check the number"
        return bad(line, said, cure)
    if failed:
        word = next(iter(failed.values()))
        said = f"not told for {few(chats[chat] for chat in failed)}: {word.reason} {word.detail}"
        return warn(line, said, "try again")
    more = f" (the first {len(answers)} of {len(chats)})" if len(answers) < len(chats) else ""
    return fine(line, f"{len(answers)} chats can be written to{more}")
