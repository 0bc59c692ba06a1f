"""How the tour sees and touches the demo: by the simulator's control API and the daemon's own status."""

import asyncio
from typing import Any

import httpx

from mppmon.demo.page.monitor import Condition
from mppmon.demo.page.stage import Stage
from mppmon.demo.simulator.launch import ControlRefused
from mppmon.demo.tour.facts import CHAT, Facts, on_duty, phone_of, view_of
from mppmon.demo.tour.guide import CannotGoOn
from mppmon.demo.tour.step import Begin, Mend, Press, Start

BLIND = (ControlRefused, httpx.HTTPError)
"""What `look` raises when the simulator does not answer."""
_TIMEOUT = 5.0


class Eyes:
    """One for the whole demo. Every call waits in a thread."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._daemon = httpx.Client(
            base_url=f"http://127.0.0.1:{stage.place.ports.web}", timeout=_TIMEOUT, trust_env=False
        )

    async def look(self) -> Facts:
        """Return what is true now. Raises one of BLIND."""
        return await asyncio.to_thread(self._look)

    async def do(self, act: Begin | Mend | Press | Start) -> None:
        """Do one thing. Raises CannotGoOn, or one of BLIND."""
        control = self._stage.control
        match act:
            case Begin(fault, device):
                await asyncio.to_thread(control.begin, fault, device)
            case Mend(fault, device):
                await asyncio.to_thread(control.mend, fault, device)
            case Press(message, data):
                await asyncio.to_thread(control.post, "/chat/press", {"message": message, "data": data})
            case Start():
                await self._start()

    def close(self) -> None:
        """Let go of the connection."""
        self._daemon.close()

    async def _start(self) -> None:
        monitor = self._stage.monitor
        await monitor.start()
        if monitor.pid is None:
            raise CannotGoOn(f"the daemon does not start, see {monitor.log}")

    def _look(self) -> Facts:
        stage, get = self._stage, self._stage.control.get
        active, things = get("/faults")["active"], get("/things")["things"]
        chat, mails = get("/chat")["messages"], get("/mailbox")["mails"]
        people = stage.place.loaded.people
        owner = on_duty(stage.place.loaded, stage.clock.now())
        phones = {one.id: phone_of(one, chat, mails) for one in people.values() if CHAT in one.addresses}
        status = self._status()
        return Facts(
            running=stage.monitor.condition in {Condition.RUNNING, Condition.STARTING},
            active=frozenset(f"{one['fault']}@{one['device']}" for one in active),
            silent=frozenset(one["id"] for one in things if one["silent"]),
            phone=phones[owner.id],
            others=tuple((people[who].name, one) for who, phone in phones.items() if who != owner.id for one in phone),
            view=None if status is None else view_of(status),
        )

    def _status(self) -> dict[str, Any] | None:
        """Return the daemon's status, None while it gives none."""
        try:
            status: dict[str, Any] = self._daemon.get("/api/v1/status").raise_for_status().json()
        except (httpx.HTTPError, ValueError):
            return None
        return status
