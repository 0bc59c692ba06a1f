"""From a phone: silence what is being mended, announce work, say that two incidents are one, and see what is quiet."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from alerts.inbox import Answer as Said
from alerts.inbox import Reply, typed
from alerts.model import NoticeKind, Person
from mppmon.engine.commands import Hush
from mppmon.engine.outbox import EngineInbox
from mppmon.mall.principal import Principal, Role
from tests.stories.at_once import at_once
from tests.stories.house import MONDAY, House, small_config

ROOT = Principal(Role.ADMINISTRATOR, "root")


class Phone:
    """What people type, each line an update of its own."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        self.house = house
        self._updates = count(1)
        at_once(house, monkeypatch)

    def types(self, text: str, who: str = "ani", *, update: str = "") -> Said:
        asked = typed(text)
        assert asked is not None
        name = f"{who}@mall.test"
        reply = Reply("mail", name, *asked, update or str(next(self._updates)), text, name)
        return self.presses(reply)

    def presses(self, reply: Reply) -> Said:
        return asyncio.run(EngineInbox(self.house.engine, self.house.clock.now).reply(reply))


@pytest.fixture
def phone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Phone]:
    loaded = small_config()
    office = Person("kantor", "Kantor", addresses={"mail": "kantor@mall.test"}, role="agency")
    english = replace(loaded.people["citra"], language="en")
    people = {**loaded.people, "kantor": office, "citra": english}
    with House(tmp_path, replace(loaded, people=people)) as house:
        house.all_well()
        yield Phone(house, monkeypatch)


def test_what_is_silenced_from_the_phone_calls_nobody_until_it_ends(phone: Phone) -> None:
    house = phone.house
    said = phone.types("/senyapkan a3-printer 30 menit ganti drum")
    assert said == Said(
        "Tercatat: peringatan A3 Printer disenyapkan sampai 09.00 WIB (ganti drum).\n"
        "Untuk mengakhiri lebih awal: /akhiri a3-printer",
        ok=True,
    )
    house.fails("a3-printer")
    house.turn(house.see("core"))
    house.wait(60)
    assert house.told(NoticeKind.PAGE) == []
    assert phone.types("/jadwal", "budi").text == "🔕 A3 Printer: disenyapkan sampai 09.00 WIB (Ani: ganti drum)"
    assert phone.types("/akhiri a3-printer", "budi").text == (
        "Diakhiri. Bila masih ada gangguan, petugas akan dipanggil lagi."
    )
    house.wait(5)
    assert len(house.told(NoticeKind.PAGE)) == 1
    assert phone.types("/jadwal").text == "Tidak ada peringatan yang disenyapkan dan tidak ada jadwal pemeliharaan."


def test_maintenance_begins_at_the_next_such_time_of_the_malls_clock(phone: Phone) -> None:
    said = phone.types("/pemeliharaan core, router pukul 20.00 2 jam ganti switch")
    assert said.text == (
        "Tercatat: pemeliharaan Core, Router, 20.00 WIB sampai 22.00 WIB (ganti switch)."
        " Selama itu tidak ada petugas yang dipanggil.\nUntuk mengakhiri lebih awal: /akhiri core"
    )
    (window,) = phone.house.engine.snapshot.silences
    assert (window.planned, window.name, window.start - MONDAY) == (True, "ganti switch", timedelta(hours=11.5))
    tomorrow = phone.types("/maintenance core at 7.00 1 hour cabling", "citra").text
    assert tomorrow.startswith("Noted: maintenance of Core, 24 November 2026 at 07.00 WIB until 24 November 2026")
    assert "Several match" in phone.types("/end core", "citra").text


def test_the_cause_of_an_incident_is_named_by_its_number(phone: Phone) -> None:
    house = phone.house
    house.turn(house.cards("a1", jammed=True))
    assert phone.types("/senyapkan #1 1 jam teknisi vendor datang").ok
    (silence,) = house.engine.snapshot.silences
    assert silence.match == (("device", ("a1-cards",)),)
    assert phone.types("/akhiri 1").ok


