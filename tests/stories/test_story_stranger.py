"""DHCP gives a PC's address to another computer: what that one says, or that it answers, says nothing about the PC."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from collectors.collector import Kind
from collectors.observation import Outcome
from tests.stories.house import MONDAY, House


def stranger(house: House) -> None:
    """Another machine answers at a1-pc's address: a ping, and the agent's question as somebody else."""
    part = house.see("a1-cards", Outcome.LOCAL, kind=Kind.TELEMETRY)
    asked = house.see("a1-pc", Outcome.STRANGER, kind=Kind.TELEMETRY)
    house.turn(house.see("a1-pc"), replace(asked, parts=(part,)), house.see("a1-pc"))


def test_another_machine_at_its_address_makes_a_pc_unknown_until_it_answers_itself(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(60)
        for _ in range(4):
            stranger(house)
            house.clock.pass_(1)
        house.answers("a1-pc", probes=3)
        went = ("unknown", MONDAY + timedelta(seconds=60))
        assert house.history("a1-pc/reach")[-1] == went
        assert house.history("a1-cards/reach")[-1] == went
        assert house.history("ktp@a1")[-1] == went
        assert house.transitions("a1-pc/reach")[-1].cause == "stranger"
        assert [one for one, _ in house.history("ktp@a2")] == ["delivered"]
        assert house.told() == []  # nobody can mend what nobody knows to be broken; it is on the list

        house.turn(house.see("a1-pc", Outcome.TIMEOUT, kind=Kind.TELEMETRY))  # the other one is gone, or without agent
        house.fails("a1-pc")
        house.wait(6)
        assert house.history("a1-pc/reach")[-1][0] == "down"
        house.turn(house.see("a1-pc"), house.cards("a1"), house.see("a1-pc"))
        house.answers("a1-pc")
        house.turn(house.cards("a1"))
        assert house.history("ktp@a1")[-1][0] == "delivered"
