"""Row 28: at work for long, with faults that come and go and people who look: neither memory nor descriptors grow.

Judged after a warm-up by the slope of a line through the samples. The short form sees a leak of some ten kilobytes per
poll, half an hour one of a hundred bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression, median

import psutil
import requests

from mppmon.clock import Clock
from tests.faults.row import Found, Row
from tests.faults.trial import Trial, fresh
from tests.servers.prometheus import pause

_KIB = 1024


@dataclass(frozen=True, slots=True)
class Course:
    """How long it goes, in seconds: all of it, of which the warm-up is not judged; from one fault to the next; from one
    sample to the next. `most`: KiB per hour.
    """

    whole: float
    warm: float
    fault: float
    sample: float
    most: float


SHORT = Course(15.0, 6.0, 3.0, 0.25, 200.0 * 3600)
"""A process that has just begun still grows by some KiB per second: its caches fill."""
FULL = Course(1860.0, 600.0, 30.0, 5.0, 3072.0)


@dataclass
class Samples:
    """`at`: seconds since the begin; resident bytes, open descriptors, threads."""

    at: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)

    def take(self, process: psutil.Process, at: float) -> None:
        """Take one of each."""
        with process.oneshot():
            self.at.append(at)
            self.memory.append(process.memory_info().rss)
            self.descriptors.append(process.num_fds())
            self.threads.append(process.num_threads())

    def slope(self) -> float:
        """Return by how many KiB per hour the memory grew."""
        return linear_regression(self.at, self.memory).slope * 3600 / _KIB


def _grown(counts: Sequence[int]) -> float:
    """Return by how much the later half lies above the earlier, in the middle."""
    half = len(counts) // 2
    return median(counts[half:]) - median(counts[:half])


def soaked(here: Trial, course: Course) -> Samples:
    """Let it work; return the samples after the warm-up."""
    assert here.process is not None
    process, clock, found = psutil.Process(here.process.pid), Clock(), Samples()
    begun = clock.monotonic()
    fault, broken = course.fault, False
    with requests.Session() as people:
        while (at := clock.monotonic() - begun) < course.whole:
            people.get(f"http://127.0.0.1:{here.port}/metrics", timeout=10).raise_for_status()
            people.get(f"http://127.0.0.1:{here.port}/", timeout=10).raise_for_status()
            if at >= fault:
                fault, broken = fault + course.fault, not broken
                if broken:
                    here.simulator.begin("jam", "printer")
                else:
                    here.simulator.mend()
            if at >= course.warm:
                found.take(process, at)
            pause(course.sample)
    return found


def played(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Judge the slope after the warm-up."""
    course = SHORT if short else FULL
    with fresh(folder) as here:
        here.start()
        here.well()
        found = soaked(here, course)
        here.simulator.mend()
        well = here.well()
    slope, files, threads = found.slope(), _grown(found.descriptors), _grown(found.threads)
    ok = well and slope <= course.most and files <= 1 and threads <= 1
    note = (
        f"after {course.warm:g} s, over {course.whole - course.warm:g} s, at most {course.most:g} allowed; "
        f"{found.memory[-1] / _KIB**2:.1f} MiB, {found.descriptors[-1]} descriptors ({files:+g}), "
        f"{found.threads[-1]} threads ({threads:+g})"
    )
    return Found(ok, slope, "KiB/h", note)


ROWS = (Row(28, "at work for long, faults come and go", "RSS slope and descriptors flat", played),)
