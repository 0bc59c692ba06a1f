"""What was probably meant."""

import pytest

from mppmon.config import guess


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("5m", "without a unit: 300"), ("2 jam", "without a unit: 7200"), ("30 detik", "without a unit: 30"),
        ("1 hari", "without a unit: 86400"), ("2,5", "with a point: 2.5"), ("-0,5", "with a point: -0.5"),
        ("00:05", "a time of day does not belong here"), ("banyak", ""), ("5 pieces", ""), ("9" * 30 + "m", ""),
    ],
)  # fmt: skip
def test_numbers(written: str, hint: str) -> None:
    assert guess.number(written) == hint


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("24-12-2026", "2026-12-24"), ("24/12/2026", "2026-12-24"), ("1.2.2027", "2027-02-01"),
        ("24 Desember 2026", "2026-12-24"), ("5 Agustus 2026", "2026-08-05"), ("5 August 2026", "2026-08-05"),
        ("1 Mei 2026", "2026-05-01"), ("1 May 2026", "2026-05-01"), ("9 Okt 2026", "2026-10-09"),
    ],
)  # fmt: skip
def test_dates_as_they_are_written_here(written: str, meant: str) -> None:
    assert guess.day(written) == f"did you mean '{meant}'?"


@pytest.mark.parametrize("written", ["30-02-2026", "12-24-2026", "2026", "besok", "1 Foo 2026", "1-1-0000"])
def test_no_date_is_made_of_what_is_none(written: str) -> None:
    assert guess.day(written) == ""


@pytest.mark.parametrize(("written", "meant"), [("ya", "yes"), ("Tidak", "no"), ("yess", "yes")])
def test_yes_and_no(written: str, meant: str) -> None:
    assert guess.yes_or_no(written) == f"did you mean '{meant}'?"


def test_hours_zones_days_and_ids() -> None:
    assert guess.hours("8-15") == "did you mean '08:00-15:00'?"
    assert guess.hours("15-8") == ""
    assert "timezone" in guess.hours("08.00-15.30 WITA")
    assert guess.zone("wit") == "did you mean 'Asia/Jayapura'?"
    assert guess.zone("Asia/Jakarta") == ""
    assert guess.weekday("snin-jumat") == "did you mean 'senin'?"
    assert guess.weekday("senin-jumat") == ""
    assert guess.slug("Loket A1 (baru)") == "for example loket-a1-baru"
    assert guess.slug("loket-a1") == ""
    assert guess.slug("Budi, Sari L") == "for several: [budi, sari-l]"
    assert guess.slug("Budi,") == "for example budi"
    assert guess.as_id("-a--1") == "-a--1"  # an id is never made into another
    assert guess.as_id("Duty Officers") == "duty-officers"
    assert guess.as_id("!") == ""
    assert guess.slug("-budi") == "write a space after the hyphen: `- budi`"
