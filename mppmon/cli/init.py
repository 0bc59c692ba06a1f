"""`mppmon init [DIR]`: questions, a channel tried at once, a configuration that is valid."""

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import datetime

    from mppmon.config import ConfigErrors
    from mppmon.setup.answers import Answers
    from mppmon.setup.words import Translate

_BAD = 2
_LANGUAGE = "Bahasa pertanyaan / language of the questions: 1 Indonesia, 2 English"
_AGAIN = "Jawab 1 atau 2. Nama mal ditanyakan sesudah ini. / Answer 1 or 2. The mall's name is asked for next."


@click.command("init")
@click.argument("directory", required=False, type=click.Path(path_type=Path), default=Path("/etc/mppmon"))
@click.option(
    "--language", type=click.Choice(["id", "en"]), help="Of the questions and the comments; else asked first."
)
@click.option(
    "--answers",
    "answers_file",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Take the answers from this YAML or JSON file (- for standard input) instead of asking.",
)
@click.option("--no-test", is_flag=True, help="Send no test message.")
@click.option(
    "--telegram-api",
    default="https://api.telegram.org",
    show_default=True,
    metavar="URL",
    help="A gateway of one's own.",
)
def command(
    directory: Path, language: str | None, answers_file: Path | None, telegram_api: str, *, no_test: bool
) -> None:
    """Ask about the mall and write its configuration to DIRECTORY (without one: /etc/mppmon).

    Asks for name, time zone, hours, agencies, counters, how people are called and who is on duty; sends a test message;
    writes nothing before the last yes, and never over files that are there. Without a terminal the answers are read
    line by line; a wrong one ends it. Exit code 0: written; 2: nothing was written.

    \b
    Examples:
      mppmon init
      mppmon init ./mal --language id
      mppmon init ./mal --answers mall.yaml
    """  # noqa: D301  # \b is click's mark for lines that must not be rewrapped
    from mppmon.clock import Clock  # noqa: PLC0415  # pydantic and holidays are loaded only when this command runs
    from mppmon.config import ConfigErrors  # noqa: PLC0415  # likewise
    from mppmon.setup.create import Taken, create, refuse_taken  # noqa: PLC0415  # likewise
    from mppmon.setup.render import PASSWORD, TOKEN, render  # noqa: PLC0415  # likewise
    from mppmon.setup.session import GaveUp  # noqa: PLC0415  # likewise

    if not str(directory).isprintable():
        raise _Refused(f"{str(directory)!r}: expected the name of a directory without invisible characters")
    now = Clock().now()
    _ = _translate(language or "id")
    try:
        if answers_file is not None:
            answers, secret = _from_file(answers_file, language, now, test=not no_test)
        else:
            language = language or _which_language()
            refuse_taken(directory, _translate(language))
            answers, secret = _from_person(language, telegram_api, now, test=not no_test)
        _ = _translate(answers.language)
        refuse_taken(directory, _)
        secrets = {TOKEN if answers.channel.type == "telegram" else PASSWORD: secret} if secret else {}
        create(directory, render(answers, now.date(), _), secrets, today=now.date())
    except (GaveUp, Taken) as error:
        raise _Refused(str(error)) from error
    except ConfigErrors as errors:
        raise _not_valid(errors, answers_file, _) from errors
    except (EOFError, KeyboardInterrupt, click.Abort):
        _ = _translate(language or "id")
        raise _Refused(_("Nothing was written.")) from None
    except OSError as error:
        raise _Refused(f"{error.filename or directory}: {error.strerror}") from error
    _farewell(directory, answers, _)


class _Refused(click.ClickException):
    """Nothing was written; the text says why and what to do."""

    exit_code = _BAD


