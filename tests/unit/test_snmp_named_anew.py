"""What a device is called, and what its numbers mean, is never of another time or another device."""

from collectors.settings import SnmpSettings
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.wire import ber, oid
from tests.unit.snmp_agents import Agent, Mib
from tests.unit.test_snmp_collector import UPTIME, target, told, value


def test_what_is_numbered_anew_by_a_restart_is_never_read_by_the_old_numbers() -> None:
    async def story(collector: SnmpCollector, peer: Agent) -> None:
        await collector.poll(target(peer.port))
        peer.mib[UPTIME] = (ber.TIME_TICKS, 300)
        peer.mib[oid.encode("1.3.6.1.2.1.43.11.1.1.5.1.1")] = (ber.INTEGER, 9)
        peer.mib[oid.encode("1.3.6.1.2.1.43.11.1.1.6.1.1")] = (ber.OCTETS, b"Drum Unit")
        seen = await collector.poll(target(peer.port))
        assert value(seen, "mppmon_printer_supply_ratio", type="drum") == 0.4
        assert value(seen, "mppmon_printer_supply_ratio", type="toner") is None
        assert dict(seen.texts)["supplies.1.1.description"] == "Drum Unit"

    told(story)


def test_a_ups_that_nothing_else_names_is_called_by_the_maker_it_tells() -> None:
    async def story(collector: SnmpCollector, peer: Agent) -> None:
        texts = dict((await collector.poll(target(peer.port))).texts)
        assert (texts["kind"], texts["vendor"]) == ("ups", "Prolink \N{PILE OF POO} b")
        peer.mib[oid.encode("1.3.6.1.2.1.1.2.0")] = (ber.OBJECT_ID, oid.encode("1.3.6.1.4.1.318.1.3.2.7"))
        again = target(peer.port, settings=SnmpSettings(timeout=2.0, profile="apc"))
        assert dict((await collector.poll(again)).texts)["vendor"] == "APC"

    names: Mib = {
        "1.3.6.1.2.1.1.1.0": (ber.OCTETS, b"SNMP card"),
        "1.3.6.1.2.1.1.2.0": (ber.OBJECT_ID, oid.encode("1.3.6.1.2.1.33")),
        "1.3.6.1.2.1.33.1.1.1.0": (ber.OCTETS, "Prolink \N{PILE OF POO}\0\x1bb".encode()),
        "1.3.6.1.2.1.33.1.2.1.0": (ber.INTEGER, 2),
    }
    told(story, names)
