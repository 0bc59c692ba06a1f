"""Samples as people read them: units, percentages, ages, yes and no. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from mppmon.cli.summary import size, span
from mppmon.config.families import FAMILIES

Sample = Mapping[str, Any]

_PREFIXES = ("mppmon_pc_", "mppmon_online_", "mppmon_")
_DATES = frozenset(
    {"mppmon_pc_boot_time_seconds", "mppmon_pc_time_seconds", "mppmon_online_certificate_expires_seconds"}
)
"""Unix time."""
_FLAG = ("1 when", "1 while", "1 where", "0 where")
"""How the help of a family begins that is 0 or 1."""
_UNITS = {"celsius": "°C", "volts": "V", "amperes": "A", "watts": "W", "hertz": "Hz", "rpm": "turns a minute"}
_SHORT = 1.0  # seconds, below which milliseconds are read


def readable(samples: Sequence[Sample]) -> Iterator[str]:
    """Yield a line for each sample, and one for all of a family that say yes or no of something each."""
    told: set[str] = set()
    for sample in samples:
        name = sample["name"]
        if name in told:
            continue
        if _is_flag(name) and sample["labels"]:
            told.add(name)
            yield _flags(name, [one for one in samples if one["name"] == name])
        else:
            yield _line(sample)


def _line(sample: Sample) -> str:
    name, labels = sample["name"], sample["labels"]
    if name.endswith("_info"):
        return f"{_called(name)}: " + ", ".join(f"{label} {value}" for label, value in labels.items() if value)
    about = f" ({', '.join(labels.values())})" if labels else ""
    return f"{_called(name)}{about}: {_value(name, sample['value'])}"


def _flags(name: str, samples: Sequence[Sample]) -> str:
    """Return whose answer is yes, then whose is no."""
    yes = [", ".join(one["labels"].values()) for one in samples if one["value"]]
    no = [", ".join(one["labels"].values()) for one in samples if not one["value"]]
    parts = [", ".join(yes)] if yes else []
    parts += [f"not {', '.join(no)}"] if no else []
    return f"{_called(name)}: {'; '.join(parts)}"


def _is_flag(name: str) -> bool:
    family = FAMILIES.get(name)
    return family is not None and family.help.startswith(_FLAG) and not name.endswith("_info")


def _called(name: str) -> str:
    """Return a family's name without what its value says by itself."""
    word = next((name.removeprefix(one) for one in _PREFIXES if name.startswith(one)), name)
    if name in _DATES:
        return word.removesuffix("_seconds").removesuffix("_time").replace("_", " ") or "time"
    for unit in ("_per_second", "_total", "_info", "_ratio", "_bytes", "_seconds", *(f"_{one}" for one in _UNITS)):
        word = word.removesuffix(unit)
    return word.replace("_", " ") or name


def _value(name: str, value: float) -> str:
    if _is_flag(name):
        return "yes" if value else "no"
    if name in _DATES:
        return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M} UTC"
    if name.endswith("_ratio"):
        return f"{value:.0%}"
    return _amount(name.removesuffix("_total"), value)


def _amount(base: str, value: float) -> str:
    if base.endswith("_bytes_per_second"):
        return f"{size(value)} a second"
    if base.endswith("_bytes"):
        return size(value)
    if base.endswith("_seconds"):
        return f"{value * 1000:.0f} ms" if 0 <= value < _SHORT else f"-{span(-value)}" if value < 0 else span(value)
    unit = next((word for end, word in _UNITS.items() if base.endswith(f"_{end}")), "")
    return f"{value:,.15g} {unit}".rstrip()
