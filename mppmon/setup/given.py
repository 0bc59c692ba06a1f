"""The answers of `mppmon init` out of a file, for scripts: YAML or JSON, secrets in files of their own."""

import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from alerts.channels.base import Failed
from mppmon.config.problem import Problem
from mppmon.config.reading import read_bytes
from mppmon.config.tree import Mark, Table, locate, seek
from mppmon.config.validate import validate
from mppmon.i18n import LANGUAGES
from mppmon.setup import rehearse
from mppmon.setup.answers import TELEGRAM, Answers, EmailAnswers, NoAnswers, TelegramAnswers
from mppmon.setup.problem_words import said
from mppmon.setup.session import trial_message
from mppmon.setup.words import Translate

_MOST = 1_000_000  # bytes
_SECRET = 4096


class BadAnswers(ValueError):
    """The answers cannot be used; the text names each fault."""


def read_answers(path: Path, language: str | None, translate: Callable[[str], Translate]) -> tuple[Answers, str | None]:
    """Return the answers in a file (`-`: standard input), and the channel's secret. BadAnswers, in the language that is
    asked for, else that of the answers. `translate`: language -> its words.
    """
    _ = translate(language or "id")
    try:
        if str(path) == "-":
            raw = sys.stdin.buffer.read(_MOST + 1)
        else:
            with path.open("rb") as opened:
                raw = opened.read(_MOST + 1)
    except OSError as error:
        raise BadAnswers(f"{path}: {_why(error, _)}") from error
    if len(raw) > _MOST:
        text = _("{path}: found more than {count} bytes, expected answers of a few lines")
        raise BadAnswers(text.format(path=path, count=_MOST))
    table, problems = read_bytes(raw, path.name)
    if table is None or problems:
        raise BadAnswers("\n".join(said(one, _) for one in problems) or _("{path}: nothing in it").format(path=path))
    table.pop("version", None)
    if language is not None:
        start = Mark(path.name, 1, 1)
        table.put("language", language, start, start)
    elif (spoken := table.get("language")) in LANGUAGES:
        _ = translate(str(spoken))
    answers, _good, problems = validate(Answers, table, path.name)
    if answers is None or problems:
        raise BadAnswers("\n".join(said(one, _) for one in sorted(problems)))
    return answers, _secret(answers, path, _)


def blamed(problems: Iterable[Problem], path: Path) -> list[Problem]:
    """Return faults of what was to be written at the answers that they come of, where the same word is there."""
    try:
        table, _ = read_bytes(path.read_bytes()[:_MOST], path.name)
    except OSError:
        table = None
    return [_blamed(one, table, path.name) if table is not None else one for one in problems]


def _blamed(problem: Problem, table: Table, name: str) -> Problem:
    quoted = re.match(r"'([^']+)'", problem.found)
    place = seek(table, quoted[1]) if quoted else None
    mark = locate(table, place) if place else None
    if place is None or mark is None:
        return problem
    key = ".".join(str(step) for step in place)
    return replace(problem, file=name, line=mark.line, column=mark.column, key=key)


def _why(error: OSError | ValueError, _: Translate) -> str:
    """Return in words why a file cannot be read."""
    if isinstance(error, FileNotFoundError):
        return _("there is no such file")
    if isinstance(error, PermissionError):
        return _("this user may not read the file")
    return getattr(error, "strerror", None) or _("no text in it")


def _secret(answers: Answers, path: Path, _: Translate) -> str | None:
    channel = answers.channel
    if isinstance(channel, NoAnswers):
        return None
    key = "password_file" if isinstance(channel, EmailAnswers) else "token_file"
    named: Path | None = getattr(channel, key)
    if named is None:
        if isinstance(channel, EmailAnswers) and channel.username is None:
            return None
        text = _("{path}: channel.{key}: found nothing, expected a file with one line")
        raise BadAnswers(text.format(path=path.name, key=key))
    file = named if str(path) == "-" else path.parent / named
    try:
        with file.open(encoding="utf-8") as opened:
            text = opened.read(_SECRET).strip()
    except (OSError, ValueError) as error:
        raise BadAnswers(f"{file}: {_why(error, _)}") from error
    if not text or "\n" in text:
        raise BadAnswers(_("{path}: expected one line").format(path=file))
    return text


def try_channel(answers: Answers, secret: str | None, now: datetime, _: Translate) -> None:
    """Send everybody a test message. BadAnswers says whose did not arrive, and what to do."""
    if isinstance(answers.channel, NoAnswers):
        return
    with tempfile.TemporaryDirectory(prefix="mppmon-init-") as place:
        path = Path(place) / "secret"
        if secret is not None:
            path.touch(0o600)
            path.write_text(secret, "utf-8")
        settings = rehearse.settings_of(answers.channel.model_dump(), path if secret is not None else None)
        for person in answers.people:
            failed = rehearse.send(settings, person.address or "", trial_message(answers.mall, _), now)
            if isinstance(failed, Failed):
                channel = answers.channel
                api = channel.api if isinstance(channel, TelegramAnswers) else TELEGRAM
                why = rehearse.cure(failed, telegram=isinstance(channel, TelegramAnswers), api=api, _=_)
                text = _("{why} Nothing was written. (--no-test leaves the test out.)").format(why=why)
                raise BadAnswers(f"{person.name}: {text}")
