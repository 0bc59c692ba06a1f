"""House rules that no linter knows: exemptions carry a reason, files stay small, nothing names a package index."""

import re
import statistics
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = ("mppmon", "collectors", "alerts", "tests", "grafana")
RUFF = Path(sys.executable).with_name("ruff")
LIMIT = 400  # lines of one file: above it, it is two
MEDIAN = 120

REASON = r"(?:\[[\w, -]+\]|: ?[A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*)  # \S.{3,}"
EXEMPTION = re.compile(r"# ?(?:type: ignore|noqa|pragma: no cover|nosec)\b", re.IGNORECASE)
REASONED = re.compile(r"# (?:type: ignore|noqa)" + REASON)

INDEX_HOSTS = tuple(
    "".join(parts)
    for parts in (
        ("py", "pi.org"),
        ("python", "hosted.org"),
        ("registry.", "npmjs.org"),
        ("registry.", "yarnpkg.com"),
        ("deb.", "debian.org"),
        ("--index", "-url"),
        ("--extra-index", "-url"),
        ("--find", "-links"),
    )
)


def files() -> list[Path]:
    """All files git knows or would add: what is committed, or is about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def code() -> list[Path]:
    return [path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in CODE]


@pytest.mark.parametrize(
    ("line", "fine"),
    [
        ("x = f()  # noqa: S603  # fixed argv", True),
        ("x = f()  # noqa: S603, S607  # fixed argv", True),
        ("x = f()  # type: ignore[misc]  # untyped library", True),
        ("x = f()  # noqa: S603", False),
        ("x = f()  # noqa", False),
        ("x = f()  # type: ignore[misc]", False),
        ("x = f()  # type: ignore", False),
    ],
)
def test_what_a_reason_is(line: str, fine: bool) -> None:  # noqa: FBT001  # a table's column
    assert bool(EXEMPTION.search(line)) is True
    assert bool(REASONED.search(line)) is fine


def test_every_exemption_carries_its_reason() -> None:
    here = Path(__file__)
    bare = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in code()
        if path != here
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if EXEMPTION.search(line) and not REASONED.search(line)
    ]
    assert bare == []


def test_no_file_is_two_files() -> None:
    sizes = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in code()}
    assert {name: lines for name, lines in sizes.items() if lines > LIMIT} == {}
    product = [lines for name, lines in sizes.items() if not name.startswith("tests/") and lines > 1]
    assert statistics.median(product) <= MEDIAN


def test_no_file_names_a_package_index() -> None:
    found = []
    for path in files():
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{path.relative_to(ROOT)}: {host}" for host in INDEX_HOSTS if host in text]
    assert found == []


def test_locks_pin_every_package_by_hash() -> None:
    for lock in ("deploy/requirements.lock", "tests/requirements.lock"):
        entries = re.findall(
            r"^([a-z0-9-]+)==\S+((?: ;[^\\\n]*)? \\\n(?:    --hash=sha256:[0-9a-f]{64}[ \\]*\n)+)?",
            (ROOT / lock).read_text(),
            re.MULTILINE,
        )
        assert len(entries) > 30
        assert [name for name, hashes in entries if not hashes] == []


def test_both_locks_agree() -> None:
    runtime, tests = (
        dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in ("deploy/requirements.lock", "tests/requirements.lock")
    )
    assert runtime.items() <= tests.items()


def test_the_lock_holds_what_the_project_needs() -> None:
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "deploy/requirements.lock").read_text(), re.MULTILINE))
    assert {re.split(r"[<>=~!\[; ]", need)[0].lower() for need in needs} <= locked


CLOCKS = ("mppmon/clock.py", "collectors/pc/agent/clock.py")
READINGS = (
    *("datetime.now(UTC)", "datetime.utcnow()", "datetime.today()", "date.today()", "time.strftime('%H')"),
    *(f"time.{name}()" for name in ("time", "time_ns", "monotonic", "perf_counter", "localtime", "gmtime", "ctime")),
)


def test_ruff_knows_every_reading_of_the_clock(tmp_path: Path) -> None:
    banned = "\n".join(f"def read_{n}():\n    return {reading}\n" for n, reading in enumerate(READINGS))
    source = f"import time\nfrom datetime import UTC, date, datetime\n\n\n{banned}"
    script = tmp_path / "reads.py"
    script.write_text(source)
    said = subprocess.run(
        [
            RUFF,
            "check",
            "--config",
            ROOT / "pyproject.toml",
            "--select",
            "TID251",
            "--output-format",
            "concise",
            script,
        ],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert said.count("TID251") == len(READINGS), said


def test_the_clock_is_read_in_two_files_only() -> None:
    product = [path for path in code() if path.relative_to(ROOT).parts[0] not in {"tests", "grafana"}]
    readers = {str(path.relative_to(ROOT)) for path in product if re.search(r"noqa: .*TID251", path.read_text())}
    assert readers <= set(CLOCKS)
