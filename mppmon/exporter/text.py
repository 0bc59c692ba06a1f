"""The text exposition format 0.0.4, and how the samples of one check are laid out in it."""

from collections.abc import Iterable, Mapping
from math import isinf, isnan

from collectors.observation import Schema, clean_text
from mppmon.exporter.table import FAMILIES, Metric

Form = tuple[str, tuple[int, ...]]
"""The lines of a family, with `%s` where their values go, and which values of an observation those are. One text per
family and device: a mall has tens of thousands of lines.
"""

Layout = tuple[tuple[str, Form], ...]
"""Per family its form."""

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


def layout(device: str, schema: Schema) -> Layout:
    """Return how observations of this schema are written for a device, given its labels as from `pairs`.

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
        families.setdefault(name, {}).setdefault(_series(name, device, own), index)
    return tuple((name, _form(lines)) for name, lines in families.items())


def _form(lines: Mapping[str, int]) -> Form:
    return "".join(f"{series.replace('%', '%%')}%s\n" for series in lines), tuple(lines.values())


def chunk(form: Form, values: tuple[float, ...]) -> bytes:
    """Return the sample lines of one family of a layout."""
    text, places = form
    return (text % tuple([number(values[place]) for place in places])).encode()


def _series(name: str, *labels: str) -> str:
    inner = ",".join(part for part in labels if part)
    return f"{name}{{{inner}}} " if inner else f"{name} "
