"""What an observation means to a technician: supplies, errors, trays, pages, ports. Pure.

Built from samples and texts alone, so that it can be told as well of an observation that was made a minute ago.
"""

from collections.abc import Mapping

from collectors.observation import Labels, Observation
from collectors.snmp.decode import index_key

Fields = dict[str, object]


def meaning(observation: Observation) -> Fields:
    """Return what is known: only the keys that the device has something to say about."""
    read = _Reader(observation)
    out: Fields = {}
    if read.has("mppmon_printer_error") or read.has("mppmon_printer_pages_total") or read.rows("supplies"):
        out |= _printer(read)
    ports = [_port(read, index) for index in read.indexes("interface", "ports")]
    if ports:
        out["ports"] = ports
    if read.has("mppmon_device_uptime_seconds"):
        out["uptime_seconds"] = read.value("mppmon_device_uptime_seconds")
    return out


class _Reader:
    """Samples by name and labels, texts by table and index."""

    def __init__(self, observation: Observation) -> None:
        self._samples: dict[str, dict[Labels, float]] = {}
        for name, labels, value in observation.samples():
            self._samples.setdefault(name, {})[labels] = value
        self._texts: dict[str, dict[str, dict[str, str]]] = {}
        for key, text in observation.texts:
            table, _, rest = key.partition(".")
            index, _, column = rest.rpartition(".")
            if column:
                self._texts.setdefault(table, {}).setdefault(index, {})[column] = text

    def has(self, name: str) -> bool:
        return name in self._samples

    def value(self, name: str, **labels: str) -> float | None:
        wanted = set(labels.items())
        return next((v for found, v in self._samples.get(name, {}).items() if wanted <= set(found)), None)

    def present(self, name: str, label: str) -> list[str]:
        """Return the values of `label` whose sample is 1."""
        return [dict(labels)[label] for labels, value in self._samples.get(name, {}).items() if value == 1]

    def label(self, wanted: str, label: str, index: str) -> str | None:
        """Return another label of whatever sample has `label` = index."""
        for samples in self._samples.values():
            for labels in map(dict, samples):
                if labels.get(label) == index and wanted in labels:
                    return labels[wanted]
        return None

    def rows(self, table: str) -> Mapping[str, Mapping[str, str]]:
        return self._texts.get(table, {})

    def indexes(self, label: str, table: str) -> list[str]:
        """Return the indexes that samples or texts know, in SNMP's order."""
        found = {
            value for samples in self._samples.values() for labels in samples for key, value in labels if key == label
        }
        return sorted(found | set(self.rows(table)), key=index_key)


def _printer(read: _Reader) -> Fields:
    status = read.present("mppmon_printer_status", "status")
    console = [row["text"] for row in read.rows("console").values() if "text" in row]
    return {
        "supplies": [_supply(read, index) for index in read.indexes("supply", "supplies")],
        "errors": read.present("mppmon_printer_error", "error"),
        "status": status[0] if status else None,
        "trays": [_tray(read, index) for index in read.indexes("tray", "trays")],
        "pages": _whole(read.value("mppmon_printer_pages_total")),
        "console": console,
    }


def _supply(read: _Reader, index: str) -> Fields:
    """Confidence: `exact` a level was read, `some-left` the printer says only that (-3), else `unknown`."""
    level = read.value("mppmon_printer_supply_ratio", supply=index)
    some_left = read.value("mppmon_printer_supply_some_left", supply=index) == 1
    return {
        "index": index,
        "type": read.rows("supplies").get(index, {}).get("type") or read.label("type", "supply", index) or "unknown",
        "description": read.rows("supplies").get(index, {}).get("description", ""),
        "level": level,
        "confidence": "exact" if level is not None else "some-left" if some_left else "unknown",
    }


def _tray(read: _Reader, index: str) -> Fields:
    row = read.rows("trays").get(index, {})
    return {
        "index": index,
        "name": _first(row.get("name"), row.get("description")),
        "level": read.value("mppmon_printer_tray_ratio", tray=index),
    }


def _port(read: _Reader, index: str) -> Fields:
    row = read.rows("ports").get(index, {})
    return {
        "index": index,
        "name": _first(row.get("name"), row.get("description")),
        "alias": row.get("alias", ""),
        "admin_up": _flag(read.value("mppmon_interface_admin_up", interface=index)),
        "oper_up": _flag(read.value("mppmon_interface_oper_up", interface=index)),
        "speed_bits_per_second": _bits(read.value("mppmon_interface_speed_bytes_per_second", interface=index)),
        "receive_errors": _whole(read.value("mppmon_interface_receive_errors_total", interface=index)),
        "transmit_errors": _whole(read.value("mppmon_interface_transmit_errors_total", interface=index)),
    }


def _first(*texts: str | None) -> str:
    return next((text for text in texts if text), "")


def _bits(octets: float | None) -> int | None:
    """Return bits, as ports are sold and labelled, of the bytes that Prometheus wants."""
    return None if octets is None else int(octets * 8)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _flag(value: float | None) -> bool | None:
    return None if value is None else value == 1
