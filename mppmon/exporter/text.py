"""The text exposition format 0.0.4, and how the samples of one check are laid out in it."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import isinf, isnan

from collectors.observation import Schema, clean_text
from mppmon.config.families import FAMILIES, Metric

Form = tuple[str, tuple[int, ...]]
"""The lines of a family, with `%s` where their values go and `_DEVICE` where the labels of the device do, and which
values of an observation those are. One text for all devices that answer in one shape: a mall has tens of thousands of
lines.
"""

Layout = tuple[tuple[str, Form], ...]
"""Per family its form."""

_DEVICE = "\0"  # in no label: what is not printable was cleaned away
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


def header(metric: Metric) -> bytes:
    """Return the HELP and TYPE lines."""
    return f"# HELP {metric.name} {metric.help}\n# TYPE {metric.name} {metric.type}\n".encode()


def pairs(labels: Iterable[tuple[str, str]]) -> str:
    """Return `name="value",...`, values escaped."""
    return ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in labels)


def line(name: str, *labels: str, value: float) -> str:
    """Return one sample line; `labels` are parts from `pairs`, empty ones left out."""
    return f"{_series(name, *labels)}{number(value)}\n"


def number(value: float) -> str:
    """Return a value as Prometheus reads it."""
    value = float(value)
    if value.is_integer() and abs(value) < 2**53:  # so far a float holds every integer
        return str(int(value))
    if isnan(value):
        return "NaN"
    if isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(value)


@lru_cache(maxsize=4096)
def layout(schema: Schema) -> Layout:
    """Return how observations of this schema are written.

    Whatever a collector hands over, what comes out is valid: unknown families and labels are left out, label values
    cleaned and capped, and of series that then are the same the first is kept.
    """
    families: dict[str, dict[str, int]] = {}
    for index, (name, labels) in enumerate(schema.series):
        metric = FAMILIES.get(name)
        named = [label for label, _ in labels]
        if metric is None or len(set(named)) != len(named) or not set(named) <= set(metric.labels):
            continue
        own = pairs((label, clean_text(value)) for label, value in labels)
        families.setdefault(name, {}).setdefault(_series(name, _DEVICE, own), index)
    return tuple((name, _form(lines)) for name, lines in families.items())


def _form(lines: Mapping[str, int]) -> Form:
    return "".join(f"{series.replace('%', '%%')}%s\n" for series in lines), tuple(lines.values())


def chunk(form: Form, device: str, values: tuple[float, ...]) -> bytes:
    """Return the sample lines of one family of a layout, for the device whose labels, as from `pairs`, are given."""
    text, places = form
    return (text % tuple([number(values[place]) for place in places])).replace(_DEVICE, device).encode()


def _series(name: str, *labels: str) -> str:
    inner = ",".join(part for part in labels if part)
    return f"{name}{{{inner}}} " if inner else f"{name} "
