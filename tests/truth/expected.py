"""What a recording's truth says our metrics should be. `truth/*.json` came from the walks without us."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from collectors.snmp.library import builtin

Truth = Mapping[str, Any]
Values = Mapping[str, float]
"""Value by the metric's telling label (the index, or the state); "" for a metric without labels."""

_PRINTER = builtin().named("printer").enumerations
_SOURCES = {"other": "other", "none": "none", "normal": "normal", "bypass": "bypass", "battery": "battery"}
_SOURCES |= {"booster": "booster", "reducer": "reducer"}
_APC_SOURCE = builtin().named("apc").enumerations["apc-source"]
_SENSORS: Mapping[int, tuple[str, float]] = {
    3: ("volts", 1), 4: ("volts", 1), 5: ("amperes", 1), 6: ("watts", 1), 7: ("hertz", 1), 8: ("celsius", 1),
    9: ("ratio", 0.01), 10: ("rpm", 1),
}  # fmt: skip
_NUMBERS = frozenset(
    (
        "sysUpTime_ticks",
        "percent",
        "level",
        "admin",
        "oper",
        "hc_in",
        "hc_out",
        "in_octets32",
        "out_octets32",
        "in_errors",
        "out_errors",
        "in_discards",
        "out_discards",
        "speed_bps",
        "scaled",
        "size_bytes",
        "charge_percent",
        "minutes_remaining",
        "seconds_on_battery",
        "alarms_present",
        "voltage_V",
        "load_percent",
    )
)
_NOT_KNOWN = frozenset({None, -1, 4294967295})


def expected(truth: Truth) -> Mapping[str, Values]:
    """Return what each metric should say, by name; a metric that the truth does not speak of is not there."""
    out: dict[str, Values] = {}
    truth = _cleaned(truth)
    ticks = truth["system"]["sysUpTime_ticks"]
    if ticks is not None:
        out["mppmon_device_uptime_seconds"] = {"": ticks / 100}
    for part, read in (("printer", _printer), ("network", _network), ("host", _host), ("ups", _ups)):
        if part in truth:
            out |= read(truth[part])
    return out


def _cleaned(truth: Any) -> Any:  # noqa: ANN401  # JSON
    """Return the truth without texts where a number belongs: some agents say "" or "unknown" there."""
    if isinstance(truth, dict):
        return {
            key: None if key in _NUMBERS and isinstance(value, str) else _cleaned(value) for key, value in truth.items()
        }
    return [_cleaned(each) for each in truth] if isinstance(truth, list) else truth


def neighbours(truth: Truth) -> Mapping[str, str]:
    """Return the names of LLDP neighbours by index."""
    listed = truth.get("network", {}).get("lldp_neighbours", ())
    return {
        f"{each['time_mark']}.{each['local_port_num']}.{each['rem_index']}": each["sys_name"]
        for each in listed
        if each.get("sys_name")
    }


def _printer(printer: Truth) -> Iterator[tuple[str, Values]]:
    yield "mppmon_printer_supply_ratio", _percent(printer["supplies"])
    yield "mppmon_printer_supply_some_left", _some_left(printer["supplies"])
    yield "mppmon_printer_tray_ratio", _percent(printer["trays"])
    yield "mppmon_printer_tray_some_left", _some_left(printer["trays"])
    states = printer["hrPrinterDetectedErrorState"]
    if states:
        bits = states[min(states, key=int)]["bits"]
        yield "mppmon_printer_error", {name: float(bit in bits) for bit, name in _PRINTER["printer-error"].items()}
    pages = printer["prtMarkerLifeCount"]
    if pages:
        yield "mppmon_printer_pages_total", {"": pages[min(pages, key=_arcs)]}


def _percent(parts: Sequence[Truth]) -> Values:
    return {each["index"]: each["percent"] / 100 for each in parts if each["percent"] is not None}


def _some_left(parts: Sequence[Truth]) -> Values:
    return {each["index"]: 1.0 for each in parts if each["level"] == -3}  # RFC 3805: some is left


