"""`make truth`: poll all recorded devices, print the counts, write down what differs; exit 1 on a fault."""

import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.servers.snmp_servers import devices
from tests.truth.compare import Difference
from tests.truth.manifest import manifest
from tests.truth.polled import poll_all
from tests.truth.verdict import Verdict, reasons

README = Path(__file__).parent / "README.md"
MARK = "<!-- written by `make truth` -->\n"


def main() -> int:
    """Return 0 when all is well."""
    recorded = manifest(devices())
    with tempfile.TemporaryDirectory() as folder:
        polled = poll_all(list(recorded), Path(folder))
    verdict = Verdict(devices(), recorded, polled)
    sys.stdout.writelines(f"{line}\n" for line in verdict.lines())
    head = README.read_text(encoding="utf-8").partition(MARK)[0]
    README.write_text(head + MARK + table(verdict.differences("provisional")), encoding="utf-8")
    faults = list(verdict.faults())
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


def table(differences: Sequence[Difference]) -> str:
    """Return the disagreements as a table, one row per recording and metric."""
    counts = Counter((each.name, each.metric) for each in differences)
    first = {(each.name, each.metric): each for each in reversed(differences)}
    given = reasons()
    rows = ["| recording | what | values | for example | reason |", "|---|---|---|---|---|"]
    for key in sorted(counts):
        each = first[key]
        example = f"{each.index or '(one)'}: truth {each.truth}, ours {each.ours}"
        rows.append(f"| {each.name} | `{each.metric}` | {counts[key]} | {example} | {given.get(key, '**none**')} |")
    return "\n" + "\n".join(rows) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
