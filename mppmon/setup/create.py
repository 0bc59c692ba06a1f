"""The edge that makes a configuration directory: whole and valid, or not at all."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

from mppmon.config import Loaded, load
from mppmon.setup.words import Translate

_OURS = 0o755


class Taken(ValueError):
    """The directory cannot be made; the text says why and what to do."""


def refuse_taken(place: Path, _: Translate) -> None:
    """Raise Taken unless a directory can appear here: nothing is ever written over."""
    if place.exists() or place.is_symlink():
        if not place.is_dir() or place.is_symlink():
            raise Taken(_("{place} is no directory. Choose another name.").format(place=place))
        if any(place.iterdir()):
            raise Taken(
                _("{place} has files in it, and nothing is written over. Choose another, or move it away: "
                  "mv {place} {place}.old").format(place=place)
            )  # fmt: skip
    above = place.absolute().parent
    if not above.is_dir():
        raise Taken(_("There is no directory {place}. Make it first: mkdir -p {place}").format(place=above))
    if not os.access(above, os.W_OK | os.X_OK):
        raise Taken(
            _("You may not write in {place}. Use sudo, or choose a directory of your own: mppmon init ./mal").format(
                place=above
            )
        )


def create(place: Path, files: Mapping[str, str], secrets: Mapping[str, str], *, today: date) -> Loaded:
    """Make the directory beside its place, check it, and put it there in one step.

    ConfigErrors when it is not valid (nothing is left behind then), OSError. Secrets have mode 0600; made by root, they
    belong to the user `mppmon` if there is one.
    """
    place = place.absolute()
    staged = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        for name, text in files.items():
            (staged / name).write_text(text, "utf-8")
        for name, text in secrets.items():
            _secret(staged / name, text)
        load(staged, today=today)
        staged.chmod(_OURS)
        staged.rename(place)  # onto nothing, or an empty directory; OSError if somebody was quicker
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    return load(place, today=today)


def _secret(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{text}\n")
    if os.geteuid() == 0:
        with suppress(KeyError):  # no such user: not installed as a service
            user = pwd.getpwnam("mppmon")
            for one in (path.parent, path):
                os.chown(one, user.pw_uid, user.pw_gid)
