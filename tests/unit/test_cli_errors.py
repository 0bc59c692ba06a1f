"""Whatever is typed, a command ends with a word to a person, never with a traceback."""

import io
import random
import resource
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import click
import httpx
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from mppmon import control
from mppmon.cli import main
from mppmon.cli.demo import names_in, said
from mppmon.cli.waiting import waiting
from mppmon.config import load
from mppmon.mall.principal import SYSTEM
from mppmon.store import Store
from tests.unit.store_kit import MONDAY, new_database
from tests.unit.test_config_load import GOOD, TODAY

CHANGES = (("ack", "1"), ("escalate", "1"), ("poll", "a1-pc"), ("reload",))
READS = (("status",), ("oncall",), ("report", "agency", "dukcapil", "--day", "2026-11-23"))

HOSTILE = st.one_of(
    st.sampled_from(
        ["", " ", "-", "--", "-1", "99999999999999999999999", "../../etc/passwd", "/", "/dev/null", "/proc/self/mem"]
    ),
    st.sampled_from(["a\nb", "\udcff", "\x1b[2J", "%s%n", "{}", "[", "[::1]:x", ":::", "1.2.3.4:99999", "x" * 5000]),
    st.text(st.characters(exclude_characters="\0"), max_size=20),  # a zero byte cannot stand in argv
)


def leaves(group: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            yield from leaves(command, (*path, name))
    else:
        yield path, group


LEAVES = dict(leaves(main))
TALKATIVE = [path for path in LEAVES if path not in {("run",), ("init",)}]  # these two work until they are told to stop


def ends_well(result: Result) -> None:
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert "Traceback" not in result.output


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nothing")


@pytest.mark.parametrize("path", TALKATIVE, ids=" ".join)
def test_hostile_arguments_end_in_words(path: tuple[str, ...], empty: Path) -> None:
    command = LEAVES[path]
    wanted = sum(isinstance(one, click.Argument) for one in command.params)
    state = [] if path[0] == "demo" else ["--state", str(empty)]
    has_state = any(one.name == "state" for one in command.params)

    @given(words=st.lists(HOSTILE, min_size=0, max_size=wanted + 1))
    def hostile(words: list[str]) -> None:
        # Nothing is asked over the network, and nothing is written: what the arguments are is what is tried.
        quiet = ["--offline"] if path == ("doctor",) else []
        given = [*path, *quiet, *(state if has_state else []), "--", *words]
        ends_well(CliRunner(env={"HOME": str(empty), "XDG_RUNTIME_DIR": str(empty)}).invoke(main, given, input=""))

    hostile()


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_shows_how_it_is_used(path: tuple[str, ...]) -> None:
    text = CliRunner().invoke(main, [*path, "--help"]).output
    shown = text.partition("Example")[2]
    assert f"mppmon {' '.join(path)}" in shown, text


@pytest.fixture
def state(tmp_path: Path) -> Path:
    loaded = load(GOOD, today=TODAY)
    with Store.open(new_database(tmp_path / "mppmon.db")) as store:
        store.save_revision(SYSTEM, loaded.revision, loaded.normalised, MONDAY, "test")
    return tmp_path


@pytest.mark.parametrize("words", CHANGES, ids=" ".join)
def test_without_a_daemon_a_change_says_so_and_exits_with_three(state: Path, words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*words, "--state", str(state)])
    assert result.exit_code == 3
    assert "the daemon is off" in result.output


def test_more_than_a_request_may_hold_ends_in_words(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as daemon:
        daemon.bind(str(tmp_path / "control.sock"))
        daemon.listen()
        result = CliRunner().invoke(main, ["note", "1", "x" * 70_000, "--state", str(tmp_path)])
    ends_well(result)
    assert result.exit_code == 1
    assert "too long" in result.output


@pytest.mark.parametrize("words", READS[1:], ids=" ".join)
def test_without_a_daemon_reads_use_the_database_and_say_so(state: Path, words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*words, "--state", str(state)])
    assert result.exit_code == 0, result.output
    assert "the daemon is off" in result.stderr


@pytest.mark.parametrize("words", READS, ids=" ".join)
def test_a_damaged_database_is_named_with_its_remedy(state: Path, words: tuple[str, ...]) -> None:
    (state / "mppmon.db").write_bytes(b"this is no database " * 500)
    result = CliRunner().invoke(main, [*words, "--state", str(state)])
    ends_well(result)
    assert result.exit_code == 1
    assert f"{state}/mppmon.db" in result.output
    assert "mv " in result.output or "mppmon doctor" in result.output


