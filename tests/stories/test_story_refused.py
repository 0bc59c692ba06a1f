"""A page that a channel will never take finds another way: it goes to somebody, never to nobody (promise 12)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from alerts.channels.base import Failed, Reason
from alerts.model import NoticeKind, Notification, Policy, Step
from alerts.settings import EmailSettings
from mppmon.config import Loaded
from mppmon.engine.outbox import EngineOutbox
from mppmon.mall.principal import SYSTEM
from mppmon.store import Store
from tests.stories.house import House, small_config

LAN = EmailSettings(type="email", needs_internet=False, host="127.0.0.1", security="none", sender="mppmon@mall.test")


def two_ways() -> Loaded:
    """Return the small mall, where everybody has a chat before the mail."""
    loaded = small_config()
    people = {
        name: replace(one, addresses={"chat": f"{name}@chat.test", **one.addresses})
        for name, one in loaded.people.items()
    }
    return replace(loaded, people=people, channels={**loaded.channels, "chat": LAN})


def due(house: House, channel: str) -> list[Notification]:
    """Lease what is due by a channel."""
    now = house.clock.now()
    rows = house.store.lease(SYSTEM, now=now, until=now + timedelta(seconds=60), limit=9, channels=(channel,))
    return [notification for notification, _ in rows]


def refuse(house: House, notification: Notification) -> None:
    """Let the provider say: never. As the sender marks it."""

    def work(_store: Store, _now: object) -> None:
        house.engine.undeliverable(notification, Reason.REFUSED)

    house.engine.call(work)
    house.engine.turn(house.engine.intake.take())


def test_a_refused_page_goes_out_by_the_persons_next_channel(tmp_path: Path) -> None:
    with House(tmp_path, two_ways()) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        (chat,) = due(house, "chat")
        refuse(house, chat)
        (mail,) = due(house, "mail")
        assert (mail.recipient, mail.address, mail.tried) == ("ani", "ani@mall.test", ("chat",))
        assert mail.message == chat.message
        assert house.store.pending(SYSTEM) == 1
        assert house.engine.snapshot.incidents[0].status == "open"


def test_when_no_channel_takes_it_the_next_person_is_called_at_once(tmp_path: Path) -> None:
    with House(tmp_path, two_ways()) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        for channel in ("chat", "mail"):
            (one,) = due(house, channel)
            assert one.recipient == "ani"
            refuse(house, one)
        (second,) = due(house, "chat")
        assert second.recipient == "citra"
        house.wait(1)
        assert due(house, "chat") == []
        house.clock.pass_(60)
        house.turn(house.cards("a1"))
        house.store.mark(SYSTEM, second.key, now=house.clock.now(), sent="x", attempt=1)
        assert [(one.kind, one.recipient) for one in due(house, "chat")] == [(NoticeKind.RESOLVED, "citra")], (
            "who was never told of the fault is not told that it is mended"
        )


def test_when_everybody_refused_all_are_asked_again_after_a_while_until_somebody_takes_it(tmp_path: Path) -> None:
    loaded = two_ways()
    policy = Policy("utama", (Step(("roster:teknisi",), timedelta(minutes=5)),), repeat=3, fallback=("citra",))
    with House(tmp_path, replace(loaded, policies={"utama": policy})) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        everybody = [("ani", "chat"), ("ani", "mail"), ("citra", "chat"), ("citra", "mail")]
        minutes: list[int] = []
        called = []
        for minute in range(24):
            for one in (*due(house, "chat"), *due(house, "mail")):
                called.append((one.recipient, one.channel))
                minutes.append(minute)
                refuse(house, one)
            house.wait(60, step=30)
        assert called == everybody * 2, "asked seldom: never a storm of refusals"
        assert minutes[4] - minutes[3] >= 15
        house.wait(15 * 60, step=60)
        last = due(house, "chat")[0]
        house.store.mark(SYSTEM, last.key, now=house.clock.now(), sent="x", attempt=1)
        assert last.recipient == "ani", "the server was mended at last"


def test_what_waits_for_a_channel_that_was_removed_finds_another_way(tmp_path: Path) -> None:
    with House(tmp_path, two_ways()) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.loaded = replace(house.loaded, channels={"mail": LAN})
        with house.killed() as again:
            again.turn()
            (mail,) = due(again, "mail")
            assert mail.recipient == "ani"
            assert due(again, "chat") == []


def test_a_refusal_survives_a_crash_before_its_commit(tmp_path: Path) -> None:
    with House(tmp_path, two_ways()) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        (chat,) = due(house, "chat")
        house.engine.undeliverable(chat, Reason.REFUSED)  # and the process is gone before the turn ends
        with house.killed() as again:
            again.store.release(SYSTEM)
            (once_more,) = due(again, "chat")
            assert once_more.key == chat.key
            refuse(again, once_more)
            refuse(again, once_more)
            (mail,) = due(again, "mail")
            assert mail.tried == ("chat",)


def marked(house: House, notification: Notification, reason: Reason) -> None:
    """Let the sender mark a failure that may pass."""
    loop = asyncio.new_event_loop()
    try:
        outbox = EngineOutbox(house.engine, loop)

        async def story() -> None:
            task = asyncio.ensure_future(
                outbox.mark(notification.key, Failed(retry=True, reason=reason, retry_after=2.0), 1)
            )
            await asyncio.sleep(0)
            house.engine.turn(house.engine.intake.take())
            await task

        loop.run_until_complete(story())
    finally:
        loop.close()


def test_a_token_that_is_refused_sends_the_page_another_way_at_once_and_is_tried_on(tmp_path: Path) -> None:
    with House(tmp_path, two_ways()) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        (chat,) = due(house, "chat")
        marked(house, chat, Reason.CREDENTIALS)
        (mail,) = due(house, "mail")
        assert (mail.recipient, mail.message) == ("ani", chat.message)
        house.wait(3)
        assert due(house, "chat") == [chat], "kept, for when the token is mended"
        marked(house, chat, Reason.CREDENTIALS)
        assert due(house, "mail") == [], "once"


def test_a_failure_that_passes_by_itself_is_given_its_minute(tmp_path: Path) -> None:
    with House(tmp_path, two_ways()) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        (chat,) = due(house, "chat")
        marked(house, chat, Reason.TEMPORARY)
        assert due(house, "mail") == []
