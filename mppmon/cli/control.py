"""The command line's way to the daemon: its API over the control socket. Without a daemon, reads use the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mppmon import control
from mppmon.state import control_socket, database_file

if TYPE_CHECKING:
    from types import ModuleType

DAEMON_OFF = 3
"""Exit status of a change that needs the daemon while it is off."""

UNSURE = 75
"""Exit status of a change that was taken, and that the database has not kept yet: EX_TEMPFAIL of sysexits.h."""

F = TypeVar("F", bound=Callable[..., object])


def state_option(function: F) -> F:
    """Add `--state DIR`: where the daemon keeps its database and control socket."""
    return click.option(
        "--state",
        type=click.Path(path_type=Path, file_okay=False, readable=False),  # whose permission it is, the socket says
        envvar="MPPMON_STATE",
        default=Path("/var/lib/mppmon"),
        show_default=True,
        help="The daemon's state directory.",
    )(function)


def elsewhere(state: Path) -> str:
    """Return how to name another state directory, where this one is not there or has never been used."""
    if database_file(state).exists():
        return ""
    return "; a daemon that keeps its state elsewhere is named by --state DIR, or once by: export MPPMON_STATE=DIR"


class DaemonOff(click.ClickException):
    """Nobody answers on the control socket."""

    exit_code = DAEMON_OFF


class NotSure(click.ClickException):
    """The change may be kept yet, or lost."""

    exit_code = UNSURE


def ask(state: Path, method: str, path: str, *, timeout: float = 30.0, key: str | None = None) -> control.Answer:
    """Send one request over the control socket. DaemonOff when nobody answers; other errors end with their reason."""
    headers = {"Idempotency-Key": key} if key else {}
    try:
        answer = control.request(control_socket(state), method, path, timeout=timeout, headers=headers)
    except control.Off as off:
        raise DaemonOff(f"the daemon is off: {off}{elsewhere(state)}") from off
    except (control.Denied, control.Broken) as error:
        raise click.ClickException(str(error)) from error
    if answer.status_code == 504 and _part(answer, "code") == "pending":  # noqa: PLR2004  # a change is answered late
        raise NotSure(f"{_detail(answer)}; before you do it again, see by `mppmon status` whether it was kept")
    if answer.status_code >= 300:  # noqa: PLR2004  # HTTP's border between what was done and what was not
        raise click.ClickException(_detail(answer))
    return answer


def read(state: Path, path: str, *, offline: Callable[[ModuleType], Mapping[str, Any]]) -> Mapping[str, Any]:
    """Ask the daemon for a view; when it is off, take the database's last word by `offline`, given `cli.offline`."""
    try:
        view: Mapping[str, Any] = ask(state, "GET", path).json()
    except DaemonOff as off:
        from mppmon.cli import offline as without  # noqa: PLC0415  # heavy, and only without a daemon

        view = offline(without)
        click.echo(f"{off.message}; this is the database's last word", err=True)
    return view


def _detail(answer: control.Answer) -> str:
    return _part(answer, "text") or _part(answer, "detail") or f"HTTP {answer.status_code}"


def _part(answer: control.Answer, name: str) -> str:
    """Return a part of an answer; nothing where it is not there, or the answer is no JSON."""
    try:
        return str(answer.json().get(name) or "")
    except (ValueError, AttributeError):
        return ""
