"""What a profile of one's own gives that nobody would ever see: metrics and labels of no family. Pure."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from collectors.snmp.library import Profiles
from collectors.snmp.profile import Scalars, Table
from collectors.snmp.series import Bits, Records, States
from mppmon.config.families import FAMILIES
from mppmon.config.metrics import OWN, known
from mppmon.config.problem import Problem, listed, nearest, quoted
from mppmon.config.reading import read_bytes
from mppmon.config.tree import Path as KeyPath
from mppmon.config.tree import locate


class Unexported(NamedTuple):
    """`word`: a metric, or a label of the metric that ends the path; `known`: what it may be."""

    profile: str
    path: KeyPath
    word: str
    known: tuple[str, ...]


@cache
def given() -> frozenset[str]:
    """Return the families that a device may give; the others are our verdicts, and nobody else says them."""
    return frozenset(FAMILIES).intersection(known()) - OWN


def unexported(profiles: Profiles, name: str) -> Iterator[Unexported]:
    """Yield what a profile of one's own gives that nobody would see.

    A sample of a family that is not in `FAMILIES`, or with a label that its family has not, is not exported (ADR 0007).
    """
    profile = profiles.by_name.get(name)
    own = profiles.own.get(name)
    if profile is None or not isinstance(own, Mapping):
        return
    for path, table in (
        (("scalars",), profile.scalars),
        *((("tables", one), its) for one, its in profile.tables.items()),
    ):
        for metric, ways in table.series.items():
            at = (*path, "series", metric)
            family = FAMILIES[metric] if metric in given() else None
            if not _writes(own, at):
                continue  # of what it extends
            if family is None:
                yield Unexported(name, at, metric, tuple(sorted(given())))
                continue
            labels = {label for series in ways for label in _labels(table, series)}
            yield from (Unexported(name, at, label, family.labels) for label in sorted(labels - set(family.labels)))


def _writes(own: Mapping[str, object], path: KeyPath) -> bool:
    value: object = own
    for step in path:
        if not isinstance(value, Mapping) or step not in value:
            return False
        value = value[step]
    return True


def _labels(table: Scalars, series: object) -> Iterator[str]:
    if isinstance(table, Table):
        yield from table.labels
        if table.label is not None:
            yield table.label
    if isinstance(series, States | Bits):
        yield series.label
    if isinstance(series, Records):
        yield from series.labels
        if series.label is not None:
            yield series.label


def unexported_problem(file: str, raw: bytes, what: Unexported) -> Problem:
    """Return the problem of a metric or label that no family has, at its place in the file."""
    table, _ = read_bytes(raw, file)
    path, word, known = what.path, what.word, what.known
    is_metric = path[-1] == word
    found = f"{quoted(word)}, " + ("which no device gives" if is_metric else f"a label that {path[-1]} has not")
    expected = "a metric of docs/metrics.md: nothing else is exported" if is_metric else listed(known)
    place = (locate(table, path, key=True) if table is not None else None) or (file, 1, 1)
    return Problem(*place, ".".join(map(str, path)), found, expected, nearest(word, known))
