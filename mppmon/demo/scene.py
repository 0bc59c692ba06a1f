"""One demo under way, as its automatic story sees it: what people were told, and what can be done to the mall."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

from mppmon.clock import Clock
from mppmon.control import Answer, request
from mppmon.demo.children import DaemonChild, real_agent, simulator
from mppmon.demo.messages import calls
from mppmon.demo.simulator.launch import Control
from mppmon.demo.workplace import Workplace, prepare
from mppmon.state import control_socket
from mppmon.store.paths import database_url

T = TypeVar("T")
_LOOK = 0.1
"""Seconds between two looks at what is waited for."""


class Missed(AssertionError):
    """What the story waited for did not come, or came otherwise; the text says what was found and expected."""


@dataclass(frozen=True, slots=True)
class Told:
    """A message that reached somebody. `key`: of a mail, the notification's; a chat carries none, so who and what."""

    channel: str
    to: str
    text: str
    key: str
    id: int = 0
    buttons: tuple[str, ...] = ()

    @property
    def page(self) -> bool:
        """Whether it asks somebody to act."""
        return calls(self.text)


@dataclass
class Scene:
    """What the steps of the story work with. `outages`: for every time we killed the daemon, its last sign of
    life and the start of the next one.
    """

    place: Workplace
    clock: Clock
    control: Control
    daemon: DaemonChild
    outages: list[tuple[datetime, datetime]] = field(default_factory=list)

    @property
    def database(self) -> str:
        """Return the URL of the daemon's database."""
        return database_url(self.place.state)

    def told(self) -> list[Told]:
        """Return everything that reached somebody so far: chats, then mails, each oldest first."""
        chats = [
            Told(
                "telegram",
                str(one["chat"]),
                one["text"],
                f"{one['chat']}/{one['text']}",
                one["id"],
                tuple(button["data"] for button in one["buttons"]),
            )
            for one in self.control.get("/chat")["messages"]
            if one["by"] == "bot"
        ]
        mails = self.control.get("/mailbox")["mails"]
        return [*chats, *(Told("surat", one["to"][0], one["text"], one["key"]) for one in mails)]

    def news(self, before: Sequence[Told]) -> list[Told]:
        """Return what reached somebody since."""
        chats = sum(one.channel == "telegram" for one in before)
        mails = len(before) - chats
        now = self.told()
        return [one for one in now if one.channel == "telegram"][chats:] + [
            one for one in now if one.channel == "surat"
        ][mails:]

    def pages(self, before: Sequence[Told]) -> list[Told]:
        """Return the pages since."""
        return [one for one in self.news(before) if one.page]

    def status(self) -> Mapping[str, Any]:
        """Return the daemon's status over its control socket. What `request` raises when it is off."""
        answer: Mapping[str, Any] = self.ask("GET", "/api/v1/status").json()
        return answer

    def ask(self, method: str, path: str) -> Answer:
        """Send one request over the control socket. What `request` raises; Missed when refused."""
        answer = request(control_socket(self.place.state), method, path, timeout=10.0)
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise Missed(f"{method} {path}: refused, HTTP {answer.status_code}: {answer.text[:200]}")
        return answer

    async def until(self, what: str, look: Callable[[], T | None], *, within: float) -> T:
        """Look until something is there; Missed when it is not within so many seconds."""
        end = self.clock.monotonic() + within
        while not (found := look()):
            if self.clock.monotonic() > end:
                raise Missed(f"{what}: not within {within:.0f} s")
            await asyncio.sleep(_LOOK)
        return found


@contextmanager
def scene(folder: Path, *, web_port: int | None = None) -> Iterator[Scene]:
    """Set up a demo in `folder` and take it down again, whatever happens in between."""
    place = prepare(folder, web_port=web_port, now=Clock().now())
    virtual = Clock(timedelta(seconds=place.offset_seconds))
    with ExitStack() as stack:
        started = stack.enter_context(simulator(place))
        stack.enter_context(real_agent(place))
        daemon = DaemonChild(place, virtual)
        stack.callback(daemon.stop)
        daemon.start()
        yield Scene(place, virtual, started.control, daemon)
