"""The command line's way to the daemon: its API over the control socket. Without a daemon, reads use the database."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click
import httpx

from mppmon.store.paths import control_socket

DAEMON_OFF = 3
"""Exit status of a change that needs the daemon while it is off."""

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


class DaemonOff(click.ClickException):
    """Nobody answers on the control socket."""

    exit_code = DAEMON_OFF


def ask(state: Path, method: str, path: str, *, timeout: float = 30.0, key: str | None = None) -> httpx.Response:
    """Send one request over the control socket. DaemonOff when nobody answers; other errors end with their reason."""
    socket = control_socket(state)
    headers = {"Idempotency-Key": key} if key else {}
    try:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(socket)), timeout=timeout, trust_env=False) as client:
            answer = client.request(method, f"http://mppmon{path}", headers=headers)
    except httpx.ConnectError as error:
        number = _errno(error)
        if number == errno.EACCES:
            raise click.ClickException(f"{socket}: permission denied (are you in the daemon's group?)") from error
        raise DaemonOff(f"the daemon is off: {socket}: {_REASONS.get(number, str(error))}") from error
    except httpx.HTTPError as error:
        raise click.ClickException(f"{socket}: {error}") from error
    if answer.status_code >= 400:  # noqa: PLR2004  # HTTP's border between answers and errors
        raise click.ClickException(_detail(answer))
    return answer


_REASONS = {
    errno.ENOENT: "no such socket (is --state the daemon's state directory?)",
    errno.ECONNREFUSED: "nobody listens there (was it killed? start it: systemctl start mppmon, or mppmon run)",
}


def _errno(error: BaseException) -> int:
    """Return what the kernel said; httpx keeps its error as the cause of its own. 0 when it said nothing."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    return cause.errno or 0 if isinstance(cause, OSError) else 0


def _detail(answer: httpx.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return f"HTTP {answer.status_code}"
    return str(body.get("text") or body.get("detail") or f"HTTP {answer.status_code}")
