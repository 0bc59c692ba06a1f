"""What the demo's page makes of what the simulator and the daemon tell."""

from datetime import timedelta
from typing import Any

import pytest

from mppmon.demo.page.render import render
from mppmon.demo.page.report import worded
from mppmon.demo.page.scenes import MAX_SHOWN, bubbles, letters, others, since, talks
from mppmon.demo.page.troubles import troubles
from mppmon.demo.simulator.faults import CATALOGUE
from mppmon.i18n import speech
from tests.stories.house import MONDAY, small_config

INDONESIAN = speech("Asia/Jakarta")("id")


def message(number: int, chat: str = "ani@mall.test", **more: object) -> dict[str, Any]:
    given = {"by": "bot", "text": "satu\ndua", "at": MONDAY.isoformat(), "buttons": [], "notes": []}
    return {"id": number, "chat": chat, **given, **more}


def test_who_is_on_duty_comes_first() -> None:
    loaded = small_config()
    for person in loaded.people.values():
        person.addresses["telegram"] = person.id  # type: ignore[index]  # a dict in this configuration
    found = talks(loaded, [message(1, "citra"), message(2, "citra"), message(3, "citra", by="person")], MONDAY)
    assert [one.on_duty for one in found] == [True, False, False]
    assert {one.chat: one.count for one in found} == {"ani": 0, "budi": 0, "citra": 2}


def test_a_chat_shows_its_newest_messages() -> None:
    said = [message(number) for number in range(MAX_SHOWN + 5)]
    said.append(message(99, buttons=[{"text": "Saya tangani", "data": "ack:1"}], notes=["", "sudah dicatat"]))
    shown = bubbles([*said, message(100, "budi@mall.test")], "ani@mall.test", INDONESIAN)
    assert len(shown) == MAX_SHOWN
    assert (shown[-1].id, shown[-1].head, shown[-1].lines, shown[-1].time) == (99, "satu", ("dua",), "08.30 WIB")
    assert (shown[-1].buttons, shown[-1].notes) == ((("Saya tangani", "ack:1"),), ("sudah dicatat",))


def test_mails_name_people_and_come_newest_first() -> None:
    mails = [
        {"to": ["ani@mall.test"], "subject": str(number), "text": "", "at": MONDAY.isoformat()} for number in (1, 2)
    ]
    first, second = letters(mails, small_config().people, INDONESIAN)
    assert (first.to, first.subject, second.subject) == ("Ani", "2", "1")


def test_faults_with_and_without_a_button() -> None:
    offered = troubles(INDONESIAN)
    active = [
        {"fault": offered[0].fault, "device": offered[0].device, "seconds": 61.0},
        {"fault": "toner-low", "device": "printer-bpjs", "seconds": 1.0},
    ]
    lasting = since(active, MONDAY + timedelta(minutes=2), INDONESIAN)
    assert lasting[offered[0].key] == "sejak 08.30 WIB"
    assert [(one.fault, one.device) for one in others(active, offered)] == [("toner-low", "printer-bpjs")]


def test_every_button_is_a_fault_that_exists() -> None:
    offered = troubles(INDONESIAN)
    assert {one.fault for one in offered} <= set(CATALOGUE)
    assert len({one.key for one in offered}) == len(offered) == 8


def test_a_report_in_words() -> None:
    seconds = {"delivered": 3600.0, "degraded": 0.0, "interrupted": 90.0, "unknown": 0.0}
    stop = {
        "start": "2026-11-23T09:12:00+07:00",
        "end": "2026-11-23T09:13:30+07:00",
        "seconds": 90.0,
        "ongoing": False,
        "cause": "a3-card-printer/function",
        "cause_name": "Printer kartu",
    }
    service = {"service_name": "Cetak KTP-el", "counter_name": "Loket A3", "seconds": seconds}
    report = worded(
        {
            "agency": {"name": "Disdukcapil"},
            "accounted_until": "2026-11-23T10:00:00+07:00",
            "services": [{**service, "ratio": 0.9756, "known_ratio": 0.62, "interruptions": [stop]}],
        },
        INDONESIAN,
    )
    [line], [told] = report.lines, report.stops
    assert (report.date, report.until) == ("23 November 2026", "10.00 WIB")
    assert (dict(line.times)["interrupted"], line.uptime, line.known) == ("0:01:30", "97,56%", "62,00%")
    assert (told.start, told.end, told.minutes, told.cause) == ("09.12 WIB", "09.13 WIB", "1,5", "Printer kartu")
    assert (line.known_time, line.little) == ("diketahui 61 menit", False)


@pytest.mark.parametrize(
    ("delivered", "unknown", "said", "bold"),
    [
        (7, 1800, "data baru 7 detik", False),
        (179, 1800, "data baru 2 menit", False),
        (1800, 1800, "diketahui 30 menit", True),
        (0, 0, "data baru 0 detik", False),
    ],
)
def test_a_share_of_little_is_not_said_loudly(*, delivered: int, unknown: int, said: str, bold: bool) -> None:
    """One second of seven is no 85,97% that anybody should quote."""
    seconds = {"delivered": delivered, "degraded": 0, "interrupted": 0, "unknown": unknown}
    hours = delivered + unknown
    shares = {"ratio": 1.0, "known_ratio": delivered / hours} if hours else {"ratio": None, "known_ratio": None}
    service = {"service_name": "Cetak KTP-el", "counter_name": "Loket A3", "seconds": seconds, "interruptions": []}
    agency = {"name": "Disdukcapil"}
    report = worded(
        {"agency": agency, "accounted_until": MONDAY.isoformat(), "services": [{**service, **shares}]}, INDONESIAN
    )
    for template in ("tour_report.html", "report.html"):
        page = render(template, INDONESIAN, {"report": report})
        assert (f"<b>{report.lines[0].uptime}</b>" in page) is bold
        assert (said in page) is (not bold or template == "tour_report.html")
