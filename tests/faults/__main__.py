"""`python -m tests.faults [--only 1,9] [--short] [--write FILE]`: play the rows, one line of JSON each."""

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from mppmon.clock import Clock
from tests.faults.row import Found, Row, line
from tests.faults.table import ROWS, markdown
from tests.faults.trial import sharing


def play(row: Row, folder: Path, *, short: bool) -> tuple[Found, float]:
    """Play one row in a folder of its own; an error of the harness is a row that is not ok."""
    clock = Clock()
    begun = clock.monotonic()
    try:
        found = row.play(folder, short)
    except Exception as error:  # noqa: BLE001  # the other rows are played all the same
        found = Found(ok=False, figure=0.0, unit="", note=f"{type(error).__name__}: {error}")
    return found, clock.monotonic() - begun


def main(arguments: Sequence[str]) -> int:
    """Return 1 if any row is not as asked."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what runs is stopped on the way out
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--only", default="")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--write", type=Path)
    given = parser.parse_args(arguments)
    wanted = {int(one) for one in given.only.split(",") if one}
    chosen = [row for row in ROWS if not wanted or row.number in wanted]
    lines: list[str] = []
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, sharing() if given.short else nullcontext():
        for place, row in enumerate(chosen):
            found, seconds = play(row, Path(folder) / f"{place}", short=given.short)
            lines.append(line(row, found, seconds))
            sys.stdout.write(f"{lines[-1]}\n")
            sys.stdout.flush()
            if given.write:
                given.write.write_text(markdown([json.loads(one) for one in lines]), encoding="utf-8")
    return int(not all(json.loads(one)["ok"] for one in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
