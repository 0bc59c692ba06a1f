"""A sample of the recorded devices in `make test`, all of them in `make nightly` (MPPMON_TRUTH=all)."""

import os
from pathlib import Path

import pytest

from tests.servers.snmp_servers import devices
from tests.truth.manifest import Recorded, manifest
from tests.truth.polled import poll_all
from tests.truth.verdict import Verdict, reasons

pytestmark = pytest.mark.server

_SAMPLE = 40
_SMALL = 1500  # OIDs: larger recordings take snmpsim seconds
_NEVER_ANSWERS = frozenset({"windows_svr_2019_1809", "vrp_ac6605-26"})  # in parts: a poll waits for its deadline


def sample() -> list[str]:
    """Return all core recordings, one of each vendor and kind, and defective ones; always the same."""
    recorded = manifest(devices())
    small = [each for each in recorded.values() if each.oids <= _SMALL and not each.ident]
    firsts: dict[tuple[str, str], Recorded] = {}
    for each in small:
        firsts.setdefault((each.vendor, each.kind), each)
    core = [each for each in recorded.values() if each.truth == "core"]
    broken = [each for each in small if each.defective and each.name not in _NEVER_ANSWERS][:4]
    spread = list(firsts.values())[:: max(1, len(firsts) // (_SAMPLE - len(core) - len(broken)))]
    return list(dict.fromkeys(each.name for each in (*core, *broken, *spread)))[:_SAMPLE]


def test_recorded_devices_are_read_as_they_are(tmp_path: Path) -> None:
    recorded = manifest(devices())
    everything = os.environ.get("MPPMON_TRUTH") == "all"
    names = list(recorded) if everything else sample()
    assert len(names) >= _SAMPLE - 5
    verdict = Verdict(devices(), recorded, poll_all(names, tmp_path))
    faults = [fault for fault in verdict.faults() if everything or not fault.startswith("kinds:")]
    assert faults == []
    wrong = verdict.kinds[False]["wrong"]
    assert wrong <= (2 if everything else 0)


def test_every_reason_names_recordings_that_are_there() -> None:
    assert {name for name, _ in reasons()} <= set(manifest(devices()))
