"""Where the demo works: the example mall, an overlay with endpoints and intervals of the demo's own, state."""

import os
import shutil
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from mppmon.config import Loaded, load
from mppmon.mall.calendar import open_at

TOKEN = "100000000:demo"  # noqa: S105  # opens nothing but the demo's own chat server
REAL_PC = "a5-pc"
"""The counter PC whose agent is the real one, run on this machine."""

_MORNING = time(8, 30)
_MARK = ".mppmon-demo"
"""The file that says that a folder is a demo's, and may be emptied by the next one."""


class FolderTaken(OSError):
    """The folder is not ours to empty."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Free ports of this run."""

    web: int
    mail: int
    chat: int


@dataclass(frozen=True, slots=True)
class Workplace:
    """Folders and files of one demo. `offset_seconds`: from the wall clock to the demo's Monday morning."""

    root: Path
    loaded: Loaded
    ports: Ports
    offset_seconds: float

    @property
    def config(self) -> Path:
        """Return the configuration directory."""
        return self.root / "mall"

    @property
    def state(self) -> Path:
        """Return the daemon's state directory."""
        return self.root / "state"

    @property
    def log(self) -> Path:
        """Return the simulator's truth log."""
        return self.root / "truth.jsonl"

    @property
    def mailbox(self) -> Path:
        """Return the mailbox."""
        return self.root / "mailbox.jsonl"

    @property
    def simulator_socket(self) -> Path:
        """Return the simulator's control socket."""
        return simulator_socket(self.root)


def simulator_socket(root: Path) -> Path:
    """Return the simulator's control socket of a demo in this folder."""
    return root / "simulator.sock"


def default_root() -> Path:
    """Return where `mppmon demo` works, one place per user, so that `mppmon demo fault` finds it."""
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return Path(base) / f"mppmon-demo-{os.getuid()}"


def prepare(root: Path, *, web_port: int | None, now: datetime) -> Workplace:
    """Lay out a fresh workplace in `root`; what an earlier demo left there is removed. `web_port` None: a free one.

    FolderTaken when the folder is not an earlier demo's, or its demo is running; other OSErrors when it cannot be made.
    """
    _clear(root)
    root.mkdir(mode=0o700, parents=True)
    (root / _MARK).touch()
    config = root / "mall"
    with as_file(files("mppmon.demo").joinpath("mall")) as source:
        shutil.copytree(source, config)
    ports = Ports(web_port or free_port(), free_port(), free_port())
    secrets = config / "secrets"
    secrets.mkdir(mode=0o700, exist_ok=True)
    token = secrets / "telegram-token"
    token.write_text(TOKEN + "\n", encoding="ascii")
    token.chmod(0o600)
    overlay = config / "demo.d"
    overlay.mkdir()
    for name, part in _overlay(ports).items():
        text = yaml.safe_dump({"version": 1, **part}, sort_keys=False, allow_unicode=True)
        (overlay / name).write_text(text, encoding="utf-8")
    first = load(config, today=now.date())
    monday = working_morning(first, now)
    loaded = load(config, today=monday.date())
    return Workplace(root, loaded, ports, (monday - now).total_seconds())


def _clear(root: Path) -> None:
    """Remove what an earlier demo left, and nothing else: whoever names a folder by mistake must not lose it."""
    if not root.is_symlink() and not root.exists():
        return
    if root.is_symlink() or not root.is_dir() or root.stat().st_uid != os.getuid():
        raise FolderTaken(f"{root}: expected no such thing yet, or a folder of our own")
    if not (root / _MARK).exists() and any(root.iterdir()):
        raise FolderTaken(f"{root}: holds things that are not a demo's; give another folder, or an empty one")
    if _answers(simulator_socket(root)):
        raise FolderTaken(f"{root}: a demo is running there; end it, or give another one with --folder")
    shutil.rmtree(root)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


def working_morning(loaded: Loaded, now: datetime) -> datetime:
    """Return the newest Monday 08.30, mall time, that is not in the future and on which the mall serves.

    A mall closed on every Monday of the known calendar is shown on the newest one all the same.
    """
    zone = ZoneInfo(loaded.mall.site.timezone)
    spans = loaded.mall.hours[loaded.mall.site.id]
    monday = _monday_before(now.astimezone(zone), zone)
    for weeks in range(50):
        at = _morning_of(monday - timedelta(weeks=weeks), zone)
        if open_at(spans, at):
            return at
    return _morning_of(monday, zone)


def free_port() -> int:
    """Return a port of loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _monday_before(local: datetime, zone: ZoneInfo) -> date:
    monday = local.date() - timedelta(days=local.weekday())
    return monday if _morning_of(monday, zone) <= local.astimezone(UTC) else monday - timedelta(weeks=1)


def _morning_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, _MORNING, zone).astimezone(UTC)


def _overlay(ports: Ports) -> Mapping[str, Mapping[str, object]]:
    """Return the demo's `*.d` files: everything a real mall would not want."""
    return {
        "daemon.yaml": {
            "listen_port": ports.web,
            "last_seen_seconds": 1,
            # Below a second, so that what the daemon can know is within a second of what the simulator's log holds.
            "pace_seconds": 1,
            "calm_seconds": 0,  # who plays with faults wants to see the end of each
            "intervals": {"liveness": 0.7, "telemetry": 3, "confirm": [0.3, 0.6, 1.0]},
        },
        "channels.yaml": {
            "channels": {
                "surat": {"host": "127.0.0.1", "port": ports.mail},
                "telegram": {"api": f"http://127.0.0.1:{ports.chat}"},
            }
        },
        "people.yaml": {
            "policies": {
                "utama": {
                    "steps": [
                        {"notify": ["roster:teknisi"], "wait": 12},
                        {"notify": ["person:rina"], "wait": 60},
                    ]
                }
            }
        },
    }
