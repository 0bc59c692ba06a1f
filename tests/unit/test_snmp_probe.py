"""What `mppmon poll ADDRESS` says of a device."""

import asyncio

from collectors.observation import Observation, Outcome
from collectors.snmp.probe import describe, probe
from tests.unit.snmp_agents import agent
from tests.unit.test_snmp_collector import AT, PRINTER


def test_a_probe_says_what_it_found() -> None:
    async def main() -> dict[str, object]:
        async with agent(PRINTER) as peer:
            return (await probe("127.0.0.1", peer.port, community="public", now=lambda: AT)).as_dict()

    found = asyncio.run(main())
    assert found["identity"] == {
        "kind": "printer",
        "vendor": "Brother",
        "model": "Brother HL-5370DW",
        "serial": "E67890",
        "profile": "brother",
    }
    assert found["outcome"] == "ok"
    assert found["meaning"] == {
        "supplies": [
            {"index": "1.1", "type": "toner", "description": "Black Toner", "level": 0.4, "confidence": "exact"},
        ],
        "errors": ["jammed"],
        "status": "idle",
        "trays": [{"index": "1.1", "name": "TRAY1", "level": None, "some_left": True}],
        "pages": 7792,
        "console": ["Jam Tray 1"],
        "uptime_seconds": 3600.0,
    }


def test_a_probe_of_nobody_has_the_same_shape() -> None:
    seen = Observation("x:telemetry", "x", Outcome.TIMEOUT, AT, 2.0, detail="no answer before the deadline")
    assert describe(seen) == {
        "identity": {"kind": "unknown", "vendor": None, "model": None, "serial": None, "profile": None},
        "outcome": "timeout",
        "detail": "no answer before the deadline",
        "seconds": 2.0,
        "samples": [],
        "meaning": {},
    }
