"""What a poll means, on one screen: what is wrong first, sentinels said and never shown as a percentage."""

from typing import Any

from mppmon.cli.summary import summary

PRINTER: dict[str, Any] = {
    "supplies": [
        {"index": "1.1", "type": "toner", "description": "Black Toner", "level": 0.42, "confidence": "exact"},
        {"index": "1.2", "type": "toner", "description": "Cyan Toner", "level": None, "confidence": "some-left"},
        {"index": "1.3", "type": "ink", "description": "", "level": 0.9, "confidence": "console says otherwise"},
    ],
    "errors": ["jammed", "door-open"],
    "status": "idle",
    "trays": [{"index": "1.1", "name": "TRAY1", "level": None, "some_left": True}],
    "covers": [{"index": "1.1", "name": "Front", "open": True}, {"index": "1.2", "name": "Rear", "open": False}],
    "alerts": [{"code": "jam", "severity": "critical"}],
    "console": ["Jam Tray 1"],
    "pages": 7792,
    "uptime_seconds": 3725.0,
}


def lines(**meaning: object) -> list[str]:
    return list(summary({"meaning": meaning}))


def test_a_printer() -> None:
    assert lines(**PRINTER) == [
        "errors: jammed, door-open; status idle",
        "supplies:",
        "  ████░░░░░░  42%  toner: Black Toner",
        "                -  toner: Cyan Toner  (some-left)",
        "  █████████░  90%  ink: 1.3  (console says otherwise)",
        "trays:",
        "                -  TRAY1  (some left)",
        "open: Front",
        "alerts:",
        "  jam (critical)",
        "console: Jam Tray 1",
        "pages: 7,792",
        "up for 1 h 2 min",
    ]


def test_a_switch_of_48_ports_fits_a_screen() -> None:
    up: dict[str, Any] = {"admin_up": True, "oper_up": True, "speed_bits_per_second": 10**9, "receive_ratio": 0.5}
    ports = [{"index": str(number), "name": f"ge-{number}", **up} for number in range(1, 41)]
    ports += [{"index": "41", "admin_up": True, "oper_up": False}, {"index": "42", "admin_up": False}]
    ports[0] |= {"alias": "uplink", "transmit_ratio": 0.0, "receive_errors": 3, "transmit_errors": 1}
    told = lines(
        ports=ports,
        neighbours=[{"local_port": "1", "local_name": "ge-1", "system": "core", "port": "24"}, {"local_port": "2"}],
        poe={"delivering": ["1.1"], "groups": [{"group": "1", "used_watts": 12.0, "budget_watts": 250.0}]},
        sensors=[{"index": "1", "name": "CPU", "unit": "celsius", "value": 45.0}, {"index": "2", "ok": False}],
    )
    assert told[:2] == [
        "ports: 40 up, 1 down, 1 switched off",
        "  ge-1 (uplink): 1 Gbit/s, in 50%, out 0%, 4 errors",
    ]
    assert "  ... and 28 more (--json has all)" in told
    assert {"  ge-1 -> core 24", "  2 -> unnamed", "power over Ethernet: 12.0 W of 250 W, 1 ports"} <= set(told)
    assert {"  CPU: 45 celsius", "  2: not in order"} <= set(told)
    assert len(told) <= 24


def test_a_ups() -> None:
    told = lines(
        ups={
            "on_battery": True,
            "source": "battery",
            "battery": "low",
            "charge": 0.3,
            "runtime_seconds": 420.0,
            "on_battery_seconds": 65.0,
            "battery_age_seconds": 86_400.0 * 400,
            "alarms": 2,
            "lines": [{"line": "1", "input_volts": 231.0, "load": 0.4}],
        }
    )
    first = "on battery for 1 min, battery low, charge 30%, lasts 7 min, replaced 400 d 0 h ago"
    assert told == [first, "lines:", "  1: in 231 V, load 40%", "alarms: 2"]
    assert lines(ups={"on_battery": False, "source": "normal"}) == ["on mains"]
    assert lines(ups={"source": "bypass"}) == ["source bypass"]


def test_a_server() -> None:
    told = lines(
        processors=[{"index": "1", "busy": 0.2}, {"index": "2", "busy": 0.4}, {"index": "3", "busy": None}],
        storage=[{"index": "31", "type": "disk", "description": "/", "size_bytes": 8_000_000_000, "used": 0.77}],
    )
    assert told == ["storage:", "  ████████░░  77% of 8.0 GB  /", "processors: 2, 30% busy"]
    small = lines(storage=[{"index": "2", "size_bytes": 16_000_000, "used": 0.5}])
    assert small == ["storage:", "  █████░░░░░  50% of 16 MB  2"]


def test_nothing_means_nothing() -> None:
    assert list(summary({"outcome": "timeout"})) == []
