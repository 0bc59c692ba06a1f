"""`mppmon run DIR`."""

import asyncio
import logging
import signal
from pathlib import Path

import click

from mppmon.cli.control import state_option


@click.command(epilog="Example: mppmon run /etc/mppmon --state /var/lib/mppmon")
@click.argument("config", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--verbose", is_flag=True, help="Log every decision, not only what matters.")
@state_option
def command(config: Path, state: Path, *, verbose: bool) -> None:
    """Run the daemon on the configuration directory CONFIG, in the foreground, until it is told to stop.

    Exit status 1: a port or folder cannot be had, or not all was saved at the end. 2: the configuration is bad.
    4: another daemon works on the database. 5: a newer mppmon wrote the database.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the daemon listens to it: it must not die of a reload
    from mppmon.config import ConfigErrors  # noqa: PLC0415  # heavy: only when it is run
    from mppmon.daemon import Options, Systemd, leave, serve  # noqa: PLC0415  # likewise
    from mppmon.store import Locked, SchemaNewer, StoreError  # noqa: PLC0415  # likewise

    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for noisy in ("apscheduler", "asyncio", "urllib3", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        saved = asyncio.run(serve(Options(config, state, systemd=Systemd.found()), ready=_say))
        leave(0 if saved else 1)
    except ConfigErrors as errors:
        for problem in errors.problems:
            click.echo(str(problem), err=True)
        raise SystemExit(2) from errors
    except Locked as locked:
        click.echo(str(locked), err=True)
        raise SystemExit(4) from locked
    except SchemaNewer as newer:
        click.echo(str(newer), err=True)
        raise SystemExit(5) from newer
    except StoreError as error:
        from mppmon.cli.offline import trouble  # noqa: PLC0415  # heavy, and rarely needed

        raise click.ClickException(trouble(state, error)) from error
    except OSError as error:
        raise click.ClickException(str(error)) from error


def _say(port: int) -> None:
    logging.getLogger("mppmon").info("at work; status page on http://127.0.0.1:%d/", port)
