"""Recorded printers and switches, served by snmpsim, against what their recordings say (`truth/*.json`)."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from collectors.observation import Observation
from collectors.snmp.library import builtin
from collectors.snmp.probe import probe
from tests.servers.snmp_servers import snmpsim, truth

pytestmark = pytest.mark.server

PRINTERS = {
    "brother_hl5370dw": ("Brother", "Brother HL-5370DW series"),
    "epson": ("Epson", "EPSON WF-C5790BA"),
    "sharp": ("Sharp", "SHARP MX-3570N"),
    "ricoh_mpc3002": ("Ricoh", "RICOH Aficio MP C3002"),
    "jetdirect_m130nw": ("HP", "HP LaserJet MFP M130nw"),
}
OWN_SERIALS = {"brother_hl5370dw": "B9J154306"}
"""Told in the maker's own MIB only, which the truth files do not read."""
SWITCHES = {
    "dlink_dgs-3420-28tc": ("D-Link", "d-link"),
    "jetstream_sg2218p": ("TP-Link", "tp-link"),
    "ruijie": ("Ruijie", "ruijie"),
    "procurve_2520": ("HP", "hp-switch"),
}
AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
ERRORS = builtin().named("printer").enumerations["printer-error"]
SUPPLY_TYPES = builtin().named("printer").enumerations["supply-type"]

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Observation]]:
    """Every device, identified and read once, as `mppmon poll` does."""
    names = [*PRINTERS, *SWITCHES]
    with snmpsim(names, tmp_path_factory.mktemp("snmpsim")) as port:
        yield {name: asyncio.run(_read(port, name)) for name in names}


async def _read(port: int, name: str) -> Observation:
    found = await probe("127.0.0.1", port, community=name, timeout=10.0, now=lambda: AT)
    return found.observation


def samples(observation: Observation) -> Samples:
    return {(name, frozenset(labels)): value for name, labels, value in observation.samples()}


def labelled(observation: Observation, metric: str) -> dict[str, float]:
    """Return values by their first label's value."""
    return {labels[0][1]: value for name, labels, value in observation.samples() if name == metric}


@pytest.mark.parametrize("name", [*PRINTERS, *SWITCHES])
def test_it_answers_in_full(seen: Mapping[str, Observation], name: str) -> None:
    assert (seen[name].outcome, seen[name].detail) == ("ok", "")
    ticks = truth(name)["system"]["sysUpTime_ticks"]
    assert samples(seen[name]).get(("mppmon_device_uptime_seconds", frozenset())) == (ticks and ticks / 100)


@pytest.mark.parametrize("name", PRINTERS)
def test_a_printer_is_who_it_is(seen: Mapping[str, Observation], name: str) -> None:
    texts = dict(seen[name].texts)
    serials = {"1": OWN_SERIALS.get(name)} | truth(name)["printer"]["serial"]
    assert (texts["kind"], texts["vendor"], texts["model"]) == ("printer", *PRINTERS[name])
    assert texts.get("serial") == serials.get("1")


@pytest.mark.parametrize("name", PRINTERS)
def test_supplies(seen: Mapping[str, Observation], name: str) -> None:
    supplies: list[Mapping[str, Any]] = truth(name)["printer"]["supplies"]
    found = samples(seen[name])
    expected = {
        (
            "mppmon_printer_supply_ratio",
            frozenset({("supply", each["index"]), ("type", SUPPLY_TYPES[each["type"]])}),
        ): pytest.approx(each["percent"] / 100, abs=1e-5)
        for each in supplies
        if each["percent"] is not None
    }
    assert {key: value for key, value in found.items() if key[0] == "mppmon_printer_supply_ratio"} == expected
    some_left = {each["index"] for each in supplies if each["level"] == -3}
    assert set(labelled(seen[name], "mppmon_printer_supply_some_left")) == some_left
    texts = dict(seen[name].texts)
    for each in supplies:
        assert texts[f"supplies.{each['index']}.description"] == " ".join(each["descr"].split())[:64].strip()


@pytest.mark.parametrize("name", PRINTERS)
def test_trays(seen: Mapping[str, Observation], name: str) -> None:
    trays: list[Mapping[str, Any]] = truth(name)["printer"]["trays"]
    assert labelled(seen[name], "mppmon_printer_tray_ratio") == {
        each["index"]: pytest.approx(each["percent"] / 100, abs=1e-5) for each in trays if each["percent"] is not None
    }


@pytest.mark.parametrize("name", PRINTERS)
def test_errors_and_pages(seen: Mapping[str, Observation], name: str) -> None:
    printer = truth(name)["printer"]
    bits = next(iter(printer["hrPrinterDetectedErrorState"].values()))["bits"]
    assert labelled(seen[name], "mppmon_printer_error") == {error: float(bit in bits) for bit, error in ERRORS.items()}
    pages = samples(seen[name]).get(("mppmon_printer_pages_total", frozenset()))
    assert pages == printer["prtMarkerLifeCount"].get("1.1")


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_is_who_it_is(seen: Mapping[str, Observation], name: str) -> None:
    texts = dict(seen[name].texts)
    assert (texts["kind"], texts["vendor"], texts["profile"]) == ("switch", *SWITCHES[name])


@pytest.mark.parametrize("name", SWITCHES)
def test_interfaces(seen: Mapping[str, Observation], name: str) -> None:
    interfaces: list[Mapping[str, Any]] = truth(name)["network"]["ifaces"]
    assert interfaces
    wanted: dict[str, Callable[[Mapping[str, Any]], float | None]] = {
        "admin_up": lambda each: _is(each["admin"], 1),
        "oper_up": lambda each: _is(each["oper"], 1),
        "receive_bytes_total": lambda each: _first(each["hc_in"], each["in_octets32"]),
        "transmit_bytes_total": lambda each: _first(each["hc_out"], each["out_octets32"]),
        "receive_errors_total": lambda each: each["in_errors"],
        "transmit_errors_total": lambda each: each["out_errors"],
        "speed_bytes_per_second": lambda each: each["speed_bps"] / 8 if each["speed_bps"] else None,
    }
    for metric, expected in wanted.items():
        told = {str(each["index"]): expected(each) for each in interfaces}
        assert labelled(seen[name], f"mppmon_interface_{metric}") == {
            index: value for index, value in told.items() if value is not None
        }, metric


def _is(value: int | None, wanted: int) -> float | None:
    return None if value is None else float(value == wanted)


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)
