"""What people type -> values. Each raises ValueError with what was expected, in the reader's language. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence

from pydantic import TypeAdapter, ValidationError

from mppmon.config.settings import Host
from mppmon.config.settings_hours import Week
from mppmon.setup.answers import ZONES
from mppmon.setup.problem_words import expectation
from mppmon.setup.words import Translate, folded

_WEEK: TypeAdapter[dict[str, tuple[str, ...]]] = TypeAdapter(Week)
_HOST: TypeAdapter[str] = TypeAdapter(Host)
_LINE = re.compile(
    r"\s*([^\d:]+?)\s*:?\s+(\d{1,2}[.:]\d\d\s*(?:-|\N{EN DASH}|s/d|sampai)\s*\d{1,2}[.:]\d\d)\s*(?:,|;|$)"
)
_RANGE = re.compile(r"(.*?)(\d+)\s*(?:-|\N{EN DASH}|s/d|sampai)\s*(?:\1)?(\d+)", re.IGNORECASE)
_MOST = 100
_LONGEST = 80
_YES, _NO = frozenset({"y", "ya", "yes", "iya"}), frozenset({"t", "tidak", "n", "no", "tdk"})
_NONE = frozenset({"-", "tidak ada", "tidak", "none", "no"})

Parse = Callable[[str, Translate], object]


def name(text: str, _: Translate) -> str:
    """Return a name."""
    found = " ".join(text.split())
    if not found or len(found) > _LONGEST or not found.isprintable():
        raise ValueError(_("a name of at most 80 characters"))
    return found


def zone(text: str, _: Translate) -> str:
    """Return an IANA zone."""
    found = ZONES.get(text.strip().upper())
    if found is None:
        raise ValueError(_("WIB, WITA or WIT"))
    return found


def week(text: str, _: Translate) -> dict[str, tuple[str, ...]]:
    """Return days -> hours of `senin-kamis 08.00-15.30, jumat 08.00-16.00`."""
    expected = _("days and hours such as: senin-kamis 08.00-15.30, jumat 08.00-16.00")
    found: dict[str, str] = {}
    at = 0
    for match in _LINE.finditer(text):
        if match.start() != at:
            break
        days = (
            re.sub(r"\s*(?:-|\N{EN DASH}|s/d|sampai)\s*", "-", match[1].strip().lower())
            .replace(" dan ", ",")
            .replace("jum'at", "jumat")
        )
        found[days.replace(" ", "")] = re.sub(r"\s*(?:-|\N{EN DASH}|s/d|sampai)\s*", "-", match[2])
        at = match.end()
    if not found or at != len(text):
        raise ValueError(expected)
    try:
        return _WEEK.validate_python(found)
    except ValidationError as error:
        why = str(error.errors()[0].get("ctx", {}).get("error", ""))
        raise ValueError(f"{expected} ({expectation(why, _)})" if why else expected) from error


def week_or_none(text: str, _: Translate) -> dict[str, tuple[str, ...]]:
    """Return days -> hours, nothing for `-`."""
    return {} if text.strip().lower() in _NONE else week(text, _)


def names(text: str, _: Translate) -> tuple[str, ...]:
    """Return the names of a list with commas."""
    found = tuple(name(part, _) for part in re.split(r"[;,]", text) if part.strip())
    if not found or len({folded(one) for one in found}) < len(found):
        raise ValueError(_("one name or several with a comma between them, each once"))
    return found


def counters(text: str, _: Translate) -> tuple[str, ...]:
    """Return the names of counters; `A1-A4` stands for four, and `A1` is called `Loket A1`."""
    found: list[str] = []
    for part in names(text, _):
        match = _RANGE.fullmatch(part)
        if match is None:
            found.append(part)
            continue
        first, last = int(match[2]), int(match[3])
        if not first <= last < first + _MOST:
            raise ValueError(_("counters such as A1, A2 or A1-A4"))
        found.extend(f"{match[1]}{number:0{len(match[2])}}" for number in range(first, last + 1))
    called = [one if " " in one else _("Counter {code}").format(code=one) for one in found]
    if len({folded(one) for one in called}) < len(called):
        raise ValueError(_("one name or several with a comma between them, each once"))
    return tuple(called)


def number(text: str, _: Translate) -> float:
    """Return a number of citizens per hour."""
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        found = -1
    if not 0 <= found <= 1000:  # noqa: PLR2004  # as the configuration allows
        raise ValueError(_("a number from 0 to 1000"))
    return found


def port(text: str, _: Translate) -> int:
    """Return a port."""
    if not (text.strip().isdecimal() and 0 < int(text) < 65_536):  # noqa: PLR2004  # the range of a port
        raise ValueError(_("a number from 1 to 65535"))
    return int(text)


def host(text: str, _: Translate) -> str:
    """Return an IP address or a host name."""
    try:
        return _HOST.validate_python(text.strip())
    except ValidationError as error:
        raise ValueError(_("an IP address such as 192.168.1.1, or a host name")) from error


def hosts(text: str, _: Translate) -> tuple[str, ...]:
    """Return several hosts."""
    return tuple(host(part, _) for part in text.split(",") if part.strip()) or (host("", _),)


def mail(text: str, _: Translate) -> str:
    """Return an e-mail address."""
    found = text.strip()
    before, at, after = found.partition("@")
    if not (before and at and after and found.isascii() and found.isprintable()) or "@" in after or " " in found:
        raise ValueError(_("an e-mail address such as piket@mpp.go.id"))
    return found


def chat(text: str, _: Translate) -> str:
    """Return a Telegram chat's number."""
    found = text.strip()
    if not re.fullmatch(r"-?\d{1,20}", found):
        raise ValueError(_("a number of the list, or a chat's number such as 123456789 or -1001234567890"))
    return found


def token(text: str, _: Translate) -> str:
    """Return a bot's token."""
    found = text.strip()
    if not re.fullmatch(r"\d{3,20}:[A-Za-z0-9_-]{8,100}", found):
        raise ValueError(_("the token as @BotFather wrote it: digits, a colon, then letters"))
    return found


def yes(text: str, _: Translate) -> bool:
    """Return whether the answer is yes."""
    word = text.strip().lower()
    if word in _YES | _NO:
        return word in _YES
    raise ValueError(_("yes or no"))


def secret(text: str, _: Translate) -> str:
    """Return a password."""
    if not text.strip():
        raise ValueError(_("a password"))
    return text.strip()


def optional(text: str, _: Translate) -> str | None:
    """Return a text, None for `-`."""
    return None if text.strip().lower() in _NONE or not text.strip() else text.strip()


def one_of(choices: Sequence[str], words: Mapping[str, str] | None = None) -> Parse:
    """Return a parser of one word out of several; its first letters, or its number in the list, are enough.

    `words`: how people call a choice; either will do.
    """
    called = words or {}

    def parse(text: str, _: Translate) -> str:
        word = text.strip().lower()
        if word.isdecimal() and 0 < int(word) <= len(choices):
            return choices[int(word) - 1]
        found = [
            one
            for one in choices
            if word and any(name.startswith(word) for name in (one, called.get(one, one).lower()))
        ]
        if len(found) != 1:
            raise ValueError(_("one of {words}").format(words=", ".join(called.get(one, one) for one in choices)))
        return found[0]

    return parse
