"""Reads a counter PC: our agent, node_exporter or windows_exporter, whichever the agency already has. Pure."""

from collections import defaultdict
from dataclasses import dataclass, replace

from collectors.observation import Schema, Series, schema_of
from collectors.pc import exporters
from collectors.pc.reading import RULES, Names, Sieve
from collectors.pc.text import Sample, Unreadable, payload, samples

__all__ = ["Names", "Reading", "Unreadable", "read"]

_WANTED = frozenset(name.encode() for name in RULES.keys() | exporters.WANTED)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one answer said, in our metrics; `values[i]` belongs to `schema.series[i]`, sorted by series.

    `texts`: the PC's own words, cleaned. `dropped`: samples of wanted metrics with a label value that the inventory
    does not know, or a value out of range; `lost`: the first few of them by name, cleaned.
    """

    schema: Schema
    values: tuple[float, ...]
    texts: tuple[tuple[str, str], ...]
    dropped: int
    lost: tuple[str, ...] = ()

    def plus(self, series: Series, value: float) -> "Reading":
        """Return the reading with one more sample, which was worked out of it."""
        return replace(self, schema=schema_of((*self.schema.series, series)), values=(*self.values, value))


def read(body: bytes, content_type: str, names: Names) -> Reading:
    """Return what an answer says. `Unreadable` for anything but Prometheus text with a metric that we know.

    Where an exporter also shows our metrics, from a text file that a script writes, ours take precedence; of a script
    that runs no more they are dropped, for what it saw plugged in may be gone.
    """
    found: dict[str, list[Sample]] = defaultdict(list)
    ours, theirs = Sieve(names), Sieve(names)
    for sample in samples(payload(body, content_type), _WANTED):
        if sample.name in RULES:
            ours.add(sample.name, sample.value, sample.labels)
        else:
            found[sample.name].append(sample)
    if not found and not ours.kept:
        unknown = f" ({ours.dropped} of our agent's samples were dropped)" if ours.dropped else ""
        raise Unreadable(f"no metric of our agent, node_exporter or windows_exporter in it{unknown}")
    if exporters.too_old(found):
        ours = Sieve(names, dropped=len(ours.kept) + ours.dropped, lost=["all of mppmon.prom: its script runs no more"])
    exporters.node(found, theirs)
    exporters.windows(found, theirs)
    known = {name for name, _ in ours.kept}
    kept = ours.kept | {one: value for one, value in theirs.kept.items() if one[0] not in known}
    series = tuple(sorted(kept))
    texts = next((labels for name, labels in series if name == "mppmon_pc_info"), ())
    values, lost = tuple(kept[one] for one in series), (*ours.lost, *theirs.lost)
    return Reading(schema_of(series), values, texts, ours.dropped + theirs.dropped, lost)
