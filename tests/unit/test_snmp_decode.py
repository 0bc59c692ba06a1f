"""From cells to samples: printers' sentinels and bits, fallbacks of interfaces, hostile words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp import decode
from collectors.snmp.decode import Rows
from collectors.snmp.library import builtin
from collectors.snmp.wire.ber import Value

PRINTER = builtin().named("printer")
SWITCH = builtin().named("switch")


def read(profile: str, rows: Rows) -> dict[tuple[str, str], float]:
    """Return samples by name and last label's value."""
    found = decode.samples(builtin().named(profile), rows)
    return {(name, labels[-1][1] if labels else ""): value for (name, labels), value in found}


def supply(**row: Value) -> dict[tuple[str, str], float]:
    return read("printer", {"supplies": {"1.1": row}})


@pytest.mark.parametrize(
    ("level", "capacity", "ratio"),
    [
        (55, 100, 0.55),
        (0, 100, 0.0),
        (100, 100, 1.0),
        (17208, 25000, 0.68832),
        (-3, 100, None),
        (-2, 100, None),
        (-1, 100, None),
        (-3, -2, None),
        (100, -2, None),  # Sharp's waste box
        (9, -2, None),
        (0, -2, None),
        (-2, -2, None),
        (50, 0, None),
        (150, 100, None),  # 150 % of a peer's reading
        (2**31 - 1, 1, None),
        (b"55", 100, None),
        (55, None, None),
        (None, 100, None),
        (5.5, 100, None),
    ],
)
def test_supply_levels(level: Value, capacity: Value, ratio: float | None) -> None:
    samples = supply(level=level, capacity=capacity, type=3)
    assert samples.get(("mppmon_printer_supply_ratio", "toner")) == ratio
    assert samples.get(("mppmon_printer_supply_some_left", "toner")) == (1.0 if level == -3 else None)


@given(st.integers(-(2**63), 2**63), st.integers(-(2**63), 2**63))
def test_no_level_is_ever_below_nothing_or_above_full(level: int, capacity: int) -> None:
    for name in ("supplies", "trays"):
        for (metric, _), value in read("printer", {name: {"1.1": {"level": level, "capacity": capacity}}}).items():
            assert 0.0 <= value <= 1.0, metric


@pytest.mark.parametrize(
    ("octets", "errors"),
    [
        ("", set()),
        ("00", set()),
        ("0000", set()),
        ("20", {"low-toner"}),  # a blank: read as jammed by others
        ("2000", {"low-toner"}),
        ("80", {"low-paper"}),
        ("04", {"jammed"}),
        ("0500", {"jammed", "service-requested"}),
        ("0080", {"input-tray-missing"}),
        ("0002", {"overdue-maintenance"}),
        ("0001", set()),  # bit 15 means nothing
        ("0000ff", set()),
        ("ffff", set(PRINTER.enumerations["printer-error"].values())),
    ],
)
def test_error_bits(octets: str, errors: set[str]) -> None:
    samples = read("printer", {"state": {"1": {"errors": bytes.fromhex(octets)}}})
    assert {error for (_, error), value in samples.items() if value == 1.0} == errors
    assert len(samples) == 15


@pytest.mark.parametrize("value", [32, None, 1.5])
def test_error_bits_of_another_type_are_absent(value: Value) -> None:
    assert read("printer", {"state": {"1": {"errors": value}}}) == {}


def test_a_status_is_one_of_its_states() -> None:
    samples = read("printer", {"state": {"1": {"status": 4}}})
    assert {name: value for (_, name), value in samples.items()} == {
        **dict.fromkeys(("other", "unknown", "idle", "warmup"), 0.0),
        "printing": 1.0,
    }
    assert read("printer", {"state": {"1": {"status": 77}}}) == {}


def test_the_first_printer_of_several_is_read() -> None:
    samples = read("printer", {"state": {"10": {"status": 4}, "9": {"status": 3}}})
    assert samples["mppmon_printer_status", "idle"] == 1.0
    assert len(samples) == 5


def test_an_unknown_supply_type_is_named_unknown() -> None:
    for value in (99, None, b"toner"):
        assert supply(level=1, capacity=2, type=value) == {("mppmon_printer_supply_ratio", "unknown"): 0.5}


def port(**row: Value) -> dict[str, float]:
    found = read("switch", {"ports": {"7": {key.replace("_", "-"): value for key, value in row.items()}}})
    return {name.removeprefix("mppmon_interface_"): value for (name, _), value in found.items()}


def test_an_interface() -> None:
    assert port(
        admin=1, oper=2, receive64=2**40, receive32=7, transmit32=9, receive_errors=1, megabits=1000, bits=2**32 - 1
    ) == {
        "admin_up": 1.0,
        "oper_up": 0.0,
        "receive_bytes_total": float(2**40),
        "transmit_bytes_total": 9.0,
        "receive_errors_total": 1.0,
        "speed_bytes_per_second": 1e9 / 8,
    }


@pytest.mark.parametrize(
    ("megabits", "bits", "speed"),
    [
        (100, 100_000_000, 1e8),
        (0, 100_000_000, 1e8),  # ifHighSpeed 0 on a port that is up
        (None, 54_000_000, 5.4e7),
        (40_000, 2**32 - 1, 4e10),
        (0, 2**32 - 1, None),
        (0, 0, None),
        (None, None, None),
    ],
)
def test_speeds(megabits: int | None, bits: int | None, speed: float | None) -> None:
    row = {key: value for key, value in (("megabits", megabits), ("bits", bits)) if value is not None}
    assert port(**row).get("speed_bytes_per_second") == (speed and speed / 8)


@pytest.mark.parametrize("status", [0, 3, 4, 5, 6, 7])
def test_only_up_is_up(status: int) -> None:
    assert port(oper=status)["oper_up"] == 0.0


def test_uptime_is_in_seconds() -> None:
    assert read("system", {"scalars": {"": {"uptime": 33604185}}}) == {("mppmon_device_uptime_seconds", ""): 336041.85}


def test_numbers_that_are_none() -> None:
    for value in (float("nan"), float("inf"), b"12", None):
        assert read("system", {"scalars": {"": {"uptime": value}}}) == {}


def test_words_are_cleaned_and_never_labels() -> None:
    hostile = b'<script>alert(1)</script>\x00\r\n\x1b[31m"} 1\n' + b"x" * 300
    rows: Rows = {"supplies": {"1.1": {"description": hostile, "type": 3, "level": 1, "capacity": 2}}}
    texts = dict(decode.words(PRINTER, rows))
    assert texts["supplies.1.1.type"] == "toner"
    description = texts["supplies.1.1.description"]
    assert description.isprintable()
    assert len(description.encode()) <= 64
    labels = {value for (_, labels), _ in decode.samples(PRINTER, rows) for _, value in labels}
    assert labels == {"1.1", "toner"}


def test_words_of_one_device_are_capped() -> None:
    rows: Rows = {"ports": {str(index): {"name": b"port", "alias": b"uplink"} for index in range(1000)}}
    assert len(list(decode.words(SWITCH, rows))) == decode.MAX_WORDS


def test_rows_come_in_the_order_of_snmp() -> None:
    rows: Rows = {"ports": {index: {"oper": 1} for index in ("10", "9", "1000001", "1")}}
    assert [labels[0][1] for (_, labels), _ in decode.samples(SWITCH, rows)] == ["1", "9", "10", "1000001"]
