"""The edge of an import: its configuration directory, read before and written after."""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mppmon.config import Loaded, load
from mppmon.config.directory import NAMES
from mppmon.setup.files import replace_file

MAPPING = "import-mapping.json"
"""Where the meaning of columns is remembered: no YAML, so that the configuration's reader passes it by."""

_CODE = "utf-8"


class Moved(ValueError):
    """A file changed while the import was under way."""


@dataclass(frozen=True, slots=True)
class Directory:
    """A configuration as it was found. `texts`: every YAML file by its path, in the order they are laid."""

    path: Path
    loaded: Loaded
    texts: Mapping[str, str]

    @classmethod
    def open(cls, path: Path, *, today: date) -> "Directory":
        """Read it. ConfigErrors when it is not valid: an import builds on what is."""
        texts = _texts(path)
        return cls(path, load(path, today=today), texts)

    def check(self, changes: Mapping[str, str], *, today: date) -> Loaded:
        """Return the configuration with these texts, tried on a copy. ConfigErrors when it would not be valid."""
        with tempfile.TemporaryDirectory(prefix="mppmon-import-") as place:
            for name, text in {**self.texts, **changes}.items():
                copy = Path(place) / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(text.encode(_CODE))
            return load(Path(place), today=today)

    def write(self, changes: Mapping[str, str]) -> None:
        """Put these texts in place, each file whole. Moved when somebody changed a file meanwhile; OSError."""
        with _alone(self.path):
            now = _texts(self.path)
            for name in changes:
                if now.get(name) != self.texts[name]:
                    raise Moved(name)
            for name, text in changes.items():
                mark = "\ufeff" if (self.path / name).read_bytes().startswith(b"\xef\xbb\xbf") else ""
                replace_file(self.path / name, f"{mark}{text}".encode(_CODE))

    def remembered(self) -> dict[str, str]:
        """Return folded header -> field of earlier imports; nothing when the note cannot be read."""
        try:
            found = json.loads((self.path / MAPPING).read_text(_CODE))
            columns = found["columns"]
            return {str(key): str(value) for key, value in columns.items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}

    def remember(self, columns: Mapping[str, str]) -> None:
        """Keep the meaning of columns for the next time. OSError."""
        whole = {"columns": dict(sorted({**self.remembered(), **columns}.items()))}
        replace_file(self.path / MAPPING, f"{json.dumps(whole, ensure_ascii=False, indent=2)}\n".encode(_CODE))


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one import at a time look and write (flock(2) on the directory): of two, the second sees what changed."""
    held = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _texts(path: Path) -> dict[str, str]:
    """Return the YAML files that make the configuration, in the order in which `mppmon.config` lays them."""
    if not path.is_dir():
        return {}
    folders = [path, *sorted(one for one in path.glob("*.d") if one.is_dir())]
    return {
        one.relative_to(path).as_posix(): one.read_bytes().decode("utf-8-sig", "replace")
        for folder in folders
        for one in sorted(folder.iterdir())
        if one.name in NAMES and one.is_file()
    }
