"""What PowerShell's ConvertTo-Json says, in the forms it has: bytes with or without a mark, one object for a list of
one, nothing for a list of none, `{"value": [...], "Count": 2}` for some lists, `/Date(ms)/` for a time. Pure.
"""

import codecs
import json
import re
from collections.abc import Mapping, Sequence

from ..readers import SourceMissing  # noqa: TID252  # the agent imports relatively only: contract D

MOST = 262_144  # bytes that are looked at
_LARGEST = 2**53  # what a double holds exactly, as does JSON
_DATE = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def parsed(said: bytes) -> Mapping[str, object]:
    """Return the one object that a script wrote. SourceMissing for anything else."""
    text = _text(said)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceMissing("PowerShell: not the expected form") from error
    found = rows(value)
    if len(found) != 1:
        raise SourceMissing(f"PowerShell: {len(found)} objects, expected one")
    return found[0]


def rows(value: object) -> Sequence[Mapping[str, object]]:
    """Return the objects of a value, however many there are. Whatever is no object is left out."""
    if isinstance(value, dict) and value.keys() == {"value", "Count"}:
        value = value["value"]
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def number(value: object) -> int | None:
    """Return a whole number that is not negative, also out of a text; None for all else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 15:  # noqa: PLR2004  # of a double
        value = int(value)
    return value if isinstance(value, int) and 0 <= value <= _LARGEST else None


def moment(value: object) -> float | None:
    """Return the Unix time of a number of seconds or of a date as ConvertTo-Json writes it; None for all else."""
    if isinstance(value, dict):  # with its DisplayHint and DateTime beside it
        value = value.get("value")
    if isinstance(value, str) and (match := _DATE.fullmatch(value)):
        return int(match[1]) / 1000
    seconds = number(value)
    return None if seconds is None else float(seconds)


def _text(said: bytes) -> str:
    for mark, encoding in _MARKS:
        if said.startswith(mark):
            return said[len(mark) : MOST].decode(encoding, "replace").strip()
    wide = said[1:2] == b"\0"  # UTF-16 without its mark: what it says begins in ASCII
    return said[:MOST].decode("utf-16-le" if wide else "utf-8", "replace").strip()
