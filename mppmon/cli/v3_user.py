"""The options of a user of SNMPv3, whose passphrases are in files, and the settings they make."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

import click

from collectors.settings import AuthProtocol, PrivProtocol, SnmpSettings
from collectors.snmp.v3.secrets import read_secrets, v3_expected

Command = TypeVar("Command", bound=Callable[..., object])

_FILE = click.Path(dir_okay=False, path_type=Path)
_OPTIONS = (
    click.option("--auth-protocol", type=click.Choice(get_args(AuthProtocol)), help="Of the v3 user."),
    click.option("--auth-file", type=_FILE, help="A file with its passphrase, on one line."),
    click.option("--priv-protocol", type=click.Choice(get_args(PrivProtocol)), help="Of the v3 user, to encrypt."),
    click.option("--priv-file", type=_FILE, help="A file with its passphrase for that."),
    click.option("--context", metavar="NAME", help="Context of v3; mostly none."),
)


def v3_options(command: Command) -> Command:
    """Give a command the options of a v3 user; they come as keyword arguments by the names of the settings."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def v3_settings(user: str, options: Mapping[str, Any], *, port: int, timeout: float) -> SnmpSettings:
    """Return the settings of a user; click.UsageError when options do not go together, or a file is no use."""
    wrong = v3_expected({"user": user, **options})
    if wrong is not None:
        key, expected = wrong
        raise click.UsageError(f"--{key.replace('_', '-')}: expected {expected.replace('_', '-')}")
    try:
        settings = SnmpSettings(port=port, timeout=timeout, version="3", user=user, **options)
        read_secrets(settings)
    except OSError as error:
        raise click.UsageError(f"{error.filename}: {(error.strerror or 'cannot be read').lower()}") from None
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    return settings
