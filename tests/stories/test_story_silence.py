"""A silence stops calls, never watching: what outlives it calls at its end, what is mended during it stays mended."""

from dataclasses import replace
from pathlib import Path

import pytest

from alerts.model import NoticeKind
from mppmon.engine.commands import Acknowledge, Hush, Speak
from mppmon.mall.principal import SYSTEM, Principal, Role
from tests.stories.house import House, small_config

TECHNICIAN = Principal(Role.TECHNICIAN, "Ani", person="ani")
PRINTER = (("device", ("a1-cards",)),)
HOUR = 3600.0


def hush(house: House, number: int = 1, **more: object) -> str:
    """Silence the card printer of counter A1 for an hour; return the silence's id."""
    wish = {"match": PRINTER, "seconds": HOUR, "reason": "ganti rol", **more}
    answer = house.do(Hush(id=f"h{number}", principal=TECHNICIAN, **wish))  # type: ignore[arg-type]  # keywords of Hush
    assert answer.ok, answer.text
    return answer.text


def test_a_fault_that_outlives_its_silence_calls_at_its_end(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        hush(house)
        house.turn(house.cards("a1", jammed=True))
        house.wait(HOUR - 60, step=60)
        assert house.told() == []
        assert house.engine.snapshot.deliveries["ktp", "a1"].delivery == "interrupted", "it is watched as ever"
        house.wait(60, step=10)
        (page,) = house.told()
        assert "Loket A1" in page.message.lines[0]
        assert house.engine.snapshot.silences == ()


def test_what_is_mended_during_a_silence_is_told_to_nobody(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        hush(house)
        house.turn(house.cards("a1", jammed=True))
        house.wait(600, step=60)
        house.turn(house.cards("a1"))
        house.wait(2 * HOUR, step=60)
        assert house.told() == []
        assert house.engine.snapshot.deliveries["ktp", "a1"].delivery == "delivered"


def test_a_silence_covers_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        hush(house)
        house.turn(house.cards("a1", jammed=True), house.cards("a2", jammed=True))
        (page,) = house.told()
        assert "Loket A2" in page.message.lines[0]


def test_nobody_more_is_called_for_what_is_silenced_after_the_page(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        hush(house)
        house.wait(30 * 60, step=60)
        assert [one.recipient for one in house.told()] == ["ani"]
        house.turn(house.cards("a1"))
        assert [one.kind for one in house.told()] == [NoticeKind.PAGE, NoticeKind.RESOLVED], (
            "who knows of it, learns it"
        )


def test_ended_early_it_calls_at_once_and_only_once(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        silence = hush(house)
        house.turn(house.cards("a1", jammed=True))
        house.wait(60, step=10)
        assert house.do(Speak(id="s", principal=TECHNICIAN, silence=silence)).ok
        assert len(house.told()) == 1
        assert house.do(Speak(id="t", principal=TECHNICIAN, silence=silence)).code == "unknown-silence"


def test_a_silence_outlives_a_crash_and_its_end_comes_while_off(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        hush(house)
        house.turn(house.cards("a1", jammed=True))
        with house.killed() as again:
            again.all_well()
            again.turn(again.cards("a1", jammed=True))
            assert again.told() == []
            again.clock.pass_(2 * HOUR)
            with again.killed() as third:
                third.turn(third.cards("a1", jammed=True))
                assert len(third.told()) == 1


def test_who_has_an_incident_keeps_it_over_a_silence(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        house.do(Acknowledge(id="c", principal=TECHNICIAN, incident=1))
        hush(house, seconds=60.0)
        house.wait(120, step=10)
        assert len(house.told(NoticeKind.PAGE)) == 1


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"match": ()}, "nothing to silence"),
        ({"match": (("device", ()),)}, "nothing to silence"),
        ({"match": (("device", ("a9",)),)}, "'a9' is not in the configuration"),
        ({"match": (("place", ("",)),)}, "place: found nothing"),
        ({"match": (("colour", ("red",)),)}, "expected one of agency, channel, device, kind, person, place, rule, way"),
        ({"match": (*PRINTER, ("kind", ("pc",)))}, "nothing fits all of these together"),
        ({"match": (*PRINTER, ("channel", ("mail",)))}, "nothing fits all of these together"),
        ({"match": (*PRINTER, ("rule", ("OwnLineCut", "PcsOnly")))}, "nothing fits all of these together"),
        ({"seconds": 0.0}, "expected more than none"),
        ({"seconds": 40 * 86_400.0}, "at most 30 days"),
        ({"seconds": float("nan")}, "expected more than none"),
        ({"reason": " "}, "found no reason"),
        ({"reason": "a\x1b[31m"}, "cannot be shown"),
    ],
)
def test_a_silence_too_wide_too_long_or_without_reason_is_refused(
    tmp_path: Path, wish: dict[str, object], said: str
) -> None:
    config = small_config()
    pcs, line = (replace(config.rules[0], name=name, kinds=frozenset({"pc"})) for name in ("PcsOnly", "OwnLineCut"))
    with House(tmp_path, replace(config, rules=(*config.rules[:2], pcs, line))) as house:
        house.all_well()
        whole = {"match": PRINTER, "seconds": HOUR, "reason": "ganti rol", **wish}
        answer = house.do(Hush(id="h", principal=TECHNICIAN, **whole))  # type: ignore[arg-type]  # keywords of Hush
        assert not answer.ok
        assert said in answer.text
        assert house.engine.snapshot.silences == ()


def test_only_who_acts_may_silence_and_it_is_in_the_audit(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        coordinator = Principal(Role.COORDINATOR, "Hendra")
        wish = Hush(id="h", principal=coordinator, match=PRINTER, seconds=HOUR, reason="x")
        assert house.do(wish).code == "refused"
        hush(house)
        assert house.store.verify_audit(SYSTEM) == 2


def test_each_command_ends_its_own_and_names_the_other(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        silence, window = hush(house), hush(house, 2, planned=True, name="Ganti rol")
        for number, (meant, planned, said) in enumerate(
            (
                (silence, True, "is a silence: end it by `mppmon silence end"),
                (window, False, "is maintenance: end it by"),
            )
        ):
            answer = house.do(Speak(id=f"x{number}", principal=TECHNICIAN, silence=meant, planned=planned))
            assert (answer.code, said in answer.text) == ("invalid", True)
        assert len(house.engine.snapshot.silences) == 2
        assert house.do(Speak(id="w", principal=TECHNICIAN, silence=window, planned=True)).ok
        assert house.do(Speak(id="s", principal=TECHNICIAN, silence=silence)).ok
        gone = house.do(Speak(id="z", principal=TECHNICIAN, silence=window, planned=True))
        assert gone.text == f"{window}: no maintenance of this id is in force"
