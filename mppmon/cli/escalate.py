"""`mppmon escalate NUMBER`."""

from pathlib import Path
from uuid import uuid4

import click

from mppmon.cli.control import ask, state_option


@click.command(epilog="Example: mppmon escalate 1042")
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@state_option
def command(number: int, state: Path, *, as_json: bool) -> None:
    """Pass incident NUMBER on: the next step of its policy is called now. Exit status 3: the daemon is off."""
    answer = ask(state, "POST", f"/api/v1/incidents/{number}/escalate", key=str(uuid4()))
    click.echo(answer.text if as_json else f"Incident #{number} passed on.")
