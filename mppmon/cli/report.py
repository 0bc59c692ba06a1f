"""`mppmon report agency CODE`."""

from pathlib import Path
from urllib.parse import quote, urlencode

import click

from mppmon.cli.control import DaemonOff, ask, state_option
from mppmon.cli.waiting import waiting

_SECONDS = 90.0  # a report of a month waits for those before it


@click.group(epilog="Example: mppmon report agency disdukcapil --month 2026-11")
def command() -> None:
    """Report what was delivered, in service hours."""


@command.command(epilog="Example: mppmon report agency disdukcapil --month 2026-11 --format csv")
@click.argument("code")
@click.option("--month", metavar="YYYY-MM", help="A whole month.")
@click.option("--day", metavar="YYYY-MM-DD", help="One day.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--language", type=click.Choice(["id", "en"]), default="id", show_default=True)
@state_option
def agency(  # one argument per option
    code: str, month: str | None, day: str | None, form: str, language: str, state: Path, *, as_json: bool
) -> None:
    """Report the services of agency CODE, in a month or on a day; works also while the daemon is off."""
    if (month is None) == (day is None):
        raise click.UsageError("give either --month YYYY-MM or --day YYYY-MM-DD")
    form = "json" if as_json else form
    period = "month" if month else "day"
    query = urlencode({period: month or day, "format": form, "language": language})
    with waiting(f"making the report of {month or day}"):
        try:
            text = ask(state, "GET", f"/api/v1/reports/agency/{quote(code, safe='')}?{query}", timeout=_SECONDS).text
        except DaemonOff as off:
            click.echo(f"{off.message}; read from the database", err=True)
            text = _offline(state, code, month or day or "", form=form, language=language)
    click.echo(text, nl=not text.endswith("\n"))


def _offline(state: Path, code: str, period: str, *, form: str, language: str) -> str:
    from mppmon.cli.offline import READER, trouble  # noqa: PLC0415  # heavy, and only without a daemon
    from mppmon.clock import Clock  # noqa: PLC0415  # likewise
    from mppmon.reports import Format, ReportError, Request, run_report  # noqa: PLC0415  # likewise
    from mppmon.store.paths import database_url  # noqa: PLC0415  # likewise

    request = Request(
        database=database_url(state),
        principal=READER,
        agency=code,
        period=period,
        now=Clock().now(),
        format=Format(form),
        language=language,
    )
    try:
        return run_report(request).decode()
    except ReportError as error:
        words = trouble(state, error) if error.word == "database" else str(error)
        raise click.ClickException(words) from error
