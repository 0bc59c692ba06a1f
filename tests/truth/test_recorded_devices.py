"""A sample of the recorded devices in `make test`, all of them in `make nightly` (MPPMON_TRUTH=all)."""

import asyncio
import os
from collections.abc import Mapping, Sequence

import pytest

from collectors.snmp.library import builtin
from collectors.snmp.recording import read
from collectors.snmp.replay import read_recording
from tests.servers.snmp_servers import devices
from tests.truth.manifest import Recorded, manifest
from tests.truth.polled import AT, Polled, poll_all
from tests.truth.verdict import Verdict, reasons

pytestmark = pytest.mark.server

_SAMPLE = 40
_SMALL = 1500  # OIDs: larger recordings take snmpsim seconds
_NEVER_ANSWERS = frozenset({"windows_svr_2019_1809", "vrp_ac6605-26"})  # in parts: a poll waits for its deadline

_COUNTS = frozenset({"sd-h3c-e528-2"})  # its uptime is a module of snmpsim, not a value
EVERYTHING = os.environ.get("MPPMON_TRUTH") == "all"


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


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory) -> list[Polled]:
    names = list(manifest(devices())) if EVERYTHING else sample()
    assert len(names) >= _SAMPLE - 5
    return poll_all(names, tmp_path_factory.mktemp("snmpsim"))


def test_recorded_devices_are_read_as_they_are(polled: list[Polled]) -> None:
    verdict = Verdict(devices(), manifest(devices()), polled)
    faults = [fault for fault in verdict.faults() if EVERYTHING or not fault.startswith("kinds:")]
    assert faults == []
    wrong = verdict.kinds[False]["wrong"]
    assert wrong <= (2 if EVERYTHING else 0)


def test_every_reason_names_recordings_that_are_there() -> None:
    assert {name for name, _ in reasons()} <= set(manifest(devices()))


def test_a_recording_says_the_same_from_memory_as_over_the_wire(polled: list[Polled]) -> None:
    """`profile try --walk` reads it without a network: what it prints must be what a poll of that device gives."""
    table = manifest(devices())
    whole = [
        each for each in polled if each.outcome == "ok" and not table[each.name].defective and each.name not in _COUNTS
    ]
    assert len(whole) >= _SAMPLE / 2
    assert [each.name for each in whole if _told(each) != _from_memory(each)] == []


def _told(polled: Polled) -> tuple[Mapping[str, str], Sequence[object]]:
    assert polled.observation is not None
    return dict(polled.observation.texts), sorted(polled.observation.samples())


def _from_memory(polled: Polled) -> tuple[Mapping[str, str], Sequence[object]]:
    path = next((devices() / "walks").glob(f"{polled.name}.snmp*"))
    profile = _told(polled)[0]["profile"]
    walk = read(path.read_bytes().decode("utf-8", "surrogateescape"))
    tried = asyncio.run(read_recording(walk, builtin(), profile, AT))
    assert tried.chosen == profile, polled.name
    return dict(tried.observation.texts), sorted(tried.observation.samples())
