"""`make bench [ONLY=line,...]`: one JSON line per figure; exit 1 when one misses its budget.

A bench is a module with `run()`, which yields its figures one by one as they are measured. Each compares, in one run on
one machine, what is ours with a peer: absolute numbers of a shared machine prove nothing.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence

Figure = Mapping[str, object]

BENCHES = {
    "line": "tests.bench.snmp_line",
    "snmp": "tests.bench.snmp",
    "metrics": "tests.bench.metrics_export",
    "daemon": "tests.bench.daemon_thousand",
    "pager": "tests.bench.pager",
    "online": "tests.bench.online",
    "pc": "tests.bench.pc",
}

FIELDS = ("figure", "value", "unit", "budget", "ok", "peer", "peer_value", "ratio", "runs", "spread")
"""What every figure says: `ok` is whether `value` (or `ratio`) keeps `budget`; `spread` is over its `runs`."""


def checked(bench: str, figure: Figure) -> Figure:
    """Return the figure with its fields in order. ValueError names what is missing or unknown."""
    missing = [field for field in FIELDS if field not in figure]
    unknown = [field for field in figure if field not in FIELDS]
    if missing or unknown:
        raise ValueError(f"bench {bench}: figure {figure.get('figure')!r}: missing {missing}, unknown {unknown}")
    return {field: figure[field] for field in FIELDS}


def load(bench: str) -> Callable[[], Iterable[Figure]]:
    """Return the `run` of a bench. ImportError or AttributeError: a bench that is announced must exist."""
    run: Callable[[], Iterable[Figure]] = importlib.import_module(BENCHES[bench]).run
    return run


def main(argv: Sequence[str] | None = None, load: Callable[[str], Callable[[], Iterable[Figure]]] = load) -> int:
    """Run the chosen benches (all by default), print their figures, return 0 when all kept their budgets."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"some of {','.join(BENCHES)}")
    chosen = [bench for bench in parser.parse_args(argv).only.split(",") if bench] or list(BENCHES)
    if strangers := [bench for bench in chosen if bench not in BENCHES]:
        parser.error(f"found {','.join(strangers)}, expected some of {','.join(BENCHES)}")
    kept = True
    for bench in chosen:
        for figure in load(bench)():
            line = checked(bench, figure)
            kept = kept and bool(line["ok"])
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
