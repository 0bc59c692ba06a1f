"""A real UPS as NUT has it: Debian's `upsd` with its driver `dummy-ups`, on a free port of 127.0.0.1."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mppmon.demo.workplace import free_port

_PASSWORD = "of-the-keys"  # noqa: S105  # the test's own
_PROGRAMS = Path("/lib/nut")  # Debian's /usr/sbin/upsd is a script that looks into /etc


@dataclass(frozen=True)
class Nut:
    """The UPS `uji`. `driver` is its driver's process, `certificate` what `upsd` shows, as PEM."""

    port: int
    state: Path
    certificate: Path
    driver: "subprocess.Popen[bytes]"

    def becomes(self, **variables: str) -> None:
        """Let the UPS say this from the driver's next look on (names with `_` for their dots)."""
        lines = "".join(f"{name.replace('_', '.')}: {value}\n" for name, value in variables.items())
        fresh = self.state / "uji.new"
        fresh.write_text(lines)
        fresh.replace(self.state / "uji.dev")


@contextmanager
def nut(folder: Path, **variables: str) -> Iterator[Nut]:
    """Run both; who asks looks until they answer."""
    assert (_PROGRAMS / "upsd").exists(), "NUT is missing: make test-deps"
    folder.mkdir(mode=0o750)
    port = free_port()
    certificate = _certificate(folder)
    for name, text in {
        "ups.conf": "[uji]\n driver = dummy-ups\n port = uji.dev\n mode = dummy-loop\n pollinterval = 1\n",
        "upsd.conf": f'LISTEN 127.0.0.1 {port}\nMAXAGE 5\nCERTPATH {folder}\nCERTIDENT "upsd" "{_PASSWORD}"\n',
        "upsd.users": "",
    }.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o640)
    places = dict.fromkeys(("NUT_CONFPATH", "NUT_STATEPATH", "NUT_ALTPIDPATH"), str(folder))
    user = ["-u", "root"] if os.geteuid() == 0 else []
    with ExitStack() as stack:
        log = stack.enter_context((folder / "nut.log").open("wb"))

        def start(*command: str) -> "subprocess.Popen[bytes]":
            process = subprocess.Popen(
                [*command, *user], env=os.environ | places, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
            stack.callback(process.wait, 10)
            stack.callback(process.terminate)
            return process

        (folder / "uji.dev").write_text("")
        Nut(port, folder, certificate, None).becomes(**variables)  # type: ignore[arg-type]  # only the file is written
        driver = start(str(_PROGRAMS / "dummy-ups"), "-a", "uji", "-F")
        start(str(_PROGRAMS / "upsd"), "-F")
        yield Nut(port, folder, certificate, driver)


def _certificate(folder: Path) -> Path:
    """Make a key and a self-signed certificate for 127.0.0.1, as Debian's `upsd` wants them: in a database of NSS."""
    (folder / "password").write_text(f"{_PASSWORD}\n")
    (folder / "noise").write_bytes(os.urandom(64))
    opened = ["certutil", "-d", f"sql:{folder}", "-f", str(folder / "password")]
    named = ["-n", "upsd", "-s", "CN=ups.test", "--extSAN", "ip:127.0.0.1", "-t", "CTu,,", "-z", str(folder / "noise")]
    made = ["-k", "ec", "-q", "nistp256", "-v", "1200"]
    for command in ([*opened, "-N"], [*opened, "-S", "-x", *named, *made]):
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    shown = subprocess.run([*opened, "-L", "-n", "upsd", "-a"], check=True, capture_output=True, timeout=60)
    certificate = folder / "upsd.pem"
    certificate.write_bytes(shown.stdout)
    return certificate
