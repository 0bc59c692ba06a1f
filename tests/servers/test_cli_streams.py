"""The command line in a shell that closed a stream, on a disk that is full, with input that does not end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

MPPMON = (sys.executable, "-m", "mppmon")


def run(folder: Path, *arguments: str, stdout: str = os.devnull, close: int | None = None) -> tuple[int, str]:
    """Run a command in an empty folder; return its exit code and what it says of errors."""

    def prepare() -> None:
        if close is not None:
            os.close(close)

    with Path(stdout).open("wb") as out:
        done = subprocess.run(  # closes one descriptor of the child, takes no lock
            [*MPPMON, *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
            preexec_fn=prepare,
        )
    return done.returncode, done.stderr.decode()


@pytest.mark.parametrize("command", [("schema",), ("--help",), ("doctor", "--json", "--config", ".")])
def test_a_full_disk_is_said_in_one_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    code, said = run(tmp_path, *command, stdout="/dev/full")
    assert (code, said) == (74, "Error: the output cannot be written: No space left on device\n")


def test_questions_without_anybody_to_answer_write_nothing(tmp_path: Path) -> None:
    code, said = run(tmp_path, "init", "mall", close=0)
    assert (code, said) == (2, "Error: Tidak ada yang ditulis.\n")
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("stream", [1, 2])
def test_a_closed_stream_is_no_traceback(tmp_path: Path, stream: int) -> None:
    code, said = run(tmp_path, "oncall", "--state", str(tmp_path), close=stream)
    assert code == 1
    assert "Traceback" not in said


def test_answers_without_an_end_are_refused(tmp_path: Path) -> None:
    code, said = run(tmp_path, "init", "mall", "--answers", "/dev/zero")
    assert (code, "jawaban beberapa baris" in said) == (2, True)


def test_a_directory_has_a_name_that_can_be_read(tmp_path: Path) -> None:
    code, said = run(tmp_path, "init", "a\nb")
    assert (code, "without invisible characters" in said) == (2, True)
    assert not any(tmp_path.iterdir())
