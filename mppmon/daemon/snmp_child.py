"""The child that speaks SNMPv3 and takes traps, as long as one of them is configured; and what a trap sets off."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from collectors.settings import SnmpSettings, TrapSettings
from collectors.snmp.child.lines import Message
from collectors.snmp.child.process import Child
from collectors.snmp.traps.kinds import AUTHENTICATION_FAILURE, LIMITED, LINKS
from collectors.snmp.v3.secrets import read_community, read_secrets, user_message
from mppmon.config import Loaded
from mppmon.daemon.parts import Parts

NAME = "SNMPv3 and traps"
SPACING = 0.5
"""Seconds between two looks at a device that traps set off: a printer sends several of one fault."""

OUTCOMES = ("accepted", "authentication_failure", "unknown_sender", "wrong_credentials", "limited", "invalid")
"""What becomes of a trap; only the first starts a poll."""

_ENDS = 1.0  # seconds for what has been told to end
_ENTERPRISE = bytes.fromhex("80004fb804")  # pysnmp's number (20408), and that text follows: RFC 3411, SnmpEngineID
_LONGEST_TEXT = 27  # octets that are left
_log = logging.getLogger(__name__)


class SnmpChild:
    """Lives in the poll loop. `look` is told of a device that has to be asked now, and whether what hangs on it has to
    be too; `count` what became of traps.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        now: Callable[[], datetime],
        look: Callable[[str, bool], None],
        count: Callable[[str, int], None],
    ) -> None:
        self._parts, self._now, self._look, self._count = parts, now, look, count
        self.child = Child(on_message=self.told, on_start=self._first)
        self._loaded: Loaded | None = None
        self._running: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._free_at: dict[str, float] = {}
        self._below: set[str] = set()

    def follow(self, loaded: Loaded) -> None:
        """Take over a configuration: start the child, tell it, or end it."""
        self._loaded = loaded
        wanted = loaded.settings.traps is not None or any(
            isinstance(one.settings, SnmpSettings) and one.settings.version == "3" for one in loaded.targets
        )
        if wanted and self._running is None:
            work = self._parts.keep(self.child.run, NAME)
            self._running = asyncio.create_task(work, name="snmp-child")
        elif not wanted and self._running is not None:
            running, self._running = self._running, None
            ending = asyncio.create_task(_end(self.child, running), name="snmp-child-end")
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
        for message in self._first():
            self.child.tell(message)

    async def close(self) -> None:
        """End the child, after what it was asked."""
        await asyncio.gather(*self._ending, return_exceptions=True)
        if self._running is not None:
            await _end(self.child, self._running)
            self._running = None

    def _first(self) -> tuple[Message, ...]:
        return (_wanted(self._loaded, self._now()),) if self._loaded is not None else ()

    def told(self, message: Message) -> None:
        """Take what the child says unasked."""
        if "dropped" in message:
            for outcome in OUTCOMES:
                number = message["dropped"].get(outcome, 0)
                if isinstance(number, int) and number > 0:
                    self._count(outcome, number)
        elif "listening" in message:
            if message["listening"]:
                _log.info("traps are taken")
            else:
                _log.error("no traps are taken: %s; tried again", str(message["why"])[:40])
        elif message.get("trap") == AUTHENTICATION_FAILURE:
            self._count("authentication_failure", 1)
        elif "trap" in message:
            if message["trap"] != LIMITED:  # those were counted as what they are
                self._count("accepted", 1)
            for device in message["devices"]:
                self._soon(str(device), below=message["trap"] in LINKS)

    def _soon(self, device: str, *, below: bool) -> None:
        """Have a device asked now; one that was just asked for, once more when it may be."""
        loop = asyncio.get_running_loop()
        now, free_at = loop.time(), self._free_at.get(device, 0.0)
        if below:
            self._below.add(device)
        if free_at <= now:
            self._free_at[device] = now + SPACING
            self._asked_for(device)
        elif free_at <= now + SPACING:
            self._free_at[device] = free_at + SPACING
            loop.call_at(free_at, self._asked_for, device)

    def _asked_for(self, device: str) -> None:
        below = device in self._below
        self._below.discard(device)
        self._look(device, below)


async def _end(child: Child, running: "asyncio.Task[None]") -> None:
    await child.close()
    await asyncio.wait({running}, timeout=_ENDS)
    running.cancel()  # where it waits to begin a child anew
    await asyncio.gather(running, return_exceptions=True)


def _wanted(loaded: Loaded, now: datetime) -> Message:
    """Return where traps are taken, from whom, and with which credentials."""
    traps = loaded.settings.traps
    hosts: dict[str, list[str]] = {}
    for target in loaded.targets if traps is not None else ():
        if target.address and target.device not in hosts.setdefault(target.address, []):
            hosts[target.address].append(target.device)
    text = f"mppmon-{loaded.mall.site.id}".encode()[:_LONGEST_TEXT]
    return {
        "do": "traps",
        "listen": (traps.listen_host, traps.listen_port) if traps is not None else None,
        "hosts": hosts,
        "community": _community(traps),
        "users": _users(traps),
        "engine": (_ENTERPRISE + text).hex(),
        "boots": int(now.timestamp()) // 60,  # it only ever has to rise from start to start (RFC 3414 section 2.2.2)
    }


def _community(traps: TrapSettings | None) -> str | None:
    if traps is None or traps.community_file is None:
        return None
    try:
        return read_community(traps.community_file).hex()
    except (OSError, ValueError) as error:
        _log.error("traps by v1 and v2c are refused: %s", _reason(error))  # a trace says no more
        return None


def _users(traps: TrapSettings | None) -> list[dict[str, str | None]]:
    found = []
    for user in traps.users if traps is not None else ():
        try:
            found.append(user_message(user, read_secrets(user)))
        except (OSError, ValueError) as error:
            _log.error("traps by v3 of one user are refused: %s", _reason(error))  # likewise
    return found


def _reason(error: Exception) -> str:
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)
