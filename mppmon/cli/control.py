"""The command line's way to the daemon: its API over the control socket. Without a daemon, reads use the database."""

import os
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
        type=click.Path(path_type=Path, file_okay=False),
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
        raise DaemonOff(f"the daemon is off: {socket}: {_reason(socket, error)}") from error
    except httpx.HTTPError as error:
        raise click.ClickException(f"{socket}: {error}") from error
    if answer.status_code >= 400:  # noqa: PLR2004  # HTTP's border between answers and errors
        raise click.ClickException(_detail(answer))
    return answer


def _reason(socket: Path, error: Exception) -> str:
    if not socket.exists():
        return "no such socket"
    if not os.access(socket, os.W_OK):
        return "permission denied (are you in the daemon's group?)"
    return str(error)


def _detail(answer: httpx.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return f"HTTP {answer.status_code}"
    return str(body.get("text") or body.get("detail") or f"HTTP {answer.status_code}")
