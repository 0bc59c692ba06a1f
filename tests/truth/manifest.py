"""The recorded devices' table of contents: what each file is, and how much its truth was checked."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

IDENT = "-ident"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded device. `name` is the community that snmpsim serves it under."""

    name: str
    vendor: str
    kind: str  # of MANIFEST.csv, without `-ident`
    ident: bool  # system group only: too little to tell a kind by
    serves: str  # what a plain bulk walk of the served file returned
    truth: str  # core, provisional, or "": there is none
    oids: int

    @property
    def defective(self) -> bool:
        """Whether a plain walk of it does not come back whole."""
        return self.serves not in {"walk exact", "exact after duplicate OIDs collapse"}


def manifest(devices: Path) -> Mapping[str, Recorded]:
    """Return the recorded devices below `devices` by name."""
    with (devices / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        found = [_recorded(row) for row in csv.DictReader(file)]
    return {recorded.name: recorded for recorded in found}


def _recorded(row: Mapping[str, str]) -> Recorded:
    kind = row["kind"]
    return Recorded(
        name=row["file"].removesuffix(".snmprec").removesuffix(".snmpwalk"),
        vendor=row["vendor"],
        kind=kind.removesuffix(IDENT),
        ident=kind.endswith(IDENT),
        serves=row["serve_check"],
        truth=row["truth"],
        oids=int(row["n_oids"]),
    )


def batches(names: Sequence[str], size: int) -> Sequence[Sequence[str]]:
    """Return `names` in folders of at most `size`: snmpsim's index of everything would take most of a minute."""
    return [names[start : start + size] for start in range(0, len(names), size)]
