"""Our reading of a recorded device beside its truth, value by value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isclose

from collectors.observation import Observation, clean_text
from collectors.snmp import decode
from collectors.snmp.library import builtin
from tests.truth.expected import Truth, Values, expected, neighbours

NEIGHBOUR = "neighbours.system"


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that we read otherwise than the truth; None: not at all."""

    name: str
    metric: str
    index: str
    truth: float | str | None
    ours: float | str | None

    def __str__(self) -> str:
        return f"{self.name}: {self.metric}{{{self.index}}}: truth {self.truth}, ours {self.ours}"


@dataclass(frozen=True, slots=True)
class Compared:
    """How many values agree, and those that do not."""

    agree: int
    differ: tuple[Difference, ...]


def compare(name: str, observation: Observation, truth: Truth) -> Compared:
    """Compare what the profile that read the device declares; a printer's ports are no part of its profile."""
    told = dict(observation.texts)
    profile = builtin().by_name.get(told.get("profile", "system"), builtin().named("system"))
    declared = {metric for _, table in decode.tables_of(profile) for metric in table.series}
    wanted = {
        metric: values for metric, values in expected(truth).items() if metric in declared and _speaks(metric, values)
    }
    ours = _by_metric(observation)
    pairs = [
        (metric, index, values.get(index), ours.get(metric, {}).get(index))
        for metric, values in wanted.items()
        for index in sorted(values.keys() | set(_telling(metric, ours.get(metric, {}))))
    ]
    differ = [Difference(name, *pair) for pair in pairs if not _same(pair[2], pair[3])]
    agree = len(pairs) - len(differ)
    if "neighbours" in profile.tables:
        systems = {f"neighbours.{index}.system": clean_text(text) for index, text in neighbours(truth).items()}
        systems = {key: text for key, text in systems.items() if text}
        other = [
            Difference(name, NEIGHBOUR, key, text, told.get(key))
            for key, text in systems.items()
            if told.get(key) != text
        ]
        differ += other
        agree += len(systems) - len(other)
    return Compared(agree, tuple(differ))


def _by_metric(observation: Observation) -> Mapping[str, Values]:
    """Return our values by metric and telling label: the first, but of a state or an error its name."""
    out: dict[str, dict[str, float]] = {}
    for metric, labels, value in observation.samples():
        out.setdefault(metric, {})[labels[0][1] if labels else ""] = value
    return out


def _speaks(metric: str, values: Values) -> bool:
    """Return whether the truth read the object at all: of UPSes it knows UPS-MIB and APC's, we know others too."""
    return bool(values) or not metric.startswith("mppmon_ups_")


def _telling(metric: str, values: Values) -> Iterator[str]:
    """Yield the labels whose values say something: of states the present one; not of a vendor's own table."""
    for index, value in values.items():
        own = index.rpartition("-")[0] and metric.startswith("mppmon_sensor_")
        whole = index == "0" and metric == "mppmon_ups_load_ratio"  # XUPS-MIB's, of all lines together
        if not own and not whole and (metric != "mppmon_ups_source" or value == 1):
            yield index


def _same(truth: float | None, ours: float | None) -> bool:
    if truth is None or ours is None:
        return truth is ours
    return isclose(truth, ours, rel_tol=1e-5, abs_tol=2e-6)  # truth's percentages have four digits behind the point
