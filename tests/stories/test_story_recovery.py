"""What was down is up again only when it stays so, and since it began to answer."""

from datetime import timedelta
from pathlib import Path

from alerts.model import NoticeKind
from collectors.observation import Outcome
from tests.stories.house import MONDAY, House


def test_a_device_that_answers_every_third_probe_never_recovers(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(10)
        house.turn(house.see("core"))
        house.fails("a3-printer")
        house.turn(house.see("core"))
        for probe in range(30):
            house.clock.pass_(10)
            outcome = Outcome.TIMEOUT if probe % 3 else Outcome.OK
            house.turn(house.see("a3-printer", outcome), house.see("core"))
        assert [one.kind for one in house.told()] == [NoticeKind.PAGE, NoticeKind.PAGE]  # nobody took it: two persons
        assert house.history("a3-printer/reach")[-1] == ("down", MONDAY + timedelta(seconds=10))


def test_the_first_answer_is_asked_again_at_once_and_the_second_dates_the_recovery_back(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(10)
        house.turn(house.see("core"))
        house.fails("a3-printer")
        house.turn(house.see("core"))
        house.clock.pass_(47)
        house.effects.repolls.clear()
        house.turn(house.see("a3-printer"))
        answered = house.clock.now()
        assert house.effects.repolls == [("a3-printer:liveness", (0.5,))]
        assert house.history("a3-printer/reach")[-1][0] == "down"
        house.clock.pass_(0.5)
        house.turn(house.see("a3-printer"))
        assert house.history("a3-printer/reach")[-1] == ("up", answered)
        assert house.history("surat@a3")[-1] == ("delivered", answered)
        assert len(house.told(NoticeKind.RESOLVED)) == 1
