"""The page that Prometheus scrapes, put together from chunks that are re-made only where something changed."""

from collections.abc import Iterator, Mapping
from threading import Lock

from prometheus_client import CollectorRegistry, generate_latest

from collectors.observation import Observation
from mppmon.config.families import FAMILIES
from mppmon.exporter.samples import Chunks, Samples
from mppmon.exporter.text import header, line, pairs
from mppmon.mall.model import Delivered, Delivery, Mall, State

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_Text = tuple[str, str, bytes]
"""Family, key of the chunk, sample lines."""
_HEADERS = {name: header(metric) for name, metric in FAMILIES.items()}


class Exporter:
    """Told by the poll loop and the engine, read by the web thread: telling only notes what is new, under a lock held
    for no longer; the text is made at the scrape. Devices and services that the inventory does not know are not shown.

    `registry`: what the daemon says of itself, appended to every page.
    """

    def __init__(self, site: str, registry: CollectorRegistry | None = None) -> None:
        self._site = pairs([("site", site)])
        self._registry = registry
        self._noting = Lock()
        self._rendering = Lock()
        self._devices: dict[str, str] = {}
        self._services: dict[Delivered, str] = {}
        self._states: dict[str, tuple[State, State]] = {}
        self._deliveries: dict[Delivered, Delivery] = {}
        self._newest: dict[str, Observation] = {}
        # noted since the page before
        self._fresh = False
        self._texts: dict[tuple[str, str], bytes] = {}
        self._seen: dict[str, Observation] = {}
        self._gone: dict[str, str] = {}
        # of the page before; only touched while rendering
        self._chunks: Chunks = {}
        self._samples = Samples(self._chunks, {})

    def inventory(self, mall: Mall) -> None:
        """Take over a mall. What was said of devices and services that stay is kept; the others vanish. Devices of
        which nothing was said yet are unknown.
        """
        devices = {device.id: self._labels_of(mall, device.id) for device in mall.devices.values()}
        services = dict(self._services_of(mall))
        with self._noting:
            self._devices, self._services = devices, services
            unknown = (State.UNKNOWN, State.UNKNOWN)
            self._states = {device: self._states.get(device, unknown) for device in devices}
            self._deliveries = {key: self._deliveries.get(key, Delivery.UNKNOWN) for key in services}
            self._newest = {check: one for check, one in self._newest.items() if one.device in devices}
            self._fresh = True
            self._texts = {key: text for key, text in self._texts.items() if key[1] == ""}
            self._seen = dict(self._newest)
            self._gone = {}
            for device, (reach, function) in self._states.items():
                self._note(_device_texts(device, devices[device], reach, function))
            for key, delivery in self._deliveries.items():
                self._note(_delivery_texts(key, services[key], delivery))
            for counter in mall.counters.values():
                for offer in counter.offers:
                    key = (offer.service, counter.id)
                    self._note([_citizens_text(key, services[key], offer.citizens_per_hour)])

    def observed(self, observation: Observation) -> None:
        """Show what a check saw, and the parts seen through it. Quick: called in the poll loop for every poll."""
        with self._noting:
            before = self._newest.get(observation.check)
            if before is not None and before.parts:
                kept = {part.check for part in observation.parts}
                for part in before.parts:
                    if part.check not in kept:  # seen only through this one, which did not say
                        self._newest.pop(part.check, None)
                        self._seen.pop(part.check, None)
                        self._gone[part.check] = part.device
            for one in (observation, *observation.parts):
                self._newest[one.check] = self._seen[one.check] = one

    def device(self, device_id: str, reach: State, function: State) -> None:
        """Show the states of a device."""
        with self._noting:
            if self._states.get(device_id, (reach, function)) != (reach, function):
                self._states[device_id] = (reach, function)
                self._note(_device_texts(device_id, self._devices[device_id], reach, function))

    def delivery(self, service: str, counter: str, delivery: Delivery) -> None:
        """Show what a service is at a counter."""
        with self._noting:
            key = (service, counter)
            if self._deliveries.get(key, delivery) is not delivery:
                self._deliveries[key] = delivery
                self._note(_delivery_texts(key, self._services[key], delivery))

    def blind(self, cut: bool) -> None:  # noqa: FBT001  # the one thing it says
        """Show whether our own line is cut."""
        name = "mppmon_site_blind"
        with self._noting:
            self._note([(name, "", line(name, self._site, value=cut).encode())])

    def incidents(self, open: int, acknowledged: int) -> None:  # noqa: A002  # the word of the glossary
        """Show how many incidents are open, and how many somebody works on."""
        name = "mppmon_incidents_open"
        counts = {"open": open, "acknowledged": acknowledged}
        lines = "".join(line(name, self._site, pairs([("status", word)]), value=n) for word, n in counts.items())
        with self._noting:
            self._note([(name, "", lines.encode())])

    def parties(self, counts: Mapping[str, int]) -> None:
        """Show of how many open incidents each party has to mend the cause."""
        name = "mppmon_incidents_party"
        lines = "".join(line(name, self._site, pairs([("party", word)]), value=n) for word, n in counts.items())
        with self._noting:
            self._note([(name, "", lines.encode())])

    def render(self) -> bytes:
        """Return the page, content type CONTENT_TYPE."""
        return b"".join(self.pieces())

    def pieces(self) -> list[bytes]:
        """Return the page in the pieces it is kept in: whoever sends it need not hold it whole."""
        with self._rendering:
            self._take_over()
            page = [part for name in FAMILIES if (chunks := self._chunks.get(name)) for part in _family(name, chunks)]
            if self._registry is not None:
                page.append(generate_latest(self._registry))
            return page

    def _take_over(self) -> None:
        with self._noting:
            fresh, self._fresh = self._fresh, False
            texts, self._texts = self._texts, {}
            seen, self._seen = self._seen, {}
            gone, self._gone = self._gone, {}
            devices = self._devices
        if fresh:
            self._chunks = {name: chunks for name, kept in self._chunks.items() if (chunks := _of_the_site(kept))}
            self._samples = Samples(self._chunks, devices)
        for (name, key), text in texts.items():
            if text:
                self._chunks.setdefault(name, {})[key] = text
            else:
                self._chunks.get(name, {}).pop(key, None)
        for check, device in gone.items():
            self._samples.forget(check, device)
        for observation in seen.values():
            self._samples.write(observation)

    def _note(self, texts: list[_Text]) -> None:
        self._texts.update({(name, key): text for name, key, text in texts})

    def _labels_of(self, mall: Mall, device_id: str) -> str:
        device = mall.devices[device_id]
        agency = [("agency", device.agency)] if device.agency else []
        return ",".join((self._site, pairs([("device", device.id), ("kind", device.kind.value), *agency])))

    def _services_of(self, mall: Mall) -> Iterator[tuple[Delivered, str]]:
        for counter in mall.counters.values():
            for offer in counter.offers:
                agency = mall.services[offer.service].agency
                labels = pairs([("service", offer.service), ("counter", counter.id), ("agency", agency)])
                yield (offer.service, counter.id), f"{self._site},{labels}"


