"""The truth log: a JSON line per answer given or withheld, and per fault begun or mended.

    {"t": 812.034, "at": "2026-11-23T01:30:02.118Z", "device": "a3-pc", "way": "agent", "answer": "given",
     "tells": {"a3-pc": [], "a3-card": ["jammed"]}}
    {"t": 812.551, "at": "...", "device": "sw-core", "way": "snmp", "answer": "withheld", "asks": "liveness"}
    {"t": 813.002, "at": "...", "fault": "jam", "device": "a3-card", "now": "begun"}

`t` is monotonic, `at` the simulator's wall time (with the demo's offset). `tells` is there when the answer told how
somebody is: an empty list means nothing is wrong. A liveness answer tells nothing of a jam. `asks`: which check it was
that was withheld, where that can be seen (a connection that is not accepted does not say).
"""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from mppmon.clock import Clock

MAX_LINES = 5_000
"""Most lines one reading returns."""


def stamp(at: datetime) -> str:
    """Return a time as the log keeps it: UTC, to the millisecond."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


class Journal:
    """Appends to the log, a line at a time, so that a killed simulator loses nothing."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._file = path.open("a", buffering=1, encoding="utf-8")

    def answer(
        self,
        device: str,
        way: str,
        *,
        given: bool,
        tells: Mapping[str, Collection[str]] | None = None,
        asks: str | None = None,
    ) -> None:
        """Note an answer given or withheld."""
        line: dict[str, object] = {"device": device, "way": way, "answer": "given" if given else "withheld"}
        if tells is not None:
            line["tells"] = {subject: sorted(words) for subject, words in tells.items()}
        if asks is not None:
            line["asks"] = asks
        self._write(line)

    def fault(self, name: str, device: str, *, begun: bool) -> None:
        """Note a fault begun or mended."""
        self._write({"fault": name, "device": device, "now": "begun" if begun else "mended"})

    def read(self, after: int = 0) -> tuple[list[str], int]:
        """Return lines behind byte `after`, at most MAX_LINES, and the byte to go on from."""
        lines: list[str] = []
        with self._path.open("rb") as file:
            file.seek(max(0, after))
            while len(lines) < MAX_LINES and (line := file.readline()).endswith(b"\n"):
                lines.append(line.decode().rstrip("\n"))
                after += len(line)
        return lines, after

    def _write(self, line: Mapping[str, object]) -> None:
        times = {"t": round(self._clock.monotonic(), 3), "at": stamp(self._clock.now())}
        self._file.write(json.dumps({**times, **line}, separators=(",", ":")) + "\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
