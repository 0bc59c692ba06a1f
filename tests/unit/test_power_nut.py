"""NUT's lines and variables: what is read, and that hostile ones are refused or left out."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.power.decode import METRICS, samples, texts
from collectors.power.wording import Malformed, quote, refusal, split, variable

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def told(**variables: str) -> dict[tuple[str, ...], float]:
    """Return the samples of variables written with `_` for their dots, by metric and label values."""
    given = {name.replace("_", ".").encode(): value.encode() for name, value in variables.items()}
    return {(name, *(value for _, value in labels)): value for (name, labels), value in samples(given, NOW)}


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_what_is_quoted_is_one_word(text: str) -> None:
    assert split(f"PASSWORD {quote(text)}".encode()) == [b"PASSWORD", text.encode()]


@given(st.binary(max_size=200))
def test_any_line_is_read_or_refused(line: bytes) -> None:
    for read in (split, lambda one: variable(one, b"u"), refusal):
        try:
            read(line)
        except Malformed:
            continue


def test_a_second_line_is_never_sent() -> None:
    with pytest.raises(ValueError, match="one line"):
        quote("x\nSET VAR")


def test_variables_of_the_asked_ups_alone() -> None:
    assert variable(rb'VAR u ups.mfr "AP\"C \\"', b"u") == (b"ups.mfr", b'AP"C \\')
    assert variable(b"END LIST VAR u", b"u") is None
    for line in (b'VAR v ups.mfr "x"', b'VAR u ups.mfr "x', b"", b"VAR u ups.mfr", b'VAR u a "b" c'):
        with pytest.raises(Malformed):
            variable(line, b"u")


def test_a_refusal_is_a_name_and_nothing_else() -> None:
    assert refusal(b"ERR DATA-STALE") == "DATA-STALE"
    assert refusal(b"ERR \x1b[2J") == "?"
    assert refusal(b"OK") == ""


def test_on_battery_and_low() -> None:
    said = told(
        ups_status="OB DISCHRG LB",
        battery_charge="12.5",
        battery_runtime="240",
        ups_load="35",
        battery_date="2024/11/24",
    )
    assert said["mppmon_ups_on_battery",] == 1
    assert [key[1] for key, value in said.items() if key[0] == "mppmon_ups_source" and value] == ["battery"]
    assert said["mppmon_ups_battery_status", "low"] == 1
    assert said["mppmon_ups_battery_status", "normal"] == 0
    assert said["mppmon_ups_charge_ratio",] == 0.125
    assert said["mppmon_ups_runtime_seconds",] == 240
    assert said["mppmon_ups_load_ratio", "1"] == pytest.approx(0.35)
    assert said["mppmon_ups_battery_age_seconds",] == 730 * 86_400
    assert {key[0] for key in said} <= METRICS


@pytest.mark.parametrize(
    ("status", "source"),
    [("OL", "normal"), ("OL BYPASS", "bypass"), ("OL BOOST", "booster"), ("OL TRIM", "reducer"), ("OFF", "none")],
)
def test_what_feeds_the_output(status: str, source: str) -> None:
    said = told(ups_status=status)
    assert said["mppmon_ups_on_battery",] == 0
    assert said["mppmon_ups_source", source] == 1


def test_replace_and_overload_are_told_beside_the_mains() -> None:
    said = told(ups_status="OL RB OVER ALARM", ups_load="104")
    assert said["mppmon_ups_battery_status", "replace"] == 1
    assert said["mppmon_ups_alarms",] == 2
    assert said["mppmon_ups_load_ratio", "1"] == pytest.approx(1.04)


def test_stopgaps_and_what_is_absent_say_nothing() -> None:
    said = told(
        ups_status="WAIT",
        battery_charge="-1",
        battery_runtime="65535",
        ups_load="nan",
        battery_date="2001/09/25",
        input_voltage="0.0",
        battery_temperature="0",
    )
    assert {key[0] for key in said} == {"mppmon_device_info", "mppmon_ups_driver_ok"}


def test_three_phases() -> None:
    said = {
        (name, *(value for _, value in labels)): value
        for (name, labels), value in samples({b"input.L2-N.voltage": b"221", b"input.voltage": b"5"}, NOW)
    }
    assert said["mppmon_ups_input_volts", "2"] == 221
    assert ("mppmon_ups_input_volts", "1") not in said


def test_words_of_the_ups_are_cleaned() -> None:
    found = dict(texts({b"ups.mfr": b"A\x1bB" + b"x" * 100, b"ups.serial": b"000000", b"device.serial": b"S1"}))
    assert found == {"kind": "ups", "profile": "nut", "vendor": ("A B" + "x" * 100)[:64], "serial": "S1"}