class _Terminal:
    """A person at a terminal of any kind, or lines of a pipe."""

    def __init__(self) -> None:
        self.live = sys.stdin.isatty()

    def say(self, text: str, colour: str | None = None) -> None:
        click.secho(text, fg=colour)

    def ask(self, text: str, *, default: str, hidden: bool) -> str:
        if self.live:
            asked = click.prompt(text, default=default, show_default=bool(default), hide_input=hidden)
            return str(asked)
        click.echo(f"{text}{f' [{default}]' if default else ''}: ", nl=False)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        click.echo("***" if hidden else line.strip())
        return line.strip() or default


def _translate(language: str) -> "Translate":
    from mppmon.i18n import speech  # noqa: PLC0415  # Babel is loaded only when something is said

    return speech("Asia/Jakarta")(language)._


def _which_language() -> str:
    terminal = _Terminal()
    while True:
        text = terminal.ask(_LANGUAGE, default="1", hidden=False).strip().lower()
        if text in {"1", "id", "indonesia", "bahasa indonesia"}:
            return "id"
        if text in {"2", "en", "english"}:
            return "en"
        terminal.say(_AGAIN, "yellow")


def _from_person(language: str, api: str, now: "datetime", *, test: bool) -> "tuple[Answers, str | None]":
    from pydantic import ValidationError  # noqa: PLC0415  # keeps `mppmon --help` quick

    from mppmon.setup.answers import Answers  # noqa: PLC0415  # likewise
    from mppmon.setup.session import Session  # noqa: PLC0415  # likewise

    given, secret = Session(_Terminal(), language, api, now, test=test, _=_translate(language)).run()
    try:
        return Answers.model_validate(given), secret
    except ValidationError as error:  # what a question let through and the configuration does not take
        raise _Refused("\n".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())) from None


def _from_file(path: Path, language: str | None, now: "datetime", *, test: bool) -> "tuple[Answers, str | None]":
    from mppmon.setup.given import BadAnswers, read_answers, try_channel  # noqa: PLC0415  # keeps `mppmon --help` quick

    try:
        answers, secret = read_answers(path, language, _translate)
        if test:
            try_channel(answers, secret, now, _translate(answers.language))
    except BadAnswers as error:
        raise _Refused(str(error)) from error
    return answers, secret


def _not_valid(errors: "ConfigErrors", answers: Path | None, _: "Translate") -> _Refused:
    """Return the faults at the answers they come of; else in the files that were to be written, and that this is so."""
    from mppmon.setup.given import blamed  # noqa: PLC0415  # keeps `mppmon --help` quick
    from mppmon.setup.problem_words import said  # noqa: PLC0415  # likewise

    found = blamed(errors.problems, answers) if answers is not None else list(errors.problems)
    known = [said(one, _) for one in found if answers is not None and one.file == answers.name]
    others = [said(one, _) for one in found if answers is None or one.file != answers.name]
    head = [_("Nothing was written. In the files that these answers make, these are faults:")] if others else []
    return _Refused("\n".join([*known, *head, *others]))


def _farewell(directory: Path, answers: "Answers", _: "Translate") -> None:
    """Say what was written, what is still missing, and the next three commands."""
    click.secho(_("Written: {place}").format(place=directory), fg="green")
    if answers.channel.type == "none":
        click.secho(
            _("Nobody is called yet: put a channel into {place}/channels.yaml.").format(place=directory), fg="yellow"
        )
    click.echo(_("Next:"))
    click.echo(f"  mppmon import template inventaris.xlsx   # {_('fill it in, then: mppmon import inventory')}")
    place = shlex.quote(str(directory))
    click.echo(f"  mppmon import inventory inventaris.xlsx --config {place}")
    if _is_service(directory):
        click.echo(f"  mppmon doctor --config {place} && systemctl enable --now mppmon")
        return
    click.echo(f"  export MPPMON_STATE=./data   # {_('so that no command needs --state')}")
    click.echo(f"  mppmon doctor --config {place} && mppmon run {place}")


def _is_service(directory: Path) -> bool:
    return os.geteuid() == 0 and directory == Path("/etc/mppmon")
