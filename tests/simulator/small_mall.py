"""A mall of eight things, and a process that simulates it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mppmon.demo.simulator.launch import Running, running
from mppmon.demo.simulator.request import SimulatorRequest
from mppmon.demo.simulator.things import Door, DoorWay, Thing, Things

ERRORS = "1.3.6.1.2.1.25.3.5.1.2.1"
UPTIME = "1.3.6.1.2.1.1.3.0"
TOKEN = "1:made-up"  # noqa: S105  # opens nothing but the test's own server


def small_mall() -> Things:
    """Return a core switch with a PC and a printer on it, a card printer behind the PC, and what is outside."""
    return Things.of(
        [
            Thing("core", "switch", doors=(Door(DoorWay.SNMP, "127.61.0.1", 0),)),
            Thing("printer", "printer", "Lt. 1", parents=("core",), doors=(Door(DoorWay.SNMP, "127.61.0.2", 0),)),
            Thing("pc", "pc", parents=("core",), doors=(Door(DoorWay.AGENT, "127.61.0.3", 0, "/metrics"),)),
            Thing("card", "card-printer", via="pc"),
            Thing("finger", "peripheral", via="pc"),
            Thing("line", "passive"),
            Thing("anchor", "server", outside=True, doors=(Door(DoorWay.TCP, "127.61.1.1", 0),)),
            Thing(
                "siak",
                "online-system",
                outside=True,
                doors=(Door(DoorWay.HTTP, "127.61.1.2", 0, contains="SIAK siap"),),
            ),
        ],
        uplink="line",
    )


@contextmanager
def simulated(folder: Path, things: Things | None = None) -> Iterator[Running]:
    """Run a simulator of these things, with mailbox and chat, its files in `folder`."""
    request = SimulatorRequest.of(
        things or small_mall(),
        log=folder / "truth.jsonl",
        control={"socket": folder / "control.sock"},
        mailbox={"file": folder / "mail.jsonl"},
        chat={"token": TOKEN},
    )
    with running(request) as simulator:
        yield simulator


def snmp(address: str, port: int, *oids: str, program: str = "snmpget", options: tuple[str, ...] = ()) -> list[str]:
    """Ask with net-snmp's own program; return its lines, none when nothing answered within a second."""
    argv = [program, "-v2c", "-cpublic", "-On", "-t1", "-r0", *options, f"{address}:{port}", *oids]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()
