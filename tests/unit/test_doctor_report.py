"""How the doctor runs its checks, and how the report looks."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner

from mppmon.cli import main
from mppmon.clock import Clock
from mppmon.doctor.bound import in_thread
from mppmon.doctor.case import Case
from mppmon.doctor.checks import CHECKS
from mppmon.doctor.examine import Check, Group, examine
from mppmon.doctor.finding import Finding, State, bad, few, fine, skipped, warn
from mppmon.doctor.show import PLAIN, WIDTH, Marks, lines
from mppmon.doctor.visit import Visit, open_case


def case(folder: Path) -> Case:
    return asyncio.run(open_case(Visit(folder / "mall", folder / "state"), Clock()))


async def good(_: Case) -> Sequence[Finding]:
    return [fine("good", "well")]


async def faulty(_: Case) -> Sequence[Finding]:
    raise ZeroDivisionError("secret words")


def test_a_check_that_hangs_or_fails_takes_no_other_line_away(tmp_path: Path) -> None:
    over = Event()

    async def hangs(_: Case) -> Sequence[Finding]:
        await in_thread(over.wait)
        return []

    seen: list[tuple[int, int]] = []
    checks = [Check("A", "hangs", hangs, 0.1), Check("B", "faulty", faulty), Check("A", "good", good)]
    try:
        groups = asyncio.run(
            examine(case(tmp_path), checks, offline=False, watch=lambda done, of: seen.append((done, of)))
        )
    finally:
        over.set()
    assert [(group.name, [(one.name, one.state) for one in group.findings]) for group in groups] == [
        ("A", [("hangs", State.BAD), ("good", State.OK)]),
        ("B", [("faulty", State.BAD)]),
    ]
    assert groups[0].findings[0].said == "no end within 0.1 s"
    assert "secret words" not in str(groups)
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_offline_leaves_out_what_needs_the_network(tmp_path: Path) -> None:
    checks = [Check("A", "far", faulty, network=True), Check("A", "near", good)]
    (group,) = asyncio.run(examine(case(tmp_path), checks, offline=True))
    assert [one.state for one in group.findings] == [State.SKIPPED, State.OK]


def test_the_slowest_check_leaves_time_for_the_rest() -> None:
    assert max(check.seconds for check in CHECKS) <= 11


def test_lines_are_aligned_and_cures_stay_in_one_piece() -> None:
    command = "sudo sysctl -w net.ipv4.ping_group_range='999 999' && true --and-so-on"
    long = "/a/path/that/is/longer/than/" + "any-line-of-a-terminal/" * 4
    group = Group(
        "Machine",
        (
            fine("ping", "datagram sockets " * 6),
            warn("a rather long name", "x", command),
            bad("disk", long, "make room"),
            skipped("rest", "not\x1b[31m asked"),
        ),
    )
    shown = [line.text for line in lines([group, Group("Empty", ())], Marks())]
    assert shown[0] == "Machine"
    assert shown[1].startswith("  ✓ ping                datagram sockets")
    assert shown[2].startswith(" " * 24 + "datagram")
    assert "  ! a rather long name  x" in shown
    assert f"    → {command}" in shown
    assert any(long in line for line in shown)
    assert all(len(line) <= WIDTH or long in line for line in shown)
    assert "  - rest                not [31m asked" in shown
    assert "Empty" not in shown
    assert shown[-1] == "1 in order, 1 to look after, 1 broken, 1 not asked"
    assert [line.text for line in lines([group], PLAIN)][1].startswith("  + ping")


@pytest.mark.parametrize(("words", "said"), [("a", "a"), ("abc", "a, b, c"), ("abcde", "a, b, c and 2 more")])
def test_few(words: str, said: str) -> None:
    assert few(words) == said


def test_colour_for_a_terminal_and_a_list_for_scripts(tmp_path: Path) -> None:
    arguments = ["doctor", "--config", str(tmp_path / "none"), "--state", str(tmp_path / "state"), "--offline"]
    coloured = CliRunner().invoke(main, arguments, color=True)
    assert "\x1b[31m  ✗ configuration" in coloured.output
    listed = json.loads(CliRunner().invoke(main, [*arguments, "--json"]).output)
    assert coloured.exit_code == 2
    assert listed[0] == {
        "group": "Configuration",
        "name": "configuration",
        "state": "bad",
        "said": f"there is no directory {tmp_path}/none",
        "cure": f"mppmon init {tmp_path}/none, or name another: --config",
    }
    assert CliRunner().invoke(main, [*arguments, "--send", "rina"]).exit_code == 2


def test_every_line_that_is_not_green_has_a_cure(tmp_path: Path) -> None:
    groups = asyncio.run(examine(case(tmp_path), CHECKS, offline=True))
    for finding in (one for group in groups for one in group.findings):
        assert bool(finding.cure) is (finding.state in {State.WARN, State.BAD}), finding
