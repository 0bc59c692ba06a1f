"""Who is called for what: a rule or an agency names its policy, and one cause calls each team once."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from alerts.model import Condition, Operator, Policy, Rule, Step, Words
from mppmon.config import Loaded
from mppmon.engine.commands import Merge
from mppmon.mall.principal import Principal, Role
from tests.stories.house import JAM, House, small_config

ANI = Principal(Role.TECHNICIAN, "Ani", person="ani")


def with_teams(*, agency: str | None = None, rule: str | None = None) -> Loaded:
    """Return the small mall with a second policy that calls citra, and a rule about supplies with a team of its own."""
    config = small_config()
    supplies = Policy("logistik", (Step(("person:citra",), timedelta(minutes=5)),), fallback=("citra",))
    low = Rule(
        "SupplyEmpty",
        Condition("mppmon_printer_supply_ratio", Operator.AT_MOST, 0.0),
        labels=(("team", rule),) if rule else (),
        summary=Words("toner habis", "out of toner"),
    )
    return replace(
        config,
        policies={**config.policies, "logistik": supplies},
        rules=(*config.rules, low),
        agency_policies={"dukcapil": agency} if agency else {},
    )


def printer(house: House, *, jammed: bool = False, empty: bool = False) -> None:
    samples = {
        ("mppmon_printer_error", JAM): float(jammed),
        ("mppmon_printer_supply_ratio", (("supply", "1"),)): 0.0 if empty else 0.5,
    }
    house.turn(house.sees("a3-printer", samples))


def test_one_cause_with_two_teams_is_one_incident_for_each(tmp_path: Path) -> None:
    with House(tmp_path, with_teams(rule="logistik")) as house:
        house.all_well()
        printer(house, jammed=True, empty=True)
        assert sorted((one.root, one.team) for one in house.engine.snapshot.incidents) == [
            ("a3-printer", ""),
            ("a3-printer", "logistik"),
        ]
        assert sorted(one.recipient for one in house.told()) == ["ani", "citra"]
        printer(house, empty=True)
        (left,) = house.engine.snapshot.incidents
        assert left.team == "logistik"
        house.clock.pass_(60)
        printer(house, jammed=True, empty=True)
        assert sorted(one.times for one in house.engine.snapshot.incidents) == [1, 2], "each team's own comes back"


def test_two_rules_of_one_team_are_one_incident(tmp_path: Path) -> None:
    with House(tmp_path, with_teams()) as house:
        house.all_well()
        printer(house, jammed=True, empty=True)
        assert len(house.engine.snapshot.incidents) == 1
        assert len(house.told()) == 1


def test_an_agency_has_its_own_policy_also_after_a_kill(tmp_path: Path) -> None:
    with House(tmp_path, with_teams(agency="logistik")) as house:
        house.all_well()
        house.fails("core")
        house.wait(10)
        assert [one.recipient for one in house.told()] == ["ani"], "the mall's own switch is the mall's team's"
        with house.killed() as again:
            again.all_well()
            again.turn(again.cards("a1", jammed=True))
            assert [one.recipient for one in again.told() if "Loket A1" in one.message.lines[0]] == ["citra"]
            with again.killed() as third:
                third.all_well()
                third.turn(third.cards("a1", jammed=True))
                assert "logistik" in {one.team for one in third.engine.snapshot.incidents}


def test_what_a_person_merged_stays_one_whatever_its_team(tmp_path: Path) -> None:
    with House(tmp_path, with_teams(rule="logistik")) as house:
        house.all_well()
        printer(house, jammed=True)
        house.turn(house.cards("a1", jammed=True))
        house.do(Merge(id="m", principal=ANI, incident=1, into=2))
        printer(house, jammed=True, empty=True)
        assert [one.number for one in house.engine.snapshot.incidents] == [2]


def test_a_policy_that_is_gone_falls_back_to_the_malls(tmp_path: Path) -> None:
    with House(tmp_path, with_teams(agency="nobody")) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        assert [one.recipient for one in house.told()] == ["ani"]
