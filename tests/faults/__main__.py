"""`python -m tests.faults [--only 1,9] [--who W] [--short | --night] [--write FILE]`: play the rows, one line each."""

import argparse
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from mppmon.clock import Clock
from tests.faults.evidence import keep
from tests.faults.row import Found, Played, Row, line
from tests.faults.table import ROWS
from tests.faults.trial import sharing


def play(row: Row, folder: Path, *, short: bool) -> tuple[Found, Played]:
    """Play one row in a folder of its own; an error of the harness is a row that is not ok."""
    clock = Clock()
    at, load, begun = clock.now(), os.getloadavg()[0], clock.monotonic()
    try:
        found = row.play(folder, short)
    except Exception as error:  # noqa: BLE001  # the other rows are played all the same
        found = Found(ok=False, figure=0.0, unit="", note=f"{type(error).__name__}: {error}")
    form = "night" if row.night else "short" if short else "full"
    return found, Played(clock.monotonic() - begun, at, load, form)


def main(arguments: Sequence[str]) -> int:
    """Return 1 if any row is not as asked."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what runs is stopped on the way out
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--only", default="")
    parser.add_argument("--who", default="", help="only ours (mppmon) or the peer's (alertmanager)")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--short", action="store_true", help="as make test does")
    form.add_argument("--night", action="store_true", help="only what is for make nightly")
    parser.add_argument("--write", type=Path, metavar="FILE", help="JSON lines to merge into; the page is beside it")
    given = parser.parse_args(arguments)
    wanted = {int(one) for one in given.only.split(",") if one}
    chosen = [
        row
        for row in ROWS
        if (not wanted or row.number in wanted) and row.night == given.night and given.who in row.who
    ]
    well = True
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, sharing() if given.short else nullcontext():
        for place, row in enumerate(chosen):
            found, played = play(row, Path(folder) / f"{place}", short=given.short)
            said = line(row, found, played)
            sys.stdout.write(f"{said}\n")
            sys.stdout.flush()
            well &= found.ok
            if given.write:
                keep(given.write, ROWS, [json.loads(said)])
    return int(not well)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
