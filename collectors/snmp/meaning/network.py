"""Ports, what they carry, whom they lead to and what power they give. Pure."""

from collectors.snmp.meaning.reader import Fields, Reader, first, flag, known, whole

_PORT = "mppmon_interface_"


def network(read: Reader) -> Fields:
    """Return `ports`, `neighbours` and `poe`, as far as there are any."""
    out: Fields = {
        "ports": [_port(read, index) for index in read.indexes("interface", f"{_PORT}admin", "ports")],
        "neighbours": [_neighbour(read, index) for index in read.indexes("", "", "neighbours")],
        "poe": _poe(read),
    }
    return {key: value for key, value in out.items() if value}


def _port(read: Reader, index: str) -> Fields:
    row = read.rows("ports").get(index, {})

    def value(metric: str) -> float | None:
        return read.value(f"{_PORT}{metric}", interface=index)

    return {
        "index": index,
        "name": first(row.get("name"), row.get("description")),
        "alias": row.get("alias", ""),
        "admin_up": flag(value("admin_up")),
        "oper_up": flag(value("oper_up")),
        "speed_bits_per_second": _bits(value("speed_bytes_per_second")),
        "receive_errors": whole(value("receive_errors_total")),
        "transmit_errors": whole(value("transmit_errors_total")),
        "receive_discards": whole(value("receive_discards_total")),
        "transmit_discards": whole(value("transmit_discards_total")),
        "receive_ratio": value("receive_ratio"),
        "transmit_ratio": value("transmit_ratio"),
    }


def _neighbour(read: Reader, index: str) -> Fields:
    """Tell whom a port leads to. The index is time mark, local port, neighbour (LLDP-MIB)."""
    row = read.rows("neighbours")[index]
    arcs = index.split(".")
    local = arcs[1] if len(arcs) > 1 else ""
    port = read.rows("ports").get(local, {})
    return known(
        {
            "local_port": local,
            "local_name": first(port.get("name"), port.get("description")),
            "system": row.get("system"),
            "port": row.get("port"),
            "port_description": row.get("port-description"),
            "chassis": row.get("chassis"),
        }
    )


def _poe(read: Reader) -> Fields:
    delivering = read.present(f"{_PORT}poe_delivering", "interface")
    groups = [
        known(
            {
                "group": group,
                "used_watts": read.value("mppmon_poe_used_watts", group=group),
                "budget_watts": read.value("mppmon_poe_budget_watts", group=group),
            }
        )
        for group in read.indexes("group", "mppmon_poe_")
    ]
    known_ports = read.has(f"{_PORT}poe_delivering")
    return {"delivering": delivering, "groups": groups} if known_ports or groups else {}


def _bits(octets: float | None) -> int | None:
    """Return bits, as ports are sold and labelled, of the bytes that Prometheus wants."""
    return None if octets is None else int(octets * 8)
