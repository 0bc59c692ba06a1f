"""A fault of a file of answers, in the reader's language. Pure.

What is found and expected comes in English from the reading of the configuration; the sentences that answers can meet
are known here by their shape. A sentence of another shape stays as it is.
"""

import re
from collections.abc import Iterable

from mppmon.config.problem import Problem
from mppmon.setup.words import Translate

_Shapes = Iterable[tuple[str, str]]
"""A regular expression with named groups, and the text for it, in which the groups are filled in."""


def said(problem: Problem, _: Translate) -> str:
    """Return where the fault is, what was found and what was expected."""
    place = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
    where = f"{place} {problem.key}".rstrip()
    found, expected = worded(problem.found, _found(_)), worded(problem.expected, _expected(_))
    hint = worded(problem.hint, _hints(_))
    text = _("{where}: found {found}, expected {expected}").format(where=where, found=found, expected=expected)
    return f"{text} ({hint})" if hint else text


def expectation(text: str, _: Translate) -> str:
    """Return what a setting expects, in the reader's words."""
    return worded(text, _expected(_))


def worded(text: str, shapes: _Shapes) -> str:
    """Return a sentence in the words of its shape, itself where no shape fits."""
    for pattern, words in shapes:
        match = re.fullmatch(pattern, text, re.DOTALL)
        if match is not None:
            return words.format(**match.groupdict())
    return text


def _found(_: Translate) -> _Shapes:
    return (
        (r"nothing", _("nothing")),
        (r"nothing where a value should be", _("nothing where a value should be")),
        (r"an empty list", _("an empty list")),
        (r"a list", _("a list")),
        (r"the list (?P<words>'.*')", _("the list {words}")),
        (r"`key: value` lines", _("lines of the form `key: value`")),
        (r"the unknown key (?P<key>'.*')", _("the unknown key {key}")),
        (r"(?P<key>'.*') a second time", _("{key} a second time")),
        (r"a value \(not shown: it may be secret\)", _("a value (not shown: it may be secret)")),
    )


def _expected(_: Translate) -> _Shapes:
    return (
        (r"one of (?P<words>.*)", _("one of {words}")),
        (r"a number from (?P<low>\S+) to (?P<high>\S+)", _("a number from {low} to {high}")),
        (r"a whole number from (?P<low>\S+) to (?P<high>\S+)", _("a whole number from {low} to {high}")),
        (r"a number", _("a number")),
        (r"a whole number", _("a whole number")),
        (r"a line `(?P<key>.*): \.\.\.`", _("a line `{key}: ...`")),
        (r"a text that is not empty", _("a text that is not empty")),
        (r"a text(?: here)?", _("a text")),
        (r"a value", _("a value")),
        (r"at least (?P<count>\d+) entry", _("at least {count} entry")),
        (r"at most (?P<count>\d+) entries", _("at most {count} entries")),
        (r"at most (?P<count>\d+) characters: .*", _("at most {count} characters: it has to fit on a phone")),
        (r"lines `key: value` below it, .*", _("lines `key: value` below it, each with two more spaces before it")),
        (r"lines of the form `key: value`, .*", _("lines of the form `key: value`")),
        (r"a list: lines that begin with `- `", _("a list: lines that begin with `- `")),
        (r"yes or no", _("yes or no")),
        (r"the name of a file", _("the name of a file")),
        (r"it once: it is on line (?P<line>\d+) already", _("it once: it is on line {line} already")),
        (r"weekdays such as .*", _("weekdays such as senin-kamis")),
        (r"days in the order of the week.*", _("days in the order of the week, such as senin-jumat")),
        (r"each weekday once", _("each weekday once")),
        (r"each day once: (?P<day>.*) is in two lines", _("each day once: {day} is in two lines")),
        (r"hours from and to, such as .*", _("hours from and to, such as 08.00-15.30, or `closed`")),
        (r"times between 00:00 and 24:00", _("times between 00.00 and 24.00")),
        (r"an end that comes after the start", _("an end that comes after the start")),
        (r"hours that do not overlap", _("hours that do not overlap")),
        (r"a zone: (?P<zones>.*)", _("a zone: {zones}")),
        (
            r"an IP address such as (?P<example>\S+) or a host name, .*",
            _("an IP address such as {example} or a host name, without http:// and without port"),
        ),
        (r"an e-mail address such as (?P<example>\S+).*", _("an e-mail address such as {example}")),
        (r"a Telegram chat number such as (?P<example>\d+).*", _("a Telegram chat number such as {example}")),
        (
            r"an id: at most 40 .*",
            _("an id: at most 40 lower-case letters, digits and hyphens, such as mpp-harapan"),
        ),
    )


def _hints(_: Translate) -> _Shapes:
    return (
        (r"did you mean (?P<word>'.*')\?", _("did you mean {word}?")),
        (r"possible keys: (?P<words>.*)", _("possible keys: {words}")),
        (r"without \[ \] around it.*", _("without [ ] around it and without `- ` before it")),
    )
