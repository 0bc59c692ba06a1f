"""Records that makers pack into one octet string: Brother's maintenance, Epson's status."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp import decode, records
from collectors.snmp.decode import Rows
from collectors.snmp.library import builtin

LASER = bytes.fromhex("63010400000001 41010400002260 6f010400001c20 ff".replace(" ", ""))
INK = bytes.fromhex("31010400000001 6f01040000125c 700104000000c8".replace(" ", ""))


def read(profile: str, rows: Rows) -> dict[str, float]:
    """Return samples by name and the values of their labels."""
    found = decode.samples(builtin().named(profile), rows)
    return {"/".join((name, *(value for _, value in labels))): value for (name, labels), value in found}


def brother(octets: bytes, **supplies: dict[str, int]) -> dict[str, float]:
    return read("brother", {"scalars": {"": {"maintenance": octets}}, "supplies": supplies})


def st2(*fields: tuple[int, bytes], short: int = 0) -> bytes:
    body = b"".join(bytes((code, len(value))) + value for code, value in fields)
    return b"\0@BDC ST2\r\n" + (len(body) + short).to_bytes(2, "little") + body


def epson(octets: bytes) -> dict[str, float]:
    return read("epson", {"scalars": {"": {"status": octets}}})


def test_brother_tells_what_printer_mib_calls_some_left() -> None:
    assert brother(LASER, **{"1.1": {"type": 3, "level": -3, "capacity": -2}}) == {
        "mppmon_printer_supply_some_left/1.1/toner": 1.0,
        "mppmon_printer_supply_ratio/record-65/drum": 0.88,
        "mppmon_printer_supply_ratio/record-111/toner": 0.72,
    }


def test_no_part_is_told_twice() -> None:
    drum = {"type": 9, "level": 10_560, "capacity": 12_000}
    assert brother(LASER, **{"1.2": drum}) == {
        "mppmon_printer_supply_ratio/1.2/drum": 0.88,
        "mppmon_printer_supply_ratio/record-111/toner": 0.72,
    }


def test_without_a_drum_it_is_ink() -> None:
    assert brother(INK) == {
        "mppmon_printer_supply_ratio/record-367/ink": 0.47,
        "mppmon_printer_supply_ratio/record-368/ink": 0.02,
    }


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\xff",
        b"\x41",
        b"\x41\x01\x04\x00",
        b"\x41\x02\x04\x00\x00\x00\x01",
        b"\x41\x01\x00" * 9,
        b"\x41\x01\x01\x03",
    ],
)
def test_brother_s_nonsense_is_no_level(octets: bytes) -> None:
    assert brother(octets) == {}


def test_more_than_all_is_no_level() -> None:
    assert brother(bytes.fromhex("41010400002711")) == {}
    assert brother(bytes.fromhex("410104ffffffff")) == {}


def test_epson_ink_and_maintenance_box() -> None:
    inks = bytes((3, 1, 0, 69, 3, 1, 2))
    assert epson(st2((0x01, b"\x04"), (0x0F, inks), (0x37, b"\x02\x01\x00"))) == {
        "mppmon_printer_supply_ratio/record-3840/ink": 0.69,
        "mppmon_printer_supply_ratio/record-3841/ink": 0.02,
        "mppmon_printer_alert/waste-near-full/warning": 1.0,
    }


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ([(0x02, b"\x04")], "mppmon_printer_alert/jam/critical"),
        ([(0x02, b"\x10")], "mppmon_printer_alert/waste-full/critical"),
        ([(0x37, b"\x01\x02")], "mppmon_printer_alert/waste-full/critical"),
        ([(0x37, b"\x01\x00\x01")], "mppmon_printer_alert/waste-near-full/warning"),
        ([(0x02, b"\xee")], None),
        ([(0x37, b"\x01\x00")], None),
        ([(0x37, b"\x09\x02")], None),
        ([(0x0F, bytes((3, 1, 0, 105)))], None),  # above 100: the level cannot be read
        ([(0x0F, b"\x03\x01")], None),
        ([(0x02, b"")], None),
    ],
)
def test_epson_states(fields: list[tuple[int, bytes]], told: str | None) -> None:
    assert epson(st2(*fields)) == ({told: 1.0} if told else {})


def test_a_status_that_is_cut_short_says_nothing() -> None:
    assert epson(st2((0x02, b"\x04"), short=1)) == {}


def test_two_alike_are_one_alert() -> None:
    assert epson(st2((0x02, b"\x10"), (0x37, b"\x01\x02"))) == {"mppmon_printer_alert/waste-full/critical": 1.0}


@given(st.binary(max_size=400), st.booleans())
def test_any_octets_are_read_or_left(octets: bytes, whole: bool) -> None:  # noqa: FBT001  # drawn
    for form, read_ in records.FORMS.items():
        assert len(list(read_(st2((0x0F, octets[:255])) if whole and form == "epson" else octets))) < 2**13
    for value in (*brother(octets).values(), *epson(octets).values()):
        assert 0 <= value <= 1
