"""One shell that runs the commands of a page one by one, as a person does, and tells how long each took."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic  # noqa: TID251  # what is measured is real time

_FENCE = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_DONE = "@@done"


def commands(page: Path) -> list[str]:
    """Return the commands of a page: the lines of its `sh` blocks."""
    return [line for block in _FENCE.findall(page.read_text("utf-8")) for line in block.splitlines() if line.strip()]


@dataclass
class Shell:
    """A bash at work in `place`. `seconds`: (command, how long it took)."""

    place: Path
    process: "subprocess.Popen[str]"
    seconds: list[tuple[str, float]] = field(default_factory=list)
    background: int | None = None

    def run(self, command: str, *, answers: str = "", allow: tuple[int, ...] = (0,)) -> str:
        """Run a command, `answers` on its standard input; return what it said. AssertionError for another exit code."""
        (self.place / "answers").write_text(answers, "utf-8")
        began = monotonic()
        said, code = self._type(f"{{ {command} ; }} < {self.place}/answers 2>&1; echo; echo {_DONE} $?")
        self.seconds.append((command, monotonic() - began))
        assert int(code) in allow, f"{command}: exit {code}: {said[-4000:]}"
        return said

    def start(self, command: str) -> None:
        """Run a command in the background, as in a window of its own; its words are in `run.out`."""
        _, number = self._type(f"{{ exec {command} ; }} < /dev/null > {self.place}/run.out 2>&1 & echo {_DONE} $!")
        self.background = int(number)
        self.seconds.append((command, 0.0))

    def _type(self, line: str) -> tuple[str, str]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        said: list[str] = []
        for heard in self.process.stdout:
            if heard.startswith(_DONE):
                return "".join(said), heard.split()[1]
            said.append(heard)
        raise AssertionError(f"the shell ended at: {line}: {''.join(said)}")


@contextmanager
def shell(place: Path, preamble: str, **environment: str) -> Iterator[Shell]:
    """Start a shell; what it started in the background ends with it, by pid."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    with subprocess.Popen(
        ["bash", "--norc"], cwd=place, env={**inherited, **environment}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        started = Shell(place, process)
        try:
            started._type(f"{preamble}\necho {_DONE} 0")  # noqa: SLF001  # its own
            yield started
        finally:
            if started.background is not None:
                os.kill(started.background, signal.SIGTERM)
                started._type(f"wait {started.background}; echo {_DONE} $?")  # noqa: SLF001  # likewise
            assert process.stdin is not None
            process.stdin.close()
