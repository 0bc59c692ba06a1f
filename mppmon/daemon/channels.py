"""The channels at work: one sender for all, and a listener for each by which people answer."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from alerts.channels.base import Channel
from alerts.inbox import Inbox
from alerts.model import Notification
from alerts.outbox import OnResult, Outbox, Sender, Sent
from alerts.settings import ChannelSettings
from mppmon.daemon.parts import Parts

_AGAIN = (5.0, 30.0, 120.0)
"""Seconds before each further attempt at what no outbox keeps."""

_DRAIN = 2.0
"""Seconds that a provider has for its answer when the daemon ends; with all else it ends within five."""

Open = Callable[[Mapping[str, ChannelSettings], Inbox], Mapping[str, Channel]]


@runtime_checkable
class Listening(Protocol):
    """A channel by which people answer."""

    async def listen(self) -> None:
        """Take answers until cancelled."""


class Channels:
    """Lives in the poll loop."""

    def __init__(self, opened: Open, inbox: Inbox, outbox: Outbox, on_result: OnResult, parts: Parts) -> None:
        self._open, self._inbox = opened, inbox
        self._settings: Mapping[str, ChannelSettings] = {}
        self._channels: dict[str, Channel] = {}
        self._listeners: dict[str, asyncio.Task[None]] = {}
        self._parts = parts
        self._sender = Sender(outbox, {}, on_result=on_result, keep=parts.keep)
        self._sending: asyncio.Task[None] | None = None
        self._on_result = on_result
        self._sending_now: set[asyncio.Task[None]] = set()

    def replace(self, settings: Mapping[str, ChannelSettings]) -> None:
        """Use these channels from now on. One whose settings stay is not disturbed; of another, what is under way ends
        and it is closed.
        """
        stays = {name for name in settings if self._settings.get(name) == settings[name]}
        new = self._open({name: one for name, one in settings.items() if name not in stays}, self._inbox)
        self._settings = dict(settings)
        self._channels = {name: self._channels[name] if name in stays else new[name] for name in settings}
        for name in self._listeners.keys() - stays:
            self._listeners.pop(name).cancel()
        self._sender.replace(self._channels)
        for name, channel in new.items():
            if isinstance(channel, Listening):
                work = self._parts.keep(channel.listen, f"listener of {name}")
                self._listeners[name] = asyncio.create_task(work, name=f"listen-{name}")
        if self._sending is None:
            self._sending = asyncio.create_task(self._parts.keep(self._sender.run, "sender"), name="sender")

    def send_now(self, notifications: Sequence[Notification]) -> None:
        """Send what no outbox keeps: each once, and again a few times where its channel says later."""
        for one in notifications:
            channel = self._channels.get(one.channel)
            if channel is not None:
                task = asyncio.create_task(self._insist(channel, one), name=f"send now {one.key}")
                self._sending_now.add(task)
                task.add_done_callback(self._sending_now.discard)

    async def _insist(self, channel: Channel, notification: Notification) -> None:
        for wait in (*_AGAIN, None):
            result = await channel.send(notification)
            self._on_result(notification, result, 0.0)
            if isinstance(result, Sent) or not result.retry or wait is None:
                return
            await asyncio.sleep(max(wait, result.retry_after or 0.0))

    async def close(self) -> None:
        """End the sender, once what is under way is answered and marked, and the listeners, then the channels."""
        await self._sender.drain(_DRAIN)
        tasks = [*self._sending_now, *self._listeners.values(), *((self._sending,) if self._sending else ())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for channel in self._channels.values():
            await channel.close()
