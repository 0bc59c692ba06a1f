"""`mppmon ack NUMBER`."""

from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import click

from mppmon.cli.control import ask, state_option


@click.command(epilog="Examples: mppmon ack 1042, mppmon ack 1042 --as budi")
@click.argument("number", type=int)
@click.option("--as", "person", metavar="PERSON", help="Take it on in the name of this person (administrators only).")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@state_option
def command(number: int, state: Path, *, person: str | None, as_json: bool) -> None:
    """Take incident NUMBER on: escalation stops, and those already called are told who has it.

    The answer comes after it is safely stored. Exit status 3: the daemon is off, nothing was changed.
    """
    wanted = f"?{urlencode({'as': person})}" if person is not None else ""
    answer = ask(state, "POST", f"/api/v1/incidents/{number}/acknowledge{wanted}", key=str(uuid4()))
    click.echo(answer.text if as_json else answer.json()["text"])
