"""Rows 10 to 15: what providers do to messages."""

import signal
from functools import partial
from pathlib import Path

from alerts.channels.base import Failed, Sent
from alerts.channels.telegram import TelegramChannel
from alerts.model import Message, NoticeKind, Notification
from alerts.settings import TelegramSettings
from mppmon.clock import Clock
from tests.faults.provider import DRIP, DROP, ERROR, HANG, LATER, LIMIT, TOKEN, provider
from tests.faults.row import Found, Row
from tests.faults.trial import Trial, chatty, trial, until
from tests.servers.prometheus import pause


def too_long(folder: Path, short: bool) -> Found:  # noqa: ARG001, FBT001  # a row's signature
    """Send texts above the limit, of letters, emoji and markup, to a provider that refuses what is too long."""
    import asyncio  # noqa: PLC0415  # only here: the real channel without a daemon

    folder.mkdir(parents=True)
    (folder / "token").write_text(TOKEN)
    texts = ("a" * LIMIT * 2, "🖨️🔴" * LIMIT, "<b>*_[x](y)_*</b>&" * 600, "👩‍👩‍👧‍👦" * 900)
    with provider(folder) as made:
        settings = TelegramSettings(
            type="telegram", token_file=folder / "token", api=f"http://127.0.0.1:{made.http}", timeout=5, listen=False
        )

        async def send_all() -> list[Sent | Failed]:
            channel = TelegramChannel("chat", settings)
            try:
                return [await channel.send(_notification(f"k{n}", one)) for n, one in enumerate(texts)]
            finally:
                await channel.close()

        results = asyncio.run(send_all())
        longest = max((len(one.text.encode("utf-16-le")) // 2 for one in made.receipts), default=0)
    refused = sum(isinstance(one, Failed) for one in results)
    head = all(one.text.startswith("🔴 Cetak KTP-el TERHENTI") for one in made.receipts)
    return Found(refused == 0 and head and len(results) == len(texts), refused, "refused", f"longest sent {longest}")


def _notification(key: str, text: str) -> Notification:
    message = Message(
        subject="🔴 Cetak KTP-el TERHENTI",
        lines=("🔴 Cetak KTP-el TERHENTI · Loket A1", *(text[n : n + 80] for n in range(0, len(text), 80))),
    )
    return Notification(
        key=key,
        incident="i",
        page="p",
        recipient="ani",
        channel="chat",
        kind=NoticeKind.PAGE,
        created_at=Clock().now(),
        urgent=True,
        address="101",
        message=message,
    )


def _outage(here: Trial, mode: str, seconds: float) -> tuple[float, int]:
    """Let the provider behave badly for a while, with a fault meanwhile; return the delay after, and attempts."""
    here.start()
    here.well()
    here.forget()
    here.provider.mode = mode
    here.simulator.begin("jam", "printer")
    here.incident()
    pause(seconds)
    attempts = len([one for one in here.provider.asked if one[2] == mode])
    early = len([one for one in here.news() if one.to == "101"])
    if mode in {HANG, DRIP}:
        here.provider.over.set()
    here.forget()
    begun = Clock().monotonic()
    came = until(lambda: [one for one in here.news() if one.to == "101"], 320)
    return (came[0].at - begun if came and not early else float("inf")), attempts


def error_500(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """HTTP 500 for ten minutes (short: 2 s); then the page arrives."""
    seconds = 2.0 if short else 600.0
    with trial(folder, chatty) as here:
        delay, attempts = _outage(here, ERROR, seconds)
        texts = [one.text for one in here.provider.receipts if one.to == "101"]
    once = len(texts) == len(set(texts))
    return Found(
        delay < max(10.0, seconds / 2) and once,
        delay,
        "s after the provider is back",
        f"{attempts} attempts in {seconds:g} s",
    )


def too_many(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """429 with `retry_after` holds a routine message; an urgent page that comes meanwhile goes first."""
    wait = 5 if short else 30
    with trial(folder, chatty) as here:
        here.start()
        here.well()
        here.forget()
        here.provider.mode, here.provider.retry_after = LATER, wait
        here.simulator.begin("unplug", "finger")
        first = until(lambda: [one for one in here.provider.asked if one[1] == "chat"], 20)
        here.provider.mode = "ok"
        here.simulator.begin("power-off", "printer")
        came = until(
            lambda: [one for one in here.news() if "Kartu Keluarga" in one.text and one.to == "101"], wait + 15
        )
        later = until(lambda: [one for one in here.news() if "KTP" in one.text and one.to == "101"], wait + 15)
        if not (first and came and later):
            return Found(ok=False, figure=0, unit="s", note="something never came")
        honoured = later[0].at - first[0][0]
        ok = honoured >= wait and came[0].at < later[0].at
        return Found(
            ok,
            honoured,
            f"s (retry_after {wait}) until the held one",
            f"the urgent page {later[0].at - came[0].at:.1f} s before it",
        )


def _asked_twice(here: Trial) -> bool:
    return len([one for one in here.provider.asked if one[1] == "chat"]) >= 2


def hang_and_drip(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Take the request and say nothing, or drip: the send is given up, and the daemon stops when told."""
    worst, notes = 0.0, []
    for mode in (DRIP,) if short else (HANG, DRIP):
        with trial(folder / mode, chatty) as here:
            here.start()
            here.well()
            here.forget()
            here.provider.mode = mode
            here.simulator.begin("jam", "printer")
            attempts = until(partial(_asked_twice, here), 20)
            times = [one[0] for one in here.provider.asked if one[1] == "chat"]
            gap = times[1] - times[0] if attempts else float("inf")
            begun = Clock().monotonic()
            code = here.stop(within=6)
            took = Clock().monotonic() - begun
            worst = max(worst, gap)
            notes.append(f"{mode}: given up and tried again after {gap:.1f} s, stopped in {took:.1f} s (exit {code})")
            if code != 0 or took > 5:  # as asked in row 26
                worst = float("inf")
    return Found(worst < 8, worst, "s between two attempts (deadline 2 s)", "; ".join(notes))  # and a busy machine


def escalating(config: Path) -> None:
    """Name a trial of its own: this row is about time that passes, and begins with nothing owed."""
    chatty(config)


def drops(folder: Path, short: bool) -> Found:  # noqa: ARG001, FBT001  # a row's signature
    """Say 200 and drop the message: nobody acknowledges, so the second person is called."""
    with trial(folder, escalating) as here:
        here.start()
        here.well()
        here.forget()
        here.provider.mode = DROP
        begun = Clock().monotonic()
        here.simulator.begin("jam", "printer")
        until(lambda: [one for one in here.provider.asked if one[1] == "chat"], 20)
        here.provider.mode = "ok"
        came = until(lambda: [one for one in here.news() if one.to == "budi@mall.test"], 30)
        seconds = came[0].at - begun if came else float("inf")
    return Found(bool(came), seconds, "s until the second person (wait 3 s)")


def all_down(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """All channels down: kept over a kill, shown, sent in order when they are back."""
    with trial(folder) as here:
        here.start()
        here.well()
        here.forget()
        here.provider.mode = ERROR
        here.simulator.begin("jam", "printer")
        number = here.incident() or 0
        until(lambda: here.provider.asked, 20)
        shown = bool(here.status()["incidents"])
        here.acknowledge(number, "all-down")
        here.stop(signal.SIGKILL)
        here.start()
        here.forget()
        here.simulator.mend()
        here.arrived(2, 60)
        here.well()
        until(lambda: not here.judge().lost, 20)
        pause(1 if short else 6)  # and nothing comes after it
        found = here.judge()
    ok = found.ok and shown and found.disorder == 0
    return Found(
        ok, found.lost, "lost", f"{found.disorder} incidents out of order, {len(here.provider.receipts)} received"
    )


ROWS = (
    Row(10, "4,096+ characters with emoji and markup", "shortened, never refused", too_long),
    Row(11, "provider 500 for 10 minutes", "arrives once, after it", error_500),
    Row(12, "429 while an urgent page waits", "retry_after honoured, urgent first", too_many),
    Row(13, "provider hangs or drips", "total deadline, daemon unharmed", hang_and_drip),
    Row(14, "provider says 200 and drops", "escalates", drops),
    Row(15, "all channels down", "kept, shown, sent in order later", all_down),
)
