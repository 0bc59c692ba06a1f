"""The real daemon as users start it (`mppmon run`), watching a small simulated mall, with a real mail server."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mppmon import control
from mppmon.demo.simulator.launch import Control
from mppmon.demo.workplace import free_port
from mppmon.mall.model import DeviceKind
from mppmon.state import control_socket, database_file
from tests.servers.prometheus import pause
from tests.simulator.small_mall import simulated
from tests.unit.store_kit import new_database

AT_ONCE = {kind.value: {"boot_seconds": 0} for kind in DeviceKind}
"""The machine that runs the tests may have started a minute ago; these malls have been on for long."""

MPPMON = (sys.executable, "-m", "mppmon")


@dataclass(frozen=True)
class Line:
    """A daemon at work. `mail`: what arrived, newest last."""

    state: Path
    config: Path
    port: int
    control: Control
    process: "subprocess.Popen[bytes]"
    mailbox: Path

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run a command of the command line against this daemon; return its output."""
        done = subprocess.run(
            [*MPPMON, *arguments, "--state", str(self.state)], capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == status, f"{arguments}: exit {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout

    def refused(self, *arguments: str, status: int = 1) -> str:
        """Run a command that is to fail; return what it says of that."""
        done = subprocess.run(
            [*MPPMON, *arguments, "--state", str(self.state)], capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == status, f"{arguments}: exit {done.returncode}: {done.stdout}{done.stderr}"
        return done.stderr

    def mails(self) -> list[dict[str, Any]]:
        """Return the mails so far."""
        found: list[dict[str, Any]] = self.control.get("/mailbox")["mails"]
        return found

    def status(self) -> dict[str, Any]:
        """Return what `mppmon status --json` asks for; asked here, since tests look many times."""
        found: dict[str, Any] = control.request(control_socket(self.state), "GET", "/api/v1/status").json()
        return found


def until(look: Callable[[], Any], wanted: Callable[[Any], bool], within: float = 25.0) -> Any:  # noqa: ANN401  # whatever is looked at
    """Look until it is as wanted; return it."""
    end = time.monotonic() + within  # noqa: TID251  # a real daemon lives in real time
    while True:
        found = look()
        if wanted(found):
            return found
        assert time.monotonic() < end, f"not within {within} s: {found}"  # noqa: TID251  # likewise
        pause(0.1)


@contextmanager
def daemon(
    folder: Path,
    environment: Mapping[str, str] | None = None,
    *,
    program: Sequence[str] = MPPMON,
    first_time: bool = False,
) -> Iterator[Line]:
    """Run a daemon on a mall of a switch, a PC with a card printer, a network printer and what is outside.

    `environment`: laid over our own, for the daemon alone. `program`: what stands in the place of `mppmon`. Unless it
    is the `first_time`, an empty database is there: the child that makes one costs half as much as a start.
    """
    state = folder / "state"
    if not first_time:
        state.mkdir()
        new_database(database_file(state))
    with simulated(folder) as simulator:
        port = free_port()
        config = write_config(folder / "mall", simulator.ready.doors, simulator.ready.mailbox_port or 0, port)
        log = (folder / "daemon.log").open("wb")
        process = subprocess.Popen(
            [*program, "run", str(config), "--state", str(state)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | dict(environment or {}),
        )
        try:
            line = Line(state, config, port, simulator.control, process, folder / "mail.jsonl")
            until(lambda: (state / "control.sock").exists() or process.poll(), bool)
            assert process.poll() is None, (folder / "daemon.log").read_text()
            until(line.status, lambda view: view["counts"]["services"]["delivered"] == 2)
            yield line
        finally:
            process.terminate()
            process.wait(10)
            log.close()


def one_technician(mail: int) -> dict[str, dict[str, object]]:
    """Return who is called: one technician, by mail on this port."""
    return {
        "people.yaml": {
            "people": {"ani": {"name": "Ani", "addresses": {"surat": "ani@mall.test"}}},
            "rosters": {"teknisi": {"name": "Teknisi", "start": "2026-01-05", "members": ["ani"]}},
            "policies": {"utama": {"steps": [{"notify": ["roster:teknisi"]}], "fallback": ["ani"]}},
        },
        "channels.yaml": {
            "channels": {
                "surat": {
                    "type": "email",
                    "needs_internet": False,
                    "host": "127.0.0.1",
                    "port": mail,
                    "security": "none",
                    "sender": "mppmon@mall.test",
                }
            }
        },
    }


def write_config(folder: Path, doors: dict[str, dict[str, int]], mail: int, port: int) -> Path:
    """Write a mall for the simulator's small one, asked every second."""
    folder.mkdir()

    def snmp(name: str) -> dict[str, object]:
        return {"snmp": {"port": doors[name]["snmp"]}, "liveness": {"way": "snmp"}}

    devices: dict[str, dict[str, object]] = {
        "core": {"kind": "switch", "name": "Switch inti", "address": "127.61.0.1", **snmp("core")},
        "printer": {
            "kind": "printer",
            "name": "Printer Dukcapil",
            "parents": ["core"],
            "address": "127.61.0.2",
            **snmp("printer"),
        },
        "pc": {
            "kind": "pc",
            "name": "PC loket A1",
            "parents": ["core"],
            "address": "127.61.0.3",
            "agent": {"port": doors["pc"]["agent"]},
            "liveness": {"way": "tcp"},
        },
        "card": {"kind": "card-printer", "name": "Printer kartu", "via": "pc"},
        "finger": {"kind": "peripheral", "name": "Pembaca sidik jari", "via": "pc"},
    }
    always = {"open": {"mon-sun": "00:00-24:00"}}
    parts: dict[str, dict[str, object]] = {
        "site.yaml": {"site": {"id": "mpp", "name": "MPP Uji"}, "hours": always, "holidays": {"country": None}},
        "agencies.yaml": {
            "agencies": {
                "dukcapil": {
                    "name": "Dinas Dukcapil",
                    "short": "Dukcapil",
                    "services": {
                        "ktp": {"name": "Cetak KTP-el", "needs": ["pc", "card"], "uses": ["finger"]},
                        "kk": {"name": "Kartu Keluarga", "needs": ["pc", "printer"]},
                    },
                }
            }
        },
        "counters.yaml": {
            "counters": {
                "a1": {
                    "name": "Loket A1",
                    "agency": "dukcapil",
                    "place": "Lt. 1",
                    "roles": {"pc": "pc", "card": "card", "finger": "finger", "printer": "printer"},
                    "services": {"ktp": {"citizens_per_hour": 12}, "kk": {"citizens_per_hour": 8}},
                }
            }
        },
        "devices.yaml": {"devices": devices},
        **one_technician(mail),
        "rules.yaml": {},
        "daemon.yaml": {
            "listen_port": port,
            "last_seen_seconds": 1,
            "pace_seconds": 0,
            "calm_seconds": 0,
            "canary": "off",  # it comes at a time of day, also of the day on which tests run
            "intervals": {"liveness": 1, "telemetry": 1, "confirm": [0.2, 0.4, 0.6], "kinds": AT_ONCE},
        },
    }
    for name, part in parts.items():
        (folder / name).write_text(yaml.safe_dump({"version": 1, **part}, allow_unicode=True), encoding="utf-8")
    return folder
