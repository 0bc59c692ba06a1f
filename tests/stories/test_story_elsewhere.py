"""Where citizens are sent: to counters that serve, never to one we do not know of, and what is shown stays true."""

import json
from dataclasses import replace
from pathlib import Path

from alerts.model import Condition, NoticeKind, Operator, Rule, Severity, Words
from mppmon.mall.principal import Principal, Role
from mppmon.web.views import listed, status_view
from tests.stories.house import RULES, House, small_config

READER = Principal(Role.COORDINATOR, "test")


def test_of_counters_behind_a_cut_line_nothing_is_claimed(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.fails("anchor-1", "anchor-2", "system")
        house.turn(house.see("router"))
        house.turn(house.cards("a1", jammed=True))
        page = house.told(NoticeKind.PAGE)[-1]
        assert page.message.lines[0] == "🔴 Cetak KTP-el TERHENTI · Loket A1"
        assert any("kondisi loket lain belum diketahui" in line for line in page.message.lines)
        assert not any("tidak ada loket lain" in line for line in page.message.lines)


def test_an_open_incident_says_where_citizens_can_go_now(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        (first,) = house.engine.snapshot.incidents
        assert first.facts.stopped[0].elsewhere == ("Loket A2",)
        house.turn(house.cards("a2", jammed=True))
        first, second = house.engine.snapshot.incidents
        assert first.facts.stopped[0].elsewhere == second.facts.stopped[0].elsewhere == ()
        house.turn(house.cards("a2"))
        (first,) = house.engine.snapshot.incidents
        assert first.facts.stopped[0].elsewhere == ("Loket A2",)
        assert len(house.told(NoticeKind.PAGE)) == 2, "what is shown changes, nobody is called again"


def test_what_nobody_is_called_for_is_listed(tmp_path: Path) -> None:
    low = Rule(
        "SupplyLow",
        Condition("mppmon_printer_supply_ratio", Operator.BELOW, 0.1),
        severity=Severity.ROUTINE,
        summary=Words("{type} tinggal {value:percent}", "{value:percent} of {type} left"),
    )
    with House(tmp_path, replace(small_config(), rules=(*RULES, low))) as house:
        house.all_well()
        labels = (("supply", "1"), ("type", "toner"))
        house.turn(house.sees("a3-printer", {("mppmon_printer_supply_ratio", labels): 0.08}))
        assert house.told() == []
        snapshot = house.engine.snapshot
        assert [one.key.rule for one in listed(snapshot, READER)] == ["SupplyLow"]
        shown = json.loads(json.dumps(status_view(snapshot, READER, now=snapshot.at)["alerts"]))
        assert [one["what"] for one in shown] == [{"id": "toner tinggal 8%", "en": "8% of toner left"}]
        assert not listed(snapshot, Principal(Role.AGENCY, "other", agencies=frozenset({"other"})))


def test_a_page_in_a_group_says_whom_it_calls(tmp_path: Path) -> None:
    loaded = small_config()
    people = {
        name: replace(one, addresses={"mail": f"-100/{number}"})
        for number, (name, one) in enumerate(loaded.people.items(), start=1)
    }
    with House(tmp_path, replace(loaded, people=people)) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        (page,) = house.told()
        assert page.address == "-100/1"
        assert page.message.lines[-2:] == ("Untuk: Ani", "Gangguan #1")
