"""How a report reads: aligned text, CSV, JSON."""

import csv
import io
import json
import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from mppmon.i18n import Speech
from mppmon.mall.cause import Because
from mppmon.mall.model import Agency
from mppmon.mall.uptime import Account
from mppmon.reports.agency import AgencyReport, Cause, Interruption, Line
from mppmon.reports.data import to_csv, to_json
from mppmon.reports.period import parse
from mppmon.reports.text import aligned, clock, share, table, why
from tests.catalogue import ROOT
from tests.unit.report_kit import HOUR
from tests.unit.store_kit import MINUTE, MONDAY

JAKARTA = ZoneInfo("Asia/Jakarta")
INDONESIAN, ENGLISH = Speech("id", JAKARTA), Speech("en", JAKARTA)
SECONDS = {"delivered": 21_600.0, "degraded": 600.0, "interrupted": 1140.0, "unknown": 1860.0}


def report(*lines: Line) -> AgencyReport:
    agency = Agency("disdukcapil", "Dinas Dukcapil", "Disdukcapil")
    return AgencyReport("MPP Harapan", "Asia/Jakarta", agency, parse("2026-11-23", JAKARTA), MONDAY + 9 * HOUR, lines)


def stop(start: int, end: int, cause: Cause, *, ongoing: bool = False) -> Interruption:
    return Interruption(MONDAY + start * MINUTE, MONDAY + end * MINUTE, (end - start) * 60.0, cause, ongoing)


LINES = (
    Line(
        "ktp",
        "=Cetak KTP-el",
        "a3",
        "Loket A3",
        Account(SECONDS, 25_200.0, 0.9512),
        (stop(72, 91, Cause("a3-card/function", "Printer kartu A3")),),
    ),
    Line("kia", "KIA", "a4", "Loket A4", Account(dict.fromkeys(SECONDS, 0.0), 0.0, None), ()),
)


def test_the_table_in_indonesian() -> None:
    lines = table(report(*LINES), INDONESIAN).splitlines()
    assert lines[:4] == [
        "Ketersediaan layanan: Dinas Dukcapil",
        "MPP Harapan · 23 November 2026",
        "Dihitung sampai 23 November 2026, 17.00 WIB",
        "",
    ]
    assert [line.split("  ") for line in map(squeezed, lines[4:7])] == [
        HEADINGS,
        ["=Cetak KTP-el", "Loket A3", "7:00:00", "6:00:00", "0:10:00", "0:19:00", "0:31:00", "95,12%", "92,61%"],
        ["KIA", "Loket A4", "0:00:00", "0:00:00", "0:00:00", "0:00:00", "0:00:00", "-", "-"],
    ]
    assert len({len(line) for line in lines[4:7]}) == 1, "columns stand under each other"
    assert lines[8].startswith("Diketahui: bagian jam pelayanan")
    assert lines[9:] == [
        "",
        "Layanan terhenti:",
        "Mulai                       Selesai    Layanan        Loket     Penyebab          Menit",
        "23 November 2026 09.12 WIB  09.31 WIB  =Cetak KTP-el  Loket A3  Printer kartu A3     19",
    ]


HEADINGS = [
    "Layanan",
    "Loket",
    "Jam pelayanan",
    "Berjalan normal",
    "Layanan terbatas",
    "Terhenti",
    "Belum diketahui",
    "Ketersediaan layanan",
    "Diketahui",
]


def squeezed(line: str) -> str:
    """Return a line with its gaps two spaces wide."""
    return re.sub(" {2,}", "  ", line)


def test_the_table_in_english_and_what_goes_on() -> None:
    going_on = stop(20 * 60, 30 * 60, Cause("uplink", ""), ongoing=True)
    overnight = stop(-600, 10, Cause("", ""))
    only = Line("ktp", "KTP", "a3", "Loket A3", Account(SECONDS, 25_200.0, 0.5), (going_on, overnight))
    text = table(report(only), ENGLISH)
    assert "still going on" in text
    assert "22 November 2026 22.00 WIB  23 November 2026 08.10 WIB" in text
    assert text.index("22.00 WIB") < text.index("still going on"), "in the order of time"
    assert "another party's equipment" in text


def test_an_agency_without_services() -> None:
    assert "no services at a counter" in table(report(), ENGLISH)
    calm = Line("ktp", "KTP", "a3", "Loket A3", Account(SECONDS, 25_200.0, 1.0), ())
    assert "No interruptions within service hours." in table(report(calm), ENGLISH)


