"""A mall, observations of it, and what a Prometheus parser reads on a page."""

from collections import Counter

from prometheus_client.parser import text_string_to_metric_families

from collectors.observation import Labels, Observation, Outcome, schema_of
from mppmon.exporter import Exporter
from mppmon.mall.model import Device, DeviceKind, Service
from tests.unit.mall_samples import START, mall

PRINTER = Device("p1", DeviceKind.PRINTER, "Printer", agency="dukcapil")
HOUSE = mall(
    [PRINTER, Device("pc1", DeviceKind.PC, "PC"), Device("cp1", DeviceKind.CARD_PRINTER, "Kartu", via="pc1")],
    services=[Service("ktp", "Cetak KTP-el", "dukcapil", needs=("pc",))],
    counters={"a1": {"pc": ("pc1",)}},
)

Sample = tuple[str, Labels, float]
Page = dict[tuple[str, frozenset[tuple[str, str]]], float]


def seen(
    check: str,
    *samples: Sample,
    outcome: Outcome = Outcome.OK,
    seconds: float = 0.25,
    texts: tuple[tuple[str, str], ...] = (),
    parts: tuple[Observation, ...] = (),
) -> Observation:
    """Return what a check (`<device>:<kind>`) saw."""
    schema = schema_of(tuple((name, labels) for name, labels, _ in samples))
    values = tuple(value for _, _, value in samples)
    return Observation(
        check, check.partition(":")[0], outcome, START, seconds, schema, values, texts=texts, parts=parts
    )


def page(exporter: Exporter) -> Page:
    """Read the page as Prometheus would; no family and no series may be there twice."""
    families = list(text_string_to_metric_families(exporter.render().decode()))
    names = Counter(family.name for family in families)
    assert not [name for name, times in names.items() if times > 1]
    read = [(sample.name, frozenset(sample.labels.items()), sample.value) for one in families for sample in one.samples]
    found = {(name, labels): value for name, labels, value in read}
    assert len(found) == len(read)
    return found


def device(labels: dict[str, str] | None = None, name: str = "p1", kind: str = "printer") -> frozenset[tuple[str, str]]:
    """Return the labels of one of HOUSE's devices and these."""
    agency = {"agency": "dukcapil"} if name == "p1" else {}
    return frozenset(({"site": "mall", "device": name, "kind": kind} | agency | (labels or {})).items())
