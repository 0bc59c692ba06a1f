"""Processors, storage and sensors. Pure."""

from collectors.snmp.meaning.reader import Fields, Reader, first, flag, known, whole

_SENSORS = ("celsius", "volts", "amperes", "watts", "hertz", "ratio", "rpm")


def machine(read: Reader) -> Fields:
    """Return `processors`, `storage` and `sensors`, as far as there are any."""
    out: Fields = {
        "processors": [
            {"index": index, "busy": read.value("mppmon_device_cpu_ratio", cpu=index)}
            for index in read.indexes("cpu", "mppmon_device_cpu_ratio")
        ],
        "storage": [_storage(read, index) for index in read.indexes("storage", "mppmon_device_storage_")],
        "sensors": [_sensor(read, index) for index in read.indexes("sensor", "mppmon_sensor_")],
    }
    return {key: value for key, value in out.items() if value}


def _storage(read: Reader, index: str) -> Fields:
    row = read.rows("storage").get(index, {})
    return known(
        {
            "index": index,
            "type": row.get("type") or read.label("type", "storage", index),
            "description": row.get("description"),
            "size_bytes": whole(read.value("mppmon_device_storage_size_bytes", storage=index)),
            "used": read.value("mppmon_device_storage_used_ratio", storage=index),
        }
    )


def _sensor(read: Reader, index: str) -> Fields:
    table, _, number = index.rpartition("-")  # `fans-2`: a vendor's own table
    row = read.rows(table or "sensors").get(number, {})
    values = {unit: read.value(f"mppmon_sensor_{unit}", sensor=index) for unit in _SENSORS}
    unit, value = next(((unit, value) for unit, value in values.items() if value is not None), (None, None))
    return known(
        {
            "index": index,
            "name": first(row.get("name"), row.get("description")),
            "unit": unit,
            "value": value,
            "ok": flag(read.value("mppmon_sensor_ok", sensor=index)),
        }
    )
