"""Everything that a profile declares is in some recording, or is said not to be."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import collectors.snmp
from tests.servers.snmp_servers import devices

FOLDER = Path(collectors.snmp.__file__).parent / "profiles"
FILES = sorted(path for path in FOLDER.rglob("*.yaml") if path.name != "vendors.yaml")
_PRINTER = "the recordings left prtCoverTable, prtAlertTable and the console out; tests/unit has agents with them"
_LEFT_OUT = "the recordings of this make are of other parts of its MIB; what it stands for is a text of the device"
UNSEEN: Mapping[str, str] = {
    "1.3.6.1.2.1.105.1.1.1.6": "the recordings have pethMainPseTable only",
    "1.3.6.1.2.1.43.6.1.1.2": _PRINTER,
    "1.3.6.1.2.1.43.6.1.1.3": _PRINTER,
    "1.3.6.1.2.1.43.16.5.1.2": _PRINTER,
    "1.3.6.1.2.1.43.18.1.1.2": _PRINTER,
    "1.3.6.1.2.1.43.18.1.1.4": _PRINTER,
    "1.3.6.1.2.1.43.18.1.1.5": _PRINTER,
    "1.3.6.1.2.1.43.18.1.1.7": _PRINTER,
    "1.3.6.1.2.1.43.18.1.1.8": _PRINTER,
    "1.3.6.1.4.1.2435.2.3.9.4.2.1.5.4.5.2.0": "in printers-json: tests/truth/test_brother.py",
    "1.3.6.1.4.1.2435.2.3.9.4.2.1.5.5.8.0": "in printers-json: tests/truth/test_brother.py",
    "1.3.6.1.4.1.11.2.3.9.1.1.3.0": _LEFT_OUT,
    "1.3.6.1.4.1.236.11.5.1.1.1.4": _LEFT_OUT,
    "1.3.6.1.4.1.253.8.53.3.2.1.3": _LEFT_OUT,
    "1.3.6.1.4.1.1602.1.2.1.8.1.3.1": _LEFT_OUT,
}
"""Column OID -> why a profile that is not `unverified` has it though no recording does."""


@cache
def recorded() -> list[str]:
    """Return the OIDs of all recordings, each with a dot behind it, sorted as texts."""
    found: set[str] = set()
    for path in (devices() / "walks").iterdir():
        for line in path.read_bytes().splitlines():
            name = line.partition(b"|")[0] if path.suffix == ".snmprec" else line.partition(b" = ")[0]
            found.add(name.decode("latin-1").strip().removeprefix(".") + ".")
    return sorted(found)


def seen(oid: str) -> bool:
    """Return whether any recording has this object, or one below it."""
    at = bisect_left(recorded(), f"{oid}.")
    return at < len(recorded()) and recorded()[at].startswith(f"{oid}.")


def declared(profile: Mapping[str, Any]) -> Iterator[str]:
    """Yield the OIDs of the columns that a profile's own file has."""
    for columns in profile.get("facts", {}).values():
        yield from (column["oid"] for column in columns)
    for table in (profile.get("scalars", {}), *profile.get("tables", {}).values()):
        yield from (column["oid"] for column in table.get("columns", {}).values())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_a_profile_declares_is_in_a_recording(path: Path) -> None:
    profile = yaml.safe_load(path.read_text(encoding="utf-8"))
    missing = {oid for oid in declared(profile) if not seen(oid)} - UNSEEN.keys()
    assert profile.get("unverified") or missing == set()


def test_what_is_said_to_be_unseen_is() -> None:
    assert [oid for oid in UNSEEN if seen(oid)] == []
