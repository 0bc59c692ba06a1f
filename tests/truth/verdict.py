"""All that a run against the recorded devices says: counts, and what is wrong. No server here: from polls to words."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from tests.truth.compare import Compared, Difference, compare
from tests.truth.kinds import judge
from tests.truth.manifest import Recorded
from tests.truth.polled import Polled

KNOWN = 0.95  # of the kinds of those with content must be identified
WRONG = 0.01  # of them may be wrong
REASONS = Path(__file__).parent / "reasons.yaml"
CLEAR = frozenset({"ok", "unexpected", "timeout", "invalid"})
"""Outcomes that a recorded device may have; all but `ok` must say why."""


@dataclass(frozen=True)
class Verdict:
    """What a run over some of the recorded devices found."""

    devices: Path
    recorded: Mapping[str, Recorded]
    polled: Sequence[Polled]

    @cached_property
    def kinds(self) -> Mapping[bool, Counter[str]]:
        """Right, unknown, wrong, no-word: of those with a system group only (True), of those with content (False)."""
        out = {True: Counter[str](), False: Counter[str]()}
        for polled in self.polled:
            recorded = self.recorded[polled.name]
            out[recorded.ident][judge(recorded, polled.kind)] += 1
        return out

    @cached_property
    def compared(self) -> Mapping[str, Compared]:
        """The values of those that have a truth, by name."""
        return {
            polled.name: compare(polled.name, polled.observation, _truth(self.devices, polled.name))
            for polled in self.polled
            if polled.observation is not None and self.recorded[polled.name].truth
        }

    def differences(self, truth: str) -> Sequence[Difference]:
        """Return the values that differ from `core` or `provisional` truth."""
        return [d for name, each in self.compared.items() if self.recorded[name].truth == truth for d in each.differ]

    def unexplained(self) -> Sequence[Difference]:
        """Return the differences from provisional truth that nobody has given a reason for."""
        given = reasons()
        return [d for d in self.differences("provisional") if (d.name, d.metric) not in given]

    def lines(self) -> Iterator[str]:
        """Yield the counts, one JSON line each."""
        outcomes = Counter(polled.outcome for polled in self.polled)
        yield json.dumps({"figure": "polled", "value": len(self.polled), "outcomes": dict(outcomes)})
        for ident, what in ((False, "kind of those with content"), (True, "kind of those with a system group only")):
            counts = self.kinds[ident]
            told = counts["right"] + counts["unknown"] + counts["wrong"]
            share = round(counts["right"] / told, 4) if told else None
            yield json.dumps({"figure": what, **counts, "share_right": share})
        for truth in ("core", "provisional"):
            mine = [each for name, each in self.compared.items() if self.recorded[name].truth == truth]
            differ = len(self.differences(truth))
            count = {"devices": len(mine), "agree": sum(each.agree for each in mine), "differ": differ}
            more = {"unexplained": len(self.unexplained())} if truth == "provisional" else {}
            yield json.dumps({"figure": f"{truth} truth", **count, **more})

    def faults(self) -> Iterator[str]:
        """Yield what a person must look at; nothing when all is well."""
        for polled in self.polled:
            if polled.crash:
                yield f"{polled.name}: {polled.crash}"
            elif polled.outcome not in CLEAR or (polled.outcome != "ok" and not polled.detail):
                yield f"{polled.name}: outcome {polled.outcome}, {polled.detail!r}"
        counts = self.kinds[False]
        told = counts["right"] + counts["unknown"] + counts["wrong"]
        if counts["right"] < KNOWN * told or counts["wrong"] > WRONG * told:
            yield f"kinds: {dict(counts)}"
        yield from map(str, self.differences("core"))
        yield from (f"no reason in reasons.yaml: {each}" for each in self.unexplained())


def reasons() -> Mapping[tuple[str, str], str]:
    """Return the hand-written reasons by recording and metric."""
    listed = yaml.safe_load(REASONS.read_text(encoding="utf-8"))
    return {
        (name, metric): each["reason"] for each in listed for name in each["recordings"] for metric in each["metrics"]
    }


def _truth(devices: Path, name: str) -> Mapping[str, object]:
    content: Mapping[str, object] = json.loads((devices / "truth" / f"{name}.json").read_text(encoding="utf-8"))
    return content
