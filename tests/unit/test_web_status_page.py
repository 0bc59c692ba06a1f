"""The status page in words: every state said, hostile names shown as text, nobody sees another agency."""

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from alerts.model import Facts, Incident, IncidentStatus, Words
from mppmon.config import Loaded
from mppmon.engine.snapshot import Snapshot
from mppmon.i18n import speech
from mppmon.mall.impact import Verdict
from mppmon.mall.model import Agency, Counter, Delivery, Offer, Service, State
from mppmon.mall.principal import Principal, Role
from mppmon.web.pages import render
from mppmon.web.status_page import MAX_LISTED, delivery_words, page_of, visible
from tests.stories.house import MONDAY, small_config

ALL = Principal(Role.COORDINATOR, "test")
INDONESIAN = speech("Asia/Jakarta")("id")
HOSTILE = '<script>alert("1")</script><img src=x onerror=alert(1)>\u202e'


def picture(loaded: Loaded | None = None, **deliveries: Delivery) -> Snapshot:
    """Return a mall in which all is well, but for these services (`ktp_a1`)."""
    loaded = loaded or small_config()
    mall = loaded.mall
    keys = [(offer.service, counter.id) for counter in mall.counters.values() for offer in counter.offers]
    return Snapshot(
        version=1,
        at=MONDAY + timedelta(minutes=42),
        loaded=loaded,
        reaches=dict.fromkeys(mall.devices, State.UP),
        functions=dict.fromkeys(mall.devices, State.UP),
        since=dict.fromkeys(mall.devices, MONDAY),
        deliveries={key: Verdict(deliveries.get("_".join(key), Delivery.DELIVERED), None) for key in keys},
        delivery_since=dict.fromkeys(keys, MONDAY),
    )


def incident(number: int, *agencies: str) -> Incident:
    facts = Facts(HOSTILE, "Lt. 1", Words(HOSTILE, HOSTILE), Words("buka", "open"), MONDAY)
    return Incident(f"id-{number}", number, "x", IncidentStatus.OPEN, MONDAY, facts, agencies)


