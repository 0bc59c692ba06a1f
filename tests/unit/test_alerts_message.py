"""What people read, in full and in both languages; the examples of the design to the letter."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.message import key, render, shorten
from alerts.model import Action, Facts, Incident, IncidentStatus, Message, NoticeKind, Stopped, Words
from alerts.phrases import LOCK_SCREEN
from mppmon.i18n import speech

speak = speech("Asia/Jakarta")
NINE_TWELVE = datetime(2026, 11, 24, 2, 12, tzinfo=UTC)
LATER = NINE_TWELVE + timedelta(minutes=19)
CARD_A3 = Stopped("Cetak KTP-el", "Loket A3", "Disdukcapil", True, 12.0, ("Loket A2", "Loket A4"))  # noqa: FBT003  # interrupted
JAM = Facts(
    "Printer kartu",
    "Disdukcapil, Lt. 1",
    Words("kartu macet", "card jammed"),
    Words("buka penutup, keluarkan kartu, tutup kembali", "open the cover, take the card out, close it again"),
    NINE_TWELVE,
    checked=3,
    stopped=(CARD_A3,),
)


def incident(facts: Facts = JAM, **change: object) -> Incident:
    one = Incident("i1", 1042, "a3-card", IncidentStatus.OPEN, NINE_TWELVE, facts)
    return replace(one, **change)  # type: ignore[arg-type]  # a table of changes


def said(
    kind: NoticeKind, one: Incident, language: str = "id", *, now: datetime = LATER, by: str | None = None
) -> list[str]:
    return list(render(kind, one, speech=speak(language), by=by, now=now).lines)


def stopped(service: str, place: str, citizens: float = 6.0, *, degraded: bool = False) -> Stopped:
    return Stopped(service, place, "Disdukcapil", not degraded, citizens)


def test_the_page_of_the_design_to_the_letter() -> None:
    message = render(NoticeKind.PAGE, incident(), speech=speak("id"), now=NINE_TWELVE)
    assert message.text == (
        "🔴 Cetak KTP-el TERHENTI · Loket A3\n"
        "Printer kartu: kartu macet (Disdukcapil, Lt. 1)\n"
        "Sejak 09.12 WIB, sudah dicek 3×\n"  # noqa: RUF001  # the sign for times
        "Dampak: sekitar 12 warga/jam; arahkan ke Loket A2 atau A4\n"
        "Langkah awal: buka penutup, keluarkan kartu, tutup kembali\n"
        "Gangguan #1042"
    )
    assert [action.label for action in message.actions] == ["Saya tangani", "Teruskan", "Rincian"]
    assert message.actions[0] == Action("ack", "Saya tangani", 1042)
    assert message.subject == "🔴 Cetak KTP-el TERHENTI · Loket A3 · #1042"


def test_the_service_that_most_citizens_wait_for_at_all_its_counters_is_named_first() -> None:
    hit = (stopped("Izin Usaha", "Loket 9", 10.0), *(stopped("KTP-el", f"Loket {n}", 4.0) for n in (1, 2, 3)))
    assert said(NoticeKind.PAGE, incident(replace(JAM, stopped=hit)))[0] == "🔴 KTP-el dan 1 layanan lain TERHENTI"


def test_the_same_page_in_english() -> None:
    message = render(NoticeKind.PAGE, incident(), speech=speak("en"), now=NINE_TWELVE)
    assert message.text == (
        "🔴 Cetak KTP-el STOPPED · Loket A3\n"
        "Printer kartu: card jammed (Disdukcapil, Lt. 1)\n"
        "Since 09.12 WIB, checked 3×\n"  # noqa: RUF001  # the sign for times
        "Impact: about 12 citizens/hour; send them to Loket A2 or A4\n"
        "First step: open the cover, take the card out, close it again\n"
        "Incident #1042"
    )
    assert [action.label for action in message.actions] == ["I'll take it", "Escalate", "Details"]


def test_resolved_as_in_the_design() -> None:
    mended = incident(mended_at=LATER)
    assert said(NoticeKind.RESOLVED, mended) == ["✅ Pulih: Cetak KTP-el, Loket A3 · 09.31 WIB (19 menit)"]
    assert said(NoticeKind.RESOLVED, mended, "en") == ["✅ Resolved: Cetak KTP-el, Loket A3 · 09.31 WIB (19 minutes)"]


def test_own_blindness_as_in_the_design() -> None:
    since = datetime(2026, 11, 24, 3, 5, tzinfo=UTC)
    what = Words("internet mal putus", "the mall's internet is cut")
    cut = incident(replace(JAM, what=what, first_step=Words("", ""), since=since, stopped=(), blind=True))
    assert said(NoticeKind.PAGE, cut, now=since) == [
        "⚪ Pemantauan terputus: internet mal putus sejak 10.05 WIB. Kondisi layanan daring belum diketahui.",
        "Gangguan #1042",
    ]
    assert said(NoticeKind.PAGE, cut, "en", now=since)[0] == (
        "⚪ Monitoring cut: the mall's internet is cut since 10.05 WIB. The condition of online services is not known."
    )
    back = replace(cut, mended_at=since + timedelta(minutes=125))
    assert said(NoticeKind.RESOLVED, back) == ["✅ Pemantauan pulih: 12.10 WIB (2 jam 5 menit)"]
    assert said(NoticeKind.ACKNOWLEDGED, cut, by="Sari")[0] == "⚪ Sedang ditangani Sari: internet mal putus"


def test_a_switch_stops_many_services_and_its_children_are_counted() -> None:
    children = tuple(f"PC A{number}" for number in range(1, 15))
    hit = (stopped("Paspor", "Loket B1", 20), stopped("SKCK", "Loket C1", 8), CARD_A3, stopped("Paspor", "Loket B2"))
    what = Words("tidak menjawab", "does not answer")
    many = incident(replace(JAM, device="Switch inti", where="Ruang server", what=what, stopped=hit, children=children))
    assert said(NoticeKind.PAGE, many) == [
        "🔴 Paspor dan 2 layanan lain TERHENTI",
        "Switch inti: tidak menjawab (Ruang server)",
        "Sejak 09.12 WIB, sudah dicek 3×",  # noqa: RUF001  # the sign for times
        "Dampak: sekitar 46 warga/jam",
        "Ikut terdampak: 14 perangkat (PC A1, PC A2, PC A3 dan 11 lainnya)",
        "Langkah awal: buka penutup, keluarkan kartu, tutup kembali",
        "Gangguan #1042",
    ]
    assert said(NoticeKind.RESOLVED, replace(many, mended_at=LATER)) == [
        "✅ Pulih: Paspor dan 2 layanan lain · 09.31 WIB (19 menit)"
    ]
    assert said(NoticeKind.PAGE, many, "en")[4] == "Also affected: 14 devices (PC A1, PC A2, PC A3 and 11 more)"


@pytest.mark.parametrize(
    ("hit", "headline"),
    [
        ((CARD_A3, stopped("Cetak KTP-el", "Loket A4")), "🔴 Cetak KTP-el TERHENTI · 2 loket"),
        ((stopped("SKCK", "Loket C1"), stopped("SKCK", "C2")), "🔴 SKCK TERHENTI · Loket C1 dan 1 loket lain"),
        ((stopped("SKCK", "C1", 9), stopped("SIM", "C1")), "🔴 SKCK dan 1 layanan lain TERHENTI · C1"),
        ((stopped("SIM", "C1", 9, degraded=True), stopped("SKCK", "C1", 1)), "🔴 SKCK TERHENTI · C1"),
        ((stopped("SIM", "C1", degraded=True),), "🟡 SIM TERBATAS · C1"),
        ((stopped("SIM", "C1", 4, degraded=True), stopped("SKCK", "C2", 5, degraded=True)),
         "🟡 SKCK dan 1 layanan lain TERBATAS · 2 loket"),
    ],
)  # fmt: skip
def test_the_lock_screen_line_names_the_service_most_citizens_wait_for(hit: tuple[Stopped, ...], headline: str) -> None:
    assert said(NoticeKind.PAGE, incident(replace(JAM, stopped=hit)))[0] == headline
    assert len(headline) <= LOCK_SCREEN


def test_nothing_stopped_is_said_so() -> None:
    quiet = replace(JAM, device="Printer laporan", stopped=(), checked=0)
    assert said(NoticeKind.PAGE, incident(quiet)) == [
        "🟡 Printer laporan: kartu macet",
        "Belum ada layanan yang terhenti (Disdukcapil, Lt. 1)",
        "Sejak 09.12 WIB",
        "Langkah awal: buka penutup, keluarkan kartu, tutup kembali",
        "Gangguan #1042",
    ]
    assert said(NoticeKind.RESOLVED, incident(replace(quiet, where=""), mended_at=LATER)) == [
        "✅ Pulih: Printer laporan · 09.31 WIB (19 menit)"
    ]


@pytest.mark.parametrize(
    ("hit", "impact"),
    [
        ((replace(CARD_A3, citizens_per_hour=12.4),), "sekitar 12 warga/jam; arahkan ke Loket A2 atau A4"),
        ((replace(CARD_A3, citizens_per_hour=0.2),), "sekitar 1 warga/jam; arahkan ke Loket A2 atau A4"),
        ((replace(CARD_A3, citizens_per_hour=0.0),), "arahkan ke Loket A2 atau A4"),
        ((replace(CARD_A3, citizens_per_hour=1237.0),), "sekitar 1.240 warga/jam; arahkan ke Loket A2 atau A4"),
        ((replace(CARD_A3, elsewhere=()),), "sekitar 12 warga/jam; saat ini tidak ada loket lain yang melayani"),
        ((replace(CARD_A3, elsewhere=("Loket A2",)),), "sekitar 12 warga/jam; arahkan ke Loket A2"),
        (
            (replace(CARD_A3, elsewhere=("Loket A2", "Loket A4", "Loket A5", "Loket A6")),),
            "sekitar 12 warga/jam; arahkan ke Loket A2, A4 atau A5",
        ),
        (
            (replace(CARD_A3, elsewhere=("Loket A2", "Mobil Keliling")),),
            "sekitar 12 warga/jam; arahkan ke Loket A2 atau Mobil Keliling",
        ),
        ((CARD_A3, stopped("SKCK", "C1", 3)), "sekitar 15 warga/jam; arahkan Cetak KTP-el ke Loket A2 atau A4"),
        ((stopped("SIM", "C1", 4, degraded=True),), "layanan tetap berjalan, tetapi terbatas; sekitar 4 warga/jam"),
    ],
)
def test_impact_says_how_many_citizens_and_where_to_send_them(hit: tuple[Stopped, ...], impact: str) -> None:
    lines = said(NoticeKind.PAGE, incident(replace(JAM, stopped=hit)))
    assert next(line for line in lines if line.startswith("Dampak")) == f"Dampak: {impact}"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=20), "kurang dari 1 menit"),
        (timedelta(seconds=-5), "kurang dari 1 menit"),
        (timedelta(seconds=45), "1 menit"),
        (timedelta(hours=2), "2 jam"),
        (timedelta(days=3, hours=4, minutes=9), "3 hari 4 jam"),
        (timedelta(days=1, minutes=9), "1 hari 9 menit"),
    ],
)
def test_durations(span: timedelta, words: str) -> None:
    (line,) = said(NoticeKind.RESOLVED, incident(mended_at=NINE_TWELVE + span), now=NINE_TWELVE + span)
    assert line.endswith(f"({words})")


def test_a_fault_of_another_day_carries_its_date() -> None:
    lines = said(NoticeKind.PAGE, incident(), now=NINE_TWELVE + timedelta(days=1))
    assert lines[2] == "Sejak 24 November 2026 pukul 09.12 WIB, sudah dicek 3×"  # noqa: RUF001  # the sign for times


def test_who_took_it_is_told_to_the_others() -> None:
    message = render(NoticeKind.ACKNOWLEDGED, incident(), speech=speak("id"), by="Sari", now=LATER)
    assert message.lines == ("🔴 Sedang ditangani Sari: Cetak KTP-el, Loket A3", "Gangguan #1042")
    assert [action.verb for action in message.actions] == ["details"]


def test_details_answer_in_the_chat() -> None:
    hit = (CARD_A3, stopped("SIM", "C1", 4, degraded=True))
    one = incident(replace(JAM, stopped=hit, children=("PC A3",)))
    expected = [
        "Penyebab utama: Printer kartu: kartu macet (Disdukcapil, Lt. 1)",
        "Sejak 09.12 WIB (19 menit), sudah dicek 3×",  # noqa: RUF001  # the sign for times
        "🔴 Cetak KTP-el · Loket A3: sekitar 12 warga/jam; arahkan ke Loket A2 atau A4",
        "🟡 SIM · C1: sekitar 4 warga/jam; saat ini tidak ada loket lain yang melayani",
        "Ikut terdampak: 1 perangkat (PC A3)",
        "Langkah awal: buka penutup, keluarkan kartu, tutup kembali",
    ]
    assert said(NoticeKind.DETAILS, one) == ["Gangguan #1042 · belum ditangani", *expected]
    taken = replace(one, status=IncidentStatus.ACKNOWLEDGED, acknowledged_by="sari", acknowledged_at=LATER)
    assert said(NoticeKind.DETAILS, taken, by="Sari")[0] == "Gangguan #1042 · sedang ditangani Sari sejak 09.31 WIB"
    mended = replace(taken, status=IncidentStatus.CLOSED, mended_at=LATER)
    assert said(NoticeKind.DETAILS, mended)[0] == "Gangguan #1042 · pulih 09.31 WIB"
    verbs = [
        [action.verb for action in render(NoticeKind.DETAILS, state, speech=speak("id"), now=LATER).actions]
        for state in (one, taken, mended)
    ]
    assert verbs == [["ack", "escalate"], ["escalate"], []]


def test_details_of_many_services_end_with_how_many_more() -> None:
    hit = tuple(stopped(f"Layanan {number}", f"Loket {number}", number) for number in range(1, 12))
    lines = said(NoticeKind.DETAILS, incident(replace(JAM, stopped=hit)))
    assert lines[3].startswith("🔴 Layanan 11 · Loket 11")
    assert "dan 3 layanan lain" in lines


def test_a_notice_about_ourselves_has_no_buttons() -> None:
    facts = replace(JAM, device="Jadwal piket", where="", what=Words("kosong", "empty"), stopped=())
    message = render(NoticeKind.NOTICE, incident(facts), speech=speak("id"), now=LATER)
    assert message.lines[0] == "⚪ Jadwal piket: kosong"
    assert message.actions == ()


def test_a_link_is_given_only_where_there_is_a_public_address() -> None:
    linked = render(NoticeKind.PAGE, incident(), speech=speak("id"), public_url="https://mpp.example/", now=LATER)
    assert linked.lines[-1] == "https://mpp.example/incidents/1042"
    assert "http" not in render(NoticeKind.PAGE, incident(), speech=speak("id"), now=LATER).text


def test_braces_in_a_name_are_just_braces() -> None:
    odd = replace(CARD_A3, service="{place}", place="{0}", elsewhere=("{x} 1", "{x} 2"))
    lines = said(NoticeKind.PAGE, incident(replace(JAM, device="{device}", stopped=(odd,))))
    assert lines[0] == "🔴 {place} TERHENTI · {0}"
    assert lines[3].endswith("arahkan ke {x} 1 atau 2")


LINES = st.lists(st.text(st.characters(blacklist_characters="\n"), min_size=1, max_size=60), min_size=1, max_size=8)


@given(lines=LINES, limit=st.integers(1, 200))
def test_shortened_never_refused(lines: list[str], limit: int) -> None:
    message = Message("s", tuple(lines), (Action("ack", "Saya tangani", 1),))
    short = shorten(message, limit)
    assert 0 < len(short.text) <= limit
    assert (short.subject, short.actions) == (message.subject, message.actions)
    if len(message.text) <= limit:
        assert short is message
    elif len(lines) > 1 and len(lines[0]) + len(lines[-1]) + 1 <= limit:
        assert (short.lines[0], short.lines[-1]) == (lines[0], lines[-1])
    else:
        assert short.text[:-1].rstrip() == lines[0][: limit - 1].rstrip() or short.text == lines[0]


def test_the_biggest_incident_still_fits_into_telegram_with_its_number() -> None:
    rng = random.Random(1)  # noqa: S311  # a reproducible size
    huge = tuple(stopped("Layanan " + "x" * 200, f"Loket {n}", rng.random()) for n in range(500))
    message = render(NoticeKind.PAGE, incident(replace(JAM, stopped=huge)), speech=speak("id"), now=LATER)
    short = shorten(message, 200)
    assert len(short.text) <= 200
    assert short.lines[0].startswith("🔴 Layanan xxx")


def test_a_notification_key_is_stable_and_differs_in_every_part() -> None:
    first = key("p1", 0, "sari", "mail", NoticeKind.PAGE, 0)
    assert first == key("p1", 0, "sari", "mail", NoticeKind.PAGE, 0) == "64b9c475-89c2-5a13-b42c-35eb6aa32002"
    others = {
        key("p2", 0, "sari", "mail", NoticeKind.PAGE, 0),
        key("p1", 1, "sari", "mail", NoticeKind.PAGE, 0),
        key("p1", 0, "budi", "mail", NoticeKind.PAGE, 0),
        key("p1", 0, "sari", "telegram", NoticeKind.PAGE, 0),
        key("p1", 0, "sari", "mail", NoticeKind.RESOLVED, 0),
        key("p1", 0, "sari", "mail", NoticeKind.PAGE, 1),
        key("p1", 0, "sarim", "ail", NoticeKind.PAGE, 0),
        first,
    }
    assert len(others) == 8


def test_a_fault_that_began_before_the_clock_was_set_has_lasted_nobody_knows_how_long() -> None:
    began = datetime(1971, 3, 1, 1, tzinfo=UTC)
    for facts, lasted in (
        (replace(JAM, since=began, unsure_time=True), ""),
        (replace(JAM, unsure_time=True), " (19 menit)"),  # it was never set, or says by chance what is right
        (replace(JAM, since=NINE_TWELVE - timedelta(days=2)), " (2 hari 19 menit)"),
    ):
        one = incident(facts, mended_at=LATER)
        assert said(NoticeKind.RESOLVED, one)[0] == f"✅ Pulih: Cetak KTP-el, Loket A3 · 09.31 WIB{lasted}"
        since = next(line for line in said(NoticeKind.DETAILS, one) if line.startswith("Sejak"))
        assert since.split(",")[0].endswith(f"WIB{lasted}")
