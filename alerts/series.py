"""Series as promtool's rule tests write them: `metric{label="v"}` and `0 1x4 0+10x3 _ stale`. Pure."""

import re

from alerts.model import Labels

MOST = 20_000
"""Points of one series: two weeks of minutes."""
_SERIES = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{(.*)\})?")
_LABEL = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\["\\])*)"\s*(,|$)')
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_ITEM = re.compile(rf"({_NUMBER})(?:([+-](?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))?(?:x(\d{{1,6}}))?")
_MISSING = re.compile(r"_(?:x(\d{1,6}))?")


def series(text: str) -> tuple[str, Labels]:
    """Return the metric and labels of `metric{label="v"}`. ValueError says what was expected."""
    found = _SERIES.fullmatch(text.strip())
    if found is None:
        raise ValueError('a series such as mppmon_printer_error{error="jammed"}')
    rest = (found[2] or "").strip()
    labels: list[tuple[str, str]] = []
    while rest:
        one = _LABEL.match(rest)
        if one is None or any(label == one[1] for label, _ in labels):
            raise ValueError('labels such as {error="jammed", supply="1"}, each once')
        labels.append((one[1], re.sub(r"\\(.)", r"\1", one[2])))
        rest = rest[one.end() :]
    return found[1], tuple(labels)


def values(text: str) -> tuple[float | None, ...]:
    """Return the points of `0 1x4 0+10x3 _ stale`; None: no reading. ValueError says what was expected.

    `axN` is a and N more of it, `a+bxN` a and N more, each b greater; `_` and `stale` are readings that do not come,
    `_xN` is N of these.
    """
    found: list[float | None] = []
    for item in text.split():
        missing, number = _MISSING.fullmatch(item), _ITEM.fullmatch(item)
        if item == "stale":
            found.append(None)
        elif missing is not None:
            _room(found, int(missing[1] or 1))
            found.extend([None] * int(missing[1] or 1))
        elif number is not None and not (number[2] and number[3] is None):
            more, by = int(number[3] or 0), float(number[2] or 0)
            _room(found, more + 1)
            found.extend(float(number[1]) + by * place for place in range(more + 1))
        elif item.lower() == "nan":
            found.append(float("nan"))
        else:
            raise ValueError(f"values such as 0 1x4 0+10x3 _ stale (not {item[:20]!r})")
    if not found:
        raise ValueError("at least one value")
    return tuple(found)


def _room(found: list[float | None], more: int) -> None:
    if len(found) + more > MOST:
        raise ValueError(f"at most {MOST:,} values")
