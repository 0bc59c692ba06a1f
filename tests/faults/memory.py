"""Row 24, the memory: none is left, and no thread can be begun any more."""

import resource
import signal
from contextlib import suppress
from pathlib import Path

import httpx

from mppmon.clock import Clock
from tests.faults.row import Found, Row
from tests.faults.trial import Trial, trial, until

_ROOM = 4  # MiB above what it holds: half the stack of a thread
_READERS = 20
_PATIENCE = 25.0  # seconds to a page, or to an end


def _held(pid: int) -> int:
    """Return the bytes of address space a process has."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next(int(one.split()[1]) for one in lines if one.startswith("VmSize:")) * 1024


def _read(here: Trial) -> int:
    """Read its pages, which takes memory; return how many could not be had."""
    refused = 0
    with httpx.Client(base_url=f"http://127.0.0.1:{here.port}", timeout=5) as client:
        for path in ("/", "/metrics", "/?lang=en") * _READERS:
            refused += 1
            with suppress(httpx.HTTPError):
                refused -= client.get(path).is_success
    return refused


def _limited(here: Trial, room: int, wrong: list[str]) -> str:
    """Take all memory but `room` MiB from a daemon at work, begin a fault, start it anew; return what it did."""
    here.start()
    here.well()
    here.forget()
    assert here.process is not None
    limit = _held(here.process.pid) + room * 2**20
    resource.prlimit(here.process.pid, resource.RLIMIT_AS, (limit, limit))
    refused = _read(here)
    here.simulator.begin("jam", "printer")
    begun = Clock().monotonic()
    until(lambda: here.news() or _ended(here), _PATIENCE)
    seconds = Clock().monotonic() - begun
    did = f"paged after {seconds:.1f} s" if here.news() else "ended" if _ended(here) else "mute"
    if did == "mute":
        wrong.append(f"neither a page nor an end: {here.log()[-300:]}")
    if _ended(here) and "emory" not in here.log():
        wrong.append("it ended without a word of memory")
    if not _ended(here) and here.stop() is None:
        here.stop(signal.SIGKILL)
        did += ", killed at its end"
    here.start()
    if not here.arrived(1):
        wrong.append("no page after the restart")
    here.simulator.mend()
    if not (here.well() and here.arrived(2)):
        wrong.append("no end is told after the restart")
    return f"{room} MiB: {refused} pages refused, {did}"


def _ended(here: Trial) -> bool:
    return here.process is not None and here.process.poll() is not None


def memory(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Limit its address space to what it has (at length also to more, again and again)."""
    wrong: list[str] = []
    with trial(folder) as here:
        did = [_limited(here, room, wrong) for room in ((0,) if short else (16, _ROOM, 0, 0, 0, 0))]
        until(lambda: not here.judge().lost, 20)
        found = here.judge()
    if not found.ok:
        wrong.append(str(found))
    return Found(not wrong, found.lost, "lost", "; ".join((*did, *wrong)))


ROWS = (Row(24, "no memory left, no thread to be had", "a page or an end that says why; nothing lost", memory),)
