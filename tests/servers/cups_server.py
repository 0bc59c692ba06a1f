"""A real cupsd on a socket of its own, with queues whose jobs do not come out."""

import getpass
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mppmon.clock import Clock

_DAEMON = """\
Listen {folder}/sock
Browsing No
WebInterface No
DefaultAuthType None
ErrorPolicy retry-job
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""
_FILES = """\
User {user}
Group {group}
SystemGroup root
ServerRoot {folder}
RequestRoot {folder}/spool
CacheDir {folder}/cache
StateDir {folder}/state
TempDir {folder}/tmp
AccessLog {folder}/access_log
ErrorLog {folder}/error_log
PageLog {folder}/page_log
FileDevice Yes
Sandboxing relaxed
"""
_SECONDS = 20.0


@dataclass
class Cups:
    """A spooler that runs; `socket` is what CUPS_SERVER has to say."""

    socket: Path
    process: subprocess.Popen[bytes]

    def say(self, *argv: str, text: str = "") -> None:
        """Run one of CUPS' commands against it. CalledProcessError when it refuses."""
        environment = {**os.environ, "CUPS_SERVER": str(self.socket), "LC_ALL": "C"}
        subprocess.run(argv, input=text.encode(), env=environment, check=True, capture_output=True)

    def stop(self) -> None:
        """Let it end, with its backends."""
        self.process.terminate()
        self.process.wait(_SECONDS)


@contextmanager
def cups() -> Iterator[Cups]:
    """Run it until the end of the block; RuntimeError with its log when it does not come up."""
    folder = Path(tempfile.mkdtemp(prefix="cups"))  # short enough for a socket, and open to its backends' user
    folder.chmod(0o755)
    for name in ("spool", "cache", "state", "tmp"):
        (folder / name).mkdir()
    user, group = ("lp", "lp") if os.geteuid() == 0 else (getpass.getuser(), getpass.getuser())  # root it refuses
    (folder / "cupsd.conf").write_text(_DAEMON.format(folder=folder), encoding="utf-8")
    (folder / "cups-files.conf").write_text(_FILES.format(folder=folder, user=user, group=group), encoding="utf-8")
    argv = ["cupsd", "-f", "-c", str(folder / "cupsd.conf"), "-s", str(folder / "cups-files.conf")]
    environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"}
    process = subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    running = Cups(folder / "sock", process)
    try:
        _wait(running, folder / "error_log")
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder)


def _wait(running: Cups, log: Path) -> None:
    clock = Clock()
    until = clock.monotonic() + _SECONDS
    while not running.socket.exists():
        if running.process.poll() is not None or clock.monotonic() > until:
            raise RuntimeError(f"cupsd is not ready: {log.read_text(encoding='utf-8') if log.exists() else 'no log'}")
        time.sleep(0.02)  # noqa: TID251  # a real program is waited for in real time
