"""What a UPS says of the power and of its battery, by SNMP or by NUT. Pure."""

from collectors.snmp.meaning.reader import Fields, Reader, flag, known, whole

_LINES = {
    "input_volts": "mppmon_ups_input_volts",
    "output_volts": "mppmon_ups_output_volts",
    "load": "mppmon_ups_load_ratio",
}


def ups(read: Reader) -> Fields:
    """Return `ups`: what feeds its output, how long the battery lasts and how old it is. Nothing for other devices."""
    source = read.present("mppmon_ups_source", "source")
    status = read.present("mppmon_ups_battery_status", "status")
    fields = known(
        {
            "on_battery": flag(read.value("mppmon_ups_on_battery")),
            "source": source[0] if source else None,
            "battery": status[0] if status else None,
            "charge": read.value("mppmon_ups_charge_ratio"),
            "runtime_seconds": read.value("mppmon_ups_runtime_seconds"),
            "on_battery_seconds": read.value("mppmon_ups_on_battery_seconds"),
            "battery_age_seconds": read.value("mppmon_ups_battery_age_seconds"),
            "battery_celsius": read.value("mppmon_ups_battery_celsius"),
            "alarms": whole(read.value("mppmon_ups_alarms")),
        }
    )
    lines = [
        {"line": line} | known({key: read.value(metric, line=line) for key, metric in _LINES.items()})
        for line in read.indexes("line", "mppmon_ups_")
    ]
    if lines:
        fields["lines"] = lines
    return {"ups": fields} if fields else {}
