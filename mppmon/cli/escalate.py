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
    """Pass incident NUMBER on: somebody else is called now, by the next step of its policy, also where it is silenced.

    Says whom. Where nobody else can be called, it stays as it is. Exit status 3: the daemon is off.
    """
    answer = ask(state, "POST", f"/api/v1/incidents/{number}/escalate", key=str(uuid4()))
    click.echo(answer.text if as_json else answer.json()["text"])