@pytest.mark.parametrize("words", READS[:2], ids=" ".join)
def test_any_damage_ends_in_words(state: Path, words: tuple[str, ...]) -> None:
    """Sixty databases with a damaged page each: some still answer, none of them with a traceback."""
    whole, rng = state / "whole", random.Random(7)  # noqa: S311  # the same damage every time
    shutil.copy(state / "mppmon.db", whole)
    for _ in range(60):
        content = bytearray(whole.read_bytes())
        at = rng.randrange(len(content))
        content[at : at + rng.choice((1, 40, 4096))] = rng.randbytes(rng.choice((1, 40)))
        (state / "mppmon.db").write_bytes(content)
        ends_well(CliRunner().invoke(main, [*words, "--state", str(state)]))


def test_help_is_there_at_once() -> None:
    """At most 0.4 s; measured as processor time of the quickest of three, since other tests run beside it."""

    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "mppmon", "--help"], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(3)) <= 0.4


def test_faults_of_the_demo_are_told_by_the_devices_names(tmp_path: Path) -> None:
    file = tmp_path / "devices.yaml"
    file.write_text("version: 1\ndevices:\n  a3: {kind: pc, name: PC Loket A3}\n", "utf-8")
    active = [{"fault": "jam", "device": "a3", "seconds": 3.2}, {"fault": "unplug", "device": "b1", "seconds": 0.0}]
    answer = {"changed": True, "active": active}
    assert said(answer, names_in(file)) == "faults now: jam at PC Loket A3 (a3), for 3 s; unplug at b1 (b1), for 0 s"
    assert said({"changed": False, "active": []}, names_in(tmp_path / "none")) == "nothing changed; no faults now"


def test_an_unknown_agency_is_answered_with_the_nearest(state: Path) -> None:
    words = ["report", "agency", "dukcapi", "--day", "2026-11-23", "--state", str(state)]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 1
    assert "did you mean 'dukcapil'?" in result.output


def test_what_takes_long_shows_a_sign_of_life_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown = {}
    monkeypatch.setenv("TERM", "xterm")
    for stream in (io.StringIO(), Terminal()):
        monkeypatch.setattr("sys.stderr", stream)
        with waiting("polling 192.0.2.7"):
            pass
        shown[stream.isatty()] = stream.getvalue()
    assert shown[False] == ""
    assert "polling 192.0.2.7" in shown[True]


@pytest.mark.parametrize("number", [str(2**31), str(2**63), "9" * 40])
def test_a_number_no_database_can_hold_is_no_incidents(state: Path, number: str) -> None:
    result = CliRunner().invoke(main, ["incident", "--state", str(state), "--", number])
    ends_well(result)
    assert "no incident of this number" in result.output


@pytest.mark.parametrize("path", [("silence", "end"), ("maintenance", "end")], ids=" ".join)
@pytest.mark.parametrize("typed", ["?", "#", "a?b=c", "a/b", "..", "%2e"])
def test_what_is_typed_for_an_id_stays_one(monkeypatch: pytest.MonkeyPatch, path: tuple[str, ...], typed: str) -> None:
    """A `?` sent as it is ends the path: the daemon did nothing, and the command said that it was ended."""
    asked: list[str] = []

    def request(_address: Path, _method: str, path: str, **_: object) -> httpx.Response:
        asked.append(path)
        return httpx.Response(307)

    monkeypatch.setattr(control, "request", request)
    result = CliRunner().invoke(main, [*path, "--state", "/nowhere", "--", typed])
    planned = str(path[0] == "maintenance").lower()
    assert asked == [f"/api/v1/silences/{quote(typed, safe='')}/end?planned={planned}"]
    assert result.exit_code == 1, "a redirection is no deed"


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        (("ack", "1", "--as", ""), "as="),
        (("silence", "add", "a", "--for", "1h", "--reason", "r", "--start", ""), "start="),
        (("maintenance", "add", "a", "--for", "1h", "--name", "n", "--reason", "r", "--start", ""), "start="),
    ],
    ids=lambda one: str(one[0]),
)
def test_an_option_that_is_empty_is_not_one_that_was_left_out(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], sent: str
) -> None:
    """`--start "$WHEN"` without a WHEN must not begin now."""
    asked: list[str] = []

    def request(_address: Path, _method: str, path: str, **_: object) -> httpx.Response:
        asked.append(path)
        return httpx.Response(422, json={"detail": "start: found '', expected a day and a time"})

    monkeypatch.setattr(control, "request", request)
    result = CliRunner().invoke(main, [*words, "--state", "/nowhere"])
    assert (result.exit_code, sent in asked[0].partition("?")[2].split("&")) == (1, True)