def test_two_incidents_are_one(phone: Phone) -> None:
    house = phone.house
    house.turn(house.cards("a1", jammed=True), house.cards("a2", jammed=True))
    assert phone.types("/gabung 2 1").text == "Gangguan #2 digabung ke gangguan #1."
    assert [one.number for one in house.engine.snapshot.incidents] == [1]
    assert phone.types("/gabung 2 1").text == "Gangguan #2 dan #1 sudah menjadi satu."
    assert phone.types("/gabung 1 1").text == (
        "Gangguan #1 dan #1 tidak dapat digabung: sebutkan dua gangguan mal yang berbeda."
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/senyapkan a3-printr 2 jam x", "Tidak ada perangkat a3-printr. Mungkin maksudnya a3-printer?"),
        ("/senyapkan #77 2 jam x", "Tidak ada gangguan perangkat #77 yang terbuka."),
        ("/senyapkan core 99 hari x", "Paling singkat satu menit dan paling lama 30 hari."),
        ("/senyapkan core", "Tulis seperti ini: /senyapkan sw-lt2 2 jam alasan (atau nomor gangguannya: #12)"),
        ("/pemeliharaan core", "Tulis seperti ini: /pemeliharaan sw-lt2 pukul 20.00 2 jam alasan"),
        ("/gabung 13", "Tulis seperti ini: /gabung 13 12 (gangguan 13 sama dengan gangguan 12)"),
        ("/akhiri", "Tulis seperti ini: /akhiri sw-lt2"),
        ("/akhiri core", "Tidak ada peringatan Core yang disenyapkan."),
    ],
)
def test_what_is_wrong_is_said_in_words(phone: Phone, text: str, said: str) -> None:
    answer = phone.types(text)
    assert answer.text.startswith(said)
    assert not answer.ok
    assert phone.house.engine.snapshot.silences == ()


@pytest.mark.parametrize(
    "text", ["/senyapkan core 2 jam x", "/pemeliharaan core 2 jam x", "/gabung 2 1", "/jadwal", "/akhiri core"]
)
def test_an_agency_may_do_none_of_it_and_learns_nothing(phone: Phone, text: str) -> None:
    assert phone.types(text, "kantor") == Said("Anda tidak berwenang melakukan ini.", ok=False)


def test_an_update_that_comes_twice_is_done_once(phone: Phone) -> None:
    first = phone.types("/senyapkan core 2 jam x", update="7")
    assert phone.types("/senyapkan core 2 jam x", update="7") == first
    assert len(phone.house.engine.snapshot.silences) == 1


def test_an_end_that_comes_twice_ends_nothing_of_later_and_is_answered_alike(phone: Phone) -> None:
    assert phone.types("/senyapkan core 2 jam x").ok
    first = phone.types("/akhiri core", update="7")
    assert first == Said("Diakhiri. Bila masih ada gangguan, petugas akan dipanggil lagi.", ok=True)
    assert phone.types("/akhiri core", update="7") == first, "it is over, and was ended by these words"
    none = phone.types("/akhiri core", update="8")
    assert none.text == "Tidak ada peringatan Core yang disenyapkan. Daftar yang disenyapkan: /jadwal"
    assert phone.types("/senyapkan core 2 jam y").ok
    assert phone.types("/akhiri core", update="7") == first
    assert not phone.types("/akhiri core", update="8").ok
    assert [one.reason for one in phone.house.engine.snapshot.silences] == ["y"]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("x" * 201, "Alasannya terlalu panjang (201 huruf). Tulis lagi, paling banyak 200 huruf."),
        (
            "ganti\tkabel",
            "Alasannya berisi tanda yang tidak dapat ditampilkan. Tulis lagi dengan huruf dan angka, dalam satu baris.",
        ),
    ],
)
def test_a_reason_that_is_refused_says_what_to_write(phone: Phone, reason: str, said: str) -> None:
    assert phone.types(f"/senyapkan core 2 jam {reason}") == Said(said, ok=False)
    assert phone.house.engine.snapshot.silences == ()


def test_too_much_silence_is_said(phone: Phone) -> None:
    for number in range(100):
        who = Principal(Role.TECHNICIAN, "Ani", person="ani")
        wish = Hush(id=f"h{number}", principal=who, match=(("device", ("core",)),), seconds=600, reason="x")
        assert phone.house.engine.submit(wish).result(timeout=0).ok
    assert phone.types("/senyapkan core 2 jam x").text.startswith("Sudah terlalu banyak yang disenyapkan")


@pytest.mark.parametrize(
    ("match", "ok"),
    [
        ({"device": "mppmon", "channel": "mail"}, True),
        ({"kind": "daemon"}, True),
        ({"person": "ani"}, True),
        ({"way": "snmp"}, True),
        ({"channel": "fax"}, False),
        ({"task": "sender"}, False),
    ],
)
def test_the_monitors_own_trouble_is_silenced_by_its_parts(phone: Phone, match: dict[str, str], *, ok: bool) -> None:
    wanted = tuple((label, (value,)) for label, value in match.items())
    answer = phone.house.engine.submit(Hush(id="h", principal=ROOT, match=wanted, seconds=60, reason="x")).result(0)
    assert answer.ok is ok, answer.text
