"""A small mall for the tests of the reports."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from mppmon.mall.model import Agency, Counter, Device, DeviceKind, Mall, Offer, Service, Site, Span
from tests.unit.store_kit import MONDAY

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def span(start: float, end: float, *, at: datetime = MONDAY) -> Span:
    """Return a span in hours after Monday 08.00 of the mall."""
    return Span(at + start * HOUR, at + end * HOUR)


def mall(hours: Mapping[str, tuple[Span, ...]] | None = None, *, counters: tuple[str, ...] = ("a1", "a2")) -> Mall:
    """Return a mall of two agencies: `ktp` of Disdukcapil at the counters, `sim` of the police at `b1`."""
    places = {
        one: Counter(one, f"Loket {one.upper()}", "disdukcapil", "Lt. 1", {"pc": (f"{one}-pc",)}, (Offer("ktp", 12.0),))
        for one in counters
    }
    places["b1"] = Counter("b1", "Loket B1", "polres", "Lt. 2", {"pc": ("b1-pc",)}, (Offer("sim", 9.0),))
    devices = {
        "sw-core": Device("sw-core", DeviceKind.SWITCH, "Switch inti"),
        "a1-pc": Device("a1-pc", DeviceKind.PC, "PC Loket A1", agency="disdukcapil"),
        "b1-pc": Device("b1-pc", DeviceKind.PC, "PC Loket B1", agency="polres"),
    }
    return Mall(
        site=Site("mpp", "MPP Kota Harapan", "Asia/Jakarta"),
        agencies={
            "disdukcapil": Agency("disdukcapil", "Dinas Dukcapil", "Disdukcapil"),
            "polres": Agency("polres", "Polres Harapan", "Polres"),
        },
        services={
            "ktp": Service("ktp", "Cetak KTP-el", "disdukcapil"),
            "sim": Service("sim", "Perpanjangan SIM", "polres"),
        },
        counters=places,
        devices=devices,
        hours={"mpp": (span(0, 7),)} if hours is None else hours,
    )
