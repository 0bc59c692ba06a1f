"""`mppmon note NUMBER TEXT`."""

from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import click

from mppmon.cli.control import ask, state_option


@click.command(epilog='Example: mppmon note 12 "rol diganti, kartu uji keluar baik"')
@click.argument("number", type=int)
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@state_option
def command(number: int, text: str, state: Path, *, as_json: bool) -> None:
    """Keep TEXT (one line, at most 500 characters) about incident NUMBER, for colleagues of the mall.

    Agencies do not read it. Exit status 3: the daemon is off, nothing was changed.
    """
    answer = ask(state, "POST", f"/api/v1/incidents/{number}/notes?{urlencode({'text': text})}", key=str(uuid4()))
    click.echo(answer.text if as_json else answer.json()["text"])