class Tags(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize(
    ("deliveries", "headline", "state"),
    [
        ({}, "Semua layanan berjalan normal", "delivered"),
        ({"ktp_a1": Delivery.UNKNOWN}, "1 layanan belum diketahui di 1 loket", "unknown"),
        ({"ktp_a1": Delivery.UNKNOWN, "ktp_a2": Delivery.DEGRADED}, "1 layanan terbatas di 1 loket", "degraded"),
        (
            {"ktp_a1": Delivery.INTERRUPTED, "ktp_a2": Delivery.INTERRUPTED},
            "1 layanan terhenti di 2 loket",
            "interrupted",
        ),
    ],
)
def test_the_worst_is_the_headline(deliveries: dict[str, Delivery], headline: str, state: str) -> None:
    page = page_of(picture(None, **deliveries), ALL, INDONESIAN)
    assert (page.headline, page.state, page.time) == (headline, state, "09.12 WIB")
    assert {one: count for one, _, count in page.tally} == {
        one.value: sum(given is one for given in deliveries.values()) for one in Delivery
    } | {"delivered": 3 - len(deliveries)}


def test_a_counter_is_as_bad_as_its_worst_service_and_says_the_cause() -> None:
    snapshot = picture()
    verdict = Verdict(Delivery.INTERRUPTED, "a1-cards", ("a1-cards",))
    snapshot = replace(snapshot, deliveries={**snapshot.deliveries, ("ktp", "a1"): verdict})
    [place] = page_of(snapshot, ALL, INDONESIAN).places
    first, second, _ = place.counters
    assert (first.state, second.state) == ("interrupted", "delivered")
    assert first.services[0].detail == "A1 Cards · sejak 08.30 WIB"
    assert place.tally == "2 dari 3 loket berjalan normal"


def test_every_state_is_a_word_not_only_a_colour() -> None:
    for state, word in delivery_words(INDONESIAN).items():
        page = page_of(picture(None, ktp_a1=state, ktp_a2=state, surat_a3=state), ALL, INDONESIAN)
        words = [one.strip() for one in Tags(render("live.html", INDONESIAN, {"page": page})).words]
        assert words.count(word) == 4  # in the tally, and at each counter


def test_hostile_names_are_text() -> None:
    loaded = small_config()
    mall = loaded.mall
    hostile = replace(
        mall,
        devices={key: replace(one, name=HOSTILE, place=HOSTILE) for key, one in mall.devices.items()},
        services={key: replace(one, name=HOSTILE) for key, one in mall.services.items()},
        counters={key: replace(one, name=HOSTILE, place=HOSTILE) for key, one in mall.counters.items()},
        agencies={key: replace(one, short=HOSTILE) for key, one in mall.agencies.items()},
    )
    snapshot = picture(replace(loaded, mall=hostile), ktp_a1=Delivery.INTERRUPTED)
    snapshot = replace(
        snapshot,
        functions=dict.fromkeys(hostile.devices, State.DOWN),
        incidents=(replace(incident(1), acknowledged_by=HOSTILE),),
        duty={"teknisi": None},
    )
    page = render("live.html", INDONESIAN, {"page": page_of(snapshot, ALL, INDONESIAN)})
    found = Tags(page)
    assert not {"script", "img"} & found.tags
    assert "onerror" not in found.attributes
    assert HOSTILE in "".join(found.words)


def two_agencies() -> Loaded:
    """Return the small mall with a second agency at a counter of its own."""
    loaded = small_config()
    mall = loaded.mall
    police = replace(
        mall,
        agencies={**mall.agencies, "polri": Agency("polri", "Kepolisian", "Polri")},
        services={**mall.services, "sim": Service("sim", "SIM", "polri", needs=("pc",))},
        counters={
            **mall.counters,
            "b1": Counter("b1", "Loket B1", "polri", "Lt. 1", {"pc": ("a3-pc",)}, (Offer("sim", 9.0),)),
        },
    )
    return replace(loaded, mall=police)


def test_an_agency_sees_its_own_only() -> None:
    snapshot = picture(two_agencies(), ktp_a1=Delivery.INTERRUPTED, sim_b1=Delivery.DEGRADED)
    snapshot = replace(
        snapshot,
        functions={**snapshot.functions, "a1-pc": State.DOWN, "core": State.DOWN},
        incidents=(incident(1, "dukcapil"), incident(2, "polri")),
        duty={"teknisi": "ani"},
    )
    police = Principal(Role.AGENCY, "polri", agencies=frozenset({"polri"}))
    page = page_of(snapshot, police, INDONESIAN)
    assert [one.number for one in page.incidents] == [2]
    assert [one.name for place in page.places for one in place.counters] == ["Loket B1"]
    assert (page.faults, page.duty, page.headline) == ((), (), "1 layanan terbatas di 1 loket")
    changed = {"a1-pc", "core", "ktp@a1", "sim@b1", "id-1", "id-2", "nonsense"}
    assert visible(snapshot, police, changed) == {"sim@b1", "id-2"}
    assert visible(snapshot, ALL, changed) == changed


def test_of_very_many_the_first_are_listed_and_the_others_counted() -> None:
    snapshot = replace(picture(), incidents=tuple(incident(number) for number in range(MAX_LISTED + 3)))
    page = page_of(snapshot, ALL, INDONESIAN)
    assert (len(page.incidents), page.more_incidents) == (MAX_LISTED, 3)
    assert "dan 3 gangguan lain" in render("live.html", INDONESIAN, {"page": page})


def test_what_hangs_on_a_pc_is_told_apart_by_it() -> None:
    snapshot = picture()
    snapshot = replace(snapshot, functions={**snapshot.functions, "a2-cards": State.DOWN, "core": State.DOWN})
    faults = page_of(snapshot, ALL, INDONESIAN).faults
    assert {one.name: one.where for one in faults} == {"A2 Cards": "A2 Pc", "Core": "Lt. 1"}