def _family(name: str, chunks: Mapping[str, bytes]) -> Iterator[bytes]:
    yield _HEADERS[name]
    yield from chunks.values()


def _of_the_site(chunks: Mapping[str, bytes]) -> dict[str, bytes]:
    """Keep what hangs on no device and no service: it outlives a change of the inventory."""
    return {key: text for key, text in chunks.items() if key == ""}


def _device_texts(device: str, labels: str, reach: State, function: State) -> list[_Text]:
    down = {State.DOWN: 1.0, State.UP: 0.0}.get(reach)
    name = "mppmon_device_down"
    text = "" if down is None else line(name, labels, value=down)
    return [
        _states("mppmon_device_reach", device, labels, State, reach),
        _states("mppmon_device_function", device, labels, State, function),
        (name, device, text.encode()),
    ]


def _delivery_texts(key: Delivered, labels: str, delivery: Delivery) -> list[_Text]:
    return [_states("mppmon_service_delivery", "@".join(key), labels, Delivery, delivery)]


def _citizens_text(key: Delivered, labels: str, per_hour: float) -> _Text:
    name = "mppmon_service_citizens_per_hour"
    return name, "@".join(key), line(name, labels, value=per_hour).encode()


def _states(name: str, key: str, labels: str, words: type[State] | type[Delivery], present: State | Delivery) -> _Text:
    lines = (line(name, labels, pairs([("state", word.value)]), value=word is present) for word in words)
    return name, key, "".join(lines).encode()