def _arcs(index: str) -> tuple[int, ...]:
    return tuple(map(int, index.split(".")))


def _network(network: Truth) -> Iterator[tuple[str, Values]]:
    ports = {str(each["index"]): each for each in network["ifaces"]}
    for metric, key in (("admin_up", "admin"), ("oper_up", "oper")):
        yield f"mppmon_interface_{metric}", {i: float(e[key] == 1) for i, e in ports.items() if e[key] is not None}
    for metric, keys in (
        ("receive_bytes_total", ("hc_in", "in_octets32")),
        ("transmit_bytes_total", ("hc_out", "out_octets32")),
        ("receive_errors_total", ("in_errors",)),
        ("transmit_errors_total", ("out_errors",)),
        ("receive_discards_total", ("in_discards",)),
        ("transmit_discards_total", ("out_discards",)),
    ):
        told = {
            index: next((each[key] for key in keys if each[key] is not None), None) for index, each in ports.items()
        }
        yield f"mppmon_interface_{metric}", {index: value for index, value in told.items() if value is not None}
    yield (
        "mppmon_interface_speed_bytes_per_second",
        {index: each["speed_bps"] / 8 for index, each in ports.items() if each["speed_bps"]},
    )
    sensors = [each for each in network["entity_sensors"] if each["oper"] == 1 and each["scaled"] is not None]
    for name in {name for name, _ in _SENSORS.values()}:
        yield (
            f"mppmon_sensor_{name}",
            {
                each["index"]: each["scaled"] * _SENSORS[each["type"]][1]
                for each in sensors
                if _SENSORS.get(each["type"], ("", 0))[0] == name
            },
        )


def _host(host: Truth) -> Iterator[tuple[str, Values]]:
    storage = [each for each in host["storage"] if each["size_bytes"]]
    yield "mppmon_device_storage_size_bytes", {each["index"]: each["size_bytes"] for each in storage}
    yield (
        "mppmon_device_storage_used_ratio",
        {each["index"]: each["percent"] / 100 for each in storage if each["percent"] is not None},
    )
    yield "mppmon_device_cpu_ratio", {index: load / 100 for index, load in host["hrProcessorLoad"].items()}


def _ups(ups: Truth) -> Iterator[tuple[str, Values]]:
    mib, apc = ups["ups_mib"], ups.get("apc") or {}
    yield (
        "mppmon_ups_charge_ratio",
        _one((apc.get("hi_capacity_d"), 0.001), (apc.get("capacity_percent"), 0.01), (mib["charge_percent"], 0.01)),
    )
    yield "mppmon_ups_runtime_seconds", _one((apc.get("runtime_ticks"), 0.01), (mib["minutes_remaining"], 60))
    yield (
        "mppmon_ups_on_battery_seconds",
        _one((apc.get("time_on_battery_ticks"), 0.01), (mib["seconds_on_battery"], 1)),
    )
    yield "mppmon_ups_alarms", _one((mib["alarms_present"], 1))
    source = _APC_SOURCE.get(apc.get("output_status") or 0) or _SOURCES.get(mib["outputSource_name"] or "")
    if source:
        yield "mppmon_ups_source", {source: 1.0}
    if not apc:
        yield "mppmon_ups_input_volts", _lines(mib["inputs"], "voltage_V", 1)
        yield "mppmon_ups_output_volts", _lines(mib["outputs"], "voltage_V", 1)
        yield "mppmon_ups_load_ratio", _lines(mib["outputs"], "load_percent", 0.01)


def _one(*ways: tuple[float | None, float]) -> Values:
    """Return the first value that is known, scaled."""
    for value, scale in ways:
        if value not in _NOT_KNOWN and value is not None:
            return {"": value * scale}
    return {}


def _lines(lines: Sequence[Truth], key: str, scale: float) -> Values:
    known = {str(each["line"]): each[key] for each in lines if each[key] not in _NOT_KNOWN}
    return {line: value * scale for line, value in known.items() if value or scale != 1}
