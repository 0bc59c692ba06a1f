"""What the SNMP wire sent, got and lost, made into metric families only when somebody looks."""

from collections.abc import Callable, Iterator
from dataclasses import asdict

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from collectors.snmp.wire.transport import Counts

_BUFFER = "receive_buffer"


class Datagrams(Collector):
    """`counts` is asked at each scrape, from the thread that renders the page: it reads plain numbers."""

    def __init__(self, counts: Callable[[], Counts]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        """Yield both families; before the first request there is no buffer."""
        seen = asdict(self._counts())
        octets = seen.pop(_BUFFER)
        events = CounterMetricFamily(
            "mppmon_daemon_snmp_datagrams_total",
            "SNMP datagrams: sent, repeated, received; of these strays, misdirected, malformed; unsent; dropped.",
            labels=["event"],
        )
        for event, count in seen.items():
            events.add_metric([event], count)
        yield events
        if octets:
            yield GaugeMetricFamily(
                "mppmon_daemon_snmp_receive_buffer_bytes", "The receive buffer that the kernel gave.", value=octets
            )
