"""Alertmanager, the peer: the same faults, the same provider (webhook), the same oracle, beside our own rows.

Its alerts are sent again every second, as Prometheus sends them every minute: it keeps none over a restart and relies
on that. A notification it owes is a firing or a resolved webhook of every alert it was told of and answered 200.
"""

import random
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests
import yaml

from mppmon.clock import Clock
from mppmon.demo.workplace import free_port
from tests.faults.provider import ERROR, LATER, OK, Provider, Receipt, provider
from tests.faults.row import Found, Row
from tests.faults.trial import until
from tests.servers.prometheus import pause

NAME = "alertmanager 0.25"
RESEND = 1.0


@dataclass
class Peer:
    """An Alertmanager that may be killed, and who sends it alerts. `firing`: name -> since (ISO)."""

    folder: Path
    provider: Provider
    port: int
    process: "subprocess.Popen[bytes] | None" = None
    kills: int = 0
    firing: dict[str, str] = field(default_factory=dict)
    ended: dict[str, tuple[str, str]] = field(default_factory=dict)
    owed: set[tuple[str, str]] = field(default_factory=set)
    over: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        """Start it."""
        with (self.folder / "peer.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    "prometheus-alertmanager",
                    f"--config.file={self.folder / 'peer.yml'}",
                    f"--storage.path={self.folder / 'peer'}",
                    f"--web.listen-address=127.0.0.1:{self.port}",
                    "--cluster.listen-address=",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """Kill -9."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.kills += 1

    def send(self) -> None:
        """Send what fires and what has ended, as Prometheus does; note what was taken."""
        alerts = [{"labels": {"alertname": name}, "startsAt": since} for name, since in dict(self.firing).items()]
        alerts += [
            {"labels": {"alertname": name}, "startsAt": start, "endsAt": end}
            for name, (start, end) in dict(self.ended).items()
        ]
        try:
            answer = requests.post(f"http://127.0.0.1:{self.port}/api/v2/alerts", json=alerts, timeout=2)
        except requests.RequestException:
            return
        if answer.ok:
            self.owed |= {("firing" if "endsAt" not in one else "resolved", _name(one)) for one in alerts}

    def keep_sending(self) -> None:
        """Send again and again until it is over."""
        while not self.over.wait(RESEND):
            self.send()

    def fire(self, name: str) -> None:
        """Let an alert fire."""
        self.firing[name] = Clock().now().isoformat()
        self.send()

    def end(self, name: str) -> None:
        """Let it end."""
        self.ended[name] = (self.firing.pop(name), Clock().now().isoformat())
        self.send()

    def told(self) -> Counter[tuple[str, str]]:
        """Return how often each was received."""
        return Counter(tuple(one.text.split(" ", 1)) for one in self.provider.receipts)  # type: ignore[misc]  # two words

    def repeats(self) -> int:
        """Return the receipts beyond the first of each."""
        told = self.told()
        return sum(told.values()) - len(told)


def _name(alert: Mapping[str, object]) -> str:
    labels = alert["labels"]
    assert isinstance(labels, dict)
    return str(labels["alertname"])


@contextmanager
def peer(folder: Path) -> Iterator[Peer]:
    """Run an Alertmanager whose every alert is a group of its own, told at once."""
    folder.mkdir(parents=True, exist_ok=True)
    with provider(folder) as made:
        here = Peer(folder, made, free_port())
        hook = {"url": f"http://127.0.0.1:{made.http}/webhook", "send_resolved": True}
        route = {
            "receiver": "hook",
            "group_by": ["alertname"],
            "group_wait": "100ms",
            "group_interval": "2s",
            "repeat_interval": "4h",
        }
        settings = {"route": route, "receivers": [{"name": "hook", "webhook_configs": [hook]}]}
        (folder / "peer.yml").write_text(yaml.safe_dump(settings))
        here.begin()
        thread = threading.Thread(target=here.keep_sending)
        thread.start()
        try:
            yield here
        finally:
            here.over.set()
            thread.join(10)
            if here.process is not None and here.process.poll() is None:
                here.process.kill()
                here.process.wait(10)


def _up(here: Peer) -> None:
    def look() -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{here.port}/-/ready", timeout=1).ok
        except requests.RequestException:
            return False

    if not until(look, 20):
        raise RuntimeError("Alertmanager is not up")


def at_random(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Kill it at random times while alerts come and go."""
    dice = random.Random(1)  # noqa: S311  # a test's dice
    with peer(folder) as here:
        _up(here)
        for number in range(3 if short else 40):
            here.fire(f"f{number}")
            pause(dice.uniform(0.0, 1.0 if short else 2.5))
            here.kill()
            here.begin()
            pause(dice.uniform(0.0, 1.0))
            here.end(f"f{number}")
        _up(here)
        pause(7)
        lost = here.owed - set(here.told())
        repeats = here.repeats()
    return Found(ok=True, figure=len(lost), unit="lost", note=f"{here.kills} kills, {repeats} repeats")


def after_the_200(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Kill it as soon as the provider has the message."""
    with peer(folder) as here:
        _up(here)
        times = 1 if short else 20

        def kill(receipt: Receipt) -> None:
            if receipt.text.startswith("firing") and here.told()["firing", receipt.text.split()[1]] == 1:
                here.kill()

        here.provider.on_receipt = kill
        for number in range(times):
            before = here.kills
            here.fire(f"k{number}")
            until(lambda before=before: here.kills > before, 15)  # type: ignore[misc]  # bound at once
            here.begin()
            _up(here)
        pause(5)
        told = here.told()
    again = sum(told["firing", f"k{n}"] - 1 for n in range(times))
    return Found(ok=True, figure=again / max(1, here.kills), unit="repeats per kill", note=f"{here.kills} kills")


def error_500(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """HTTP 500 for ten minutes (short: 4 s)."""
    return _outage(folder, ERROR, 4.0 if short else 600.0)


def too_many(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """429 with `retry_after`: how often it asks meanwhile."""
    return _outage(folder, LATER, 9.0 if short else 30.0)


def _outage(folder: Path, mode: str, seconds: float) -> Found:
    with peer(folder) as here:
        _up(here)
        here.provider.mode, here.provider.retry_after = mode, int(seconds)
        here.fire("outage")
        pause(seconds)
        attempts = len(here.provider.asked)
        here.provider.mode = OK
        begun = Clock().monotonic()
        came = until(lambda: here.told()["firing", "outage"], 330)
        delay = Clock().monotonic() - begun if came else float("inf")
    if mode == LATER:
        return Found(ok=True, figure=attempts, unit=f"attempts within retry_after {seconds:g}", note=f"{delay:.1f} s")
    return Found(ok=True, figure=delay, unit="s after the provider is back", note=f"{attempts} attempts")


_ASKED = "(for comparison)"
ROWS = (
    Row(1, "kill -9 at random times", _ASKED, at_random, NAME),
    Row(2, "kill after the provider's 200", _ASKED, after_the_200, NAME),
    Row(11, "provider 500 for 10 minutes", _ASKED, error_500, NAME),
    Row(12, "429 while a page waits", _ASKED, too_many, NAME),
)
