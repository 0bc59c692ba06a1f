"""Whether an answer is the wanted one. Pure; runs in a worker thread, since a large JSON takes its time."""

import json
from typing import Any, NamedTuple

from collectors.observation import Outcome
from collectors.online.answer import Answer
from collectors.online.reason import Reason
from collectors.settings import HttpSettings, JsonSettings


class Verdict(NamedTuple):
    """`reason`: None when it is the wanted answer."""

    outcome: Outcome
    detail: str
    reason: Reason | None


def judge(answer: Answer, settings: HttpSettings) -> Verdict:
    """Return whether it is the wanted answer, and why not. Texts are sought in what was read, at most `max_bytes`."""
    rest = f"more than {settings.max_bytes} bytes: the rest was not read" if answer.cut else ""
    wrong = _wrong(answer, settings)
    if wrong is None:
        return Verdict(Outcome.OK, rest, None)
    reason, words = wrong
    of_text = reason is Reason.TEXT_MISSING
    return Verdict(Outcome.UNEXPECTED, "; ".join(filter(None, (words, rest if of_text else ""))), reason)


def _wrong(answer: Answer, settings: HttpSettings) -> tuple[Reason, str] | None:
    if answer.status not in settings.status:
        wanted = " or ".join(map(str, settings.status))
        reason = _of_status(answer.status)
        kind = " (a redirect)" if reason is Reason.REDIRECT else ""
        return reason, f"status {answer.status}{kind}, expected {wanted}"
    if settings.lacks is not None and settings.lacks.lower().encode() in answer.body.lower():
        return Reason.TEXT_FORBIDDEN, "a text is on the page that must not be"
    if settings.contains is not None and settings.contains.encode() not in answer.body:
        return Reason.TEXT_MISSING, "the expected text is not on the page"
    return _wrong_value(answer, settings.json_value) if settings.json_value is not None else None


def _of_status(status: int) -> Reason:
    """Return the class of a status that was not wanted (RFC 9110 section 15)."""
    of_class = {3: Reason.REDIRECT, 4: Reason.CLIENT_ERROR, 5: Reason.SERVER_ERROR}
    return of_class.get(status // 100, Reason.OTHER_STATUS)


def _wrong_value(answer: Answer, wanted: JsonSettings) -> tuple[Reason, str] | None:
    try:
        found: Any = json.loads(answer.body)
    except (ValueError, RecursionError):  # also of what is not UTF-8, and of a number with thousands of digits
        return Reason.NOT_JSON, "the answer is not JSON"
    for step in wanted.path.split("."):
        try:
            found = found[int(step)] if isinstance(found, list) else found[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return Reason.OTHER_VALUE, f"the JSON has no {wanted.path}"
    if any(same(found, one) for one in wanted.expected):
        return None
    return Reason.OTHER_VALUE, f"{wanted.path} is not {' or '.join(wanted.expected)}"


def same(found: object, wanted: str) -> bool:
    """Return whether a JSON value is what the configuration means: a text as it is; true, false and null by their
    JSON names; a number by its value.
    """
    if isinstance(found, str):
        return found == wanted
    if found is None or isinstance(found, bool):
        return {True: "true", False: "false", None: "null"}[found] == wanted
    if isinstance(found, int | float):
        try:
            return float(wanted) == found
        except (ValueError, OverflowError):
            return False
    return False