def test_a_period_without_records_has_no_figures() -> None:
    unknown = {**dict.fromkeys(SECONDS, 0.0), "unknown": 25_200.0}
    nothing = Line("ktp", "KTP", "a3", "Loket A3", Account(unknown, 25_200.0, None), (), recorded=False)
    text = table(report(nothing), INDONESIAN)
    assert "Tidak ada catatan untuk periode ini" in text
    assert "Loket A3" not in text
    assert "%" not in text
    assert list(csv.DictReader(io.StringIO(to_csv(report(nothing))))) == []
    assert json.loads(to_json(report(nothing)))["recorded"] is False


def test_only_what_is_whole_is_a_hundred_percent() -> None:
    assert [share(one, ENGLISH) for one in (1.0, 0.99999, 0.57)] == ["100.00%", "99.99%", "57.00%"]


def test_causes_in_words() -> None:
    assert why(Cause("sw-core/function", "Switch inti"), ENGLISH) == "Switch inti"
    assert why(Cause("mall", ""), INDONESIAN) == "peralatan mal"
    assert why(Cause("daemon-off", ""), ENGLISH) == "monitoring was off"
    assert why(Cause("gone-device/function", ""), ENGLISH) == "gone-device/function"


@pytest.mark.parametrize("cause", Because)
def test_every_cause_has_words_in_each_language(cause: Because) -> None:
    said = {language: why(Cause(cause.value, ""), speak) for language, speak in (("id", INDONESIAN), ("en", ENGLISH))}
    assert cause.value not in set(said.values()) - {"recovered"}
    assert said["id"] != said["en"]
    assert len({why(Cause(one.value, ""), INDONESIAN) for one in Because}) == len(Because)


def test_the_engine_writes_no_other_causes() -> None:
    found = {
        f"{path.name}: {word}"
        for path in (ROOT / "mppmon/engine").glob("*.py")
        for word in re.findall(r"""cause\s*=\s*["']([a-z-]+)["']""", path.read_text("utf-8"))
    }
    assert found == set()


def test_durations_and_columns() -> None:
    assert [clock(one) for one in (0, 59.6, 3599.4, 360_000)] == ["0:00:00", "0:01:00", "0:59:59", "100:00:00"]
    assert aligned([["a", "1"], ["bbb", "22"]], left=1) == ["a     1", "bbb  22"]


def test_csv_is_one_table_that_no_spreadsheet_takes_for_a_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(report(*LINES)))))
    assert [one["record"] for one in rows] == ["account", "interruption", "account"]
    account, interruption, closed = rows
    assert account["service_name"] == "'=Cetak KTP-el"
    assert (account["start"], account["end"]) == ("2026-11-23T00:00:00+07:00", "2026-11-23T17:00:00+07:00")
    assert (account["interrupted_seconds"], account["unknown_seconds"]) == ("1140.000000", "1860.000000")
    assert (account["ratio"], closed["ratio"]) == ("0.951200", "")
    assert (account["known_ratio"], closed["known_ratio"]) == ("0.926190", "")
    assert (interruption["start"], interruption["cause"]) == ("2026-11-23T09:12:00+07:00", "Printer kartu A3")
    assert (interruption["interrupted_seconds"], interruption["delivered_seconds"]) == ("1140.000000", "")


def test_who_had_to_act_stands_beside_the_device() -> None:
    system = Cause("siak/reach", "SIAK", "provider")
    lines = (replace(LINES[0], interruptions=(stop(72, 91, system),)),)
    assert "SIAK · Perlu ditangani: penyedia internet" in table(report(*lines), INDONESIAN)
    assert "SIAK · To be mended by: the internet provider" in table(report(*lines), ENGLISH)
    (_, row) = csv.DictReader(io.StringIO(to_csv(report(*lines))))
    assert (row["cause"], row["party"]) == ("SIAK", "provider")
    assert json.loads(to_json(report(*lines)))["services"][0]["interruptions"][0]["party"] == "provider"


def test_json_says_the_same() -> None:
    found = json.loads(to_json(report(*LINES)))
    assert (found["version"], found["period"], found["agency"]["id"]) == (1, "2026-11-23", "disdukcapil")
    first, closed = found["services"]
    assert (first["seconds"], first["ratio"], closed["ratio"]) == (SECONDS, 0.9512, None)
    assert (round(first["known_ratio"], 4), closed["known_ratio"], found["recorded"]) == (0.9262, None, True)
    assert first["interruptions"] == [
        {
            "start": "2026-11-23T09:12:00+07:00",
            "end": "2026-11-23T09:31:00+07:00",
            "seconds": 1140.0,
            "minutes": 19.0,
            "ongoing": False,
            "cause": "a3-card/function",
            "cause_name": "Printer kartu A3",
            "party": None,
        }
    ]
