"""A PC that nobody can ask sends by itself. Its silence is unknown, then down, unless something else explains it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from alerts.model import NoticeKind
from collectors.collector import Kind, Target, Way
from collectors.observation import Observation, Outcome
from collectors.settings import AgentSettings, PushSettings
from mppmon.config import Loaded
from mppmon.mall.model import Device, DeviceKind, ExpectedOn, State
from tests.stories.house import MONDAY, House, small_config

_STEP = 5  # seconds
PUSHING = ("a1-pc", "a2-pc")
SETTINGS = AgentSettings(push=PushSettings(tokens=("0" * 64,), every=15, down_after=180))


def pushing(*more: Device, **changes: object) -> Loaded:
    """Return the small mall with two PCs that push."""
    loaded = small_config()
    devices = {**loaded.mall.devices, **{one.id: one for one in more}}
    for one in PUSHING:
        devices[one] = replace(devices[one], address=None, pushes=True, **changes)  # type: ignore[arg-type]  # of Device
    targets = [one for one in loaded.targets if one.device not in PUSHING]
    for one in PUSHING:
        check = Target(f"{one}:telemetry", one, Kind.TELEMETRY, Way.PUSH, "", 15.0, SETTINGS, (f"{one[:2]}-cards",))
        targets.append(check)
    return replace(loaded, targets=tuple(targets), mall=replace(loaded.mall, devices=devices))


def pushed(house: House, counter: str) -> Observation:
    """Return a push of this counter's PC, which sees its card printer."""
    return house.cards(counter)


def opened(tmp_path: Path, loaded: Loaded | None = None) -> House:
    """Return a house whose door is open and that has heard everything once."""
    house = House(tmp_path, loaded or pushing())
    house.engine.door(True)  # noqa: FBT003  # its one word
    house.turn(*_taken(house))
    house.all_well()
    return house


def state(house: House, device: str) -> State:
    """Return what is known of its reach."""
    return house.engine.snapshot.reaches[device]


def _taken(house: House) -> list[Observation]:
    return house.engine.intake.take()  # type: ignore[return-value]  # calls too, which the turn runs


def passes(house: House, seconds: int, *, pushes: tuple[str, ...] = (), dead: tuple[str, ...] = ()) -> None:
    """Let time pass: what is polled answers every 10 s, and when it is asked, but what is dead; these counters' PCs
    push every 15 s.
    """
    polled = {one.device for one in house.loaded.targets if one.kind is Kind.LIVENESS} - set(dead)
    for second in range(_STEP, seconds + 1, _STEP):
        house.clock.pass_(_STEP)
        seen = [pushed(house, one) for one in pushes if not second % 15]
        house.turn(*seen, *(house.see(one) for one in sorted(polled) if not second % 10))
        wished, house.effects.expedites = set(house.effects.expedites), []
        house.turn(*(house.see(one) for one in sorted(wished & polled)))


def test_silence_is_unknown_then_down_by_rule_and_the_next_push_ends_it_at_once(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        passes(house, 55, pushes=("a2",))
        assert house.history("a1-pc/reach")[-1] == ("unknown", MONDAY)
        assert house.transitions("a1-pc/reach")[-1].cause == "stale"
        assert house.history("ktp@a1")[-1][0] == "unknown"
        passes(house, 120, pushes=("a2",))
        assert house.told() == []
        passes(house, 15, pushes=("a2",))
        down = house.history("a1-pc/reach")[-1]
        assert down[0] == "down"
        assert timedelta(seconds=180) <= down[1] - MONDAY <= timedelta(seconds=190)
        assert house.transitions("a1-pc/reach")[-1].cause == "silent"
        assert house.transitions("a1-pc/reach")[-1].decided_at == down[1]  # what is above it was asked at once
        assert [one.kind for one in house.told()] == [NoticeKind.PAGE]
        (page,) = (notice.message.lines for notice in house.told())
        words = "\n".join(page)
        assert "tidak mengirim data lagi" in words
        assert "Tidak ada kiriman data sejak 08.30 WIB" in words
        assert "mppmon-agent" in words
        assert "dicek" not in words
        assert "tidak menjawab" not in words
        assert house.history("ktp@a1")[-1][0] == "interrupted"
        assert state(house, "a2-pc") is State.UP
        house.turn(pushed(house, "a1"))
        assert house.history("a1-pc/reach")[-1] == ("up", house.clock.now())
        assert house.history("ktp@a1")[-1][0] == "delivered"
        assert len(house.told(NoticeKind.RESOLVED)) == 1


def test_while_its_parent_is_down_its_silence_is_unknown_and_counts_anew_once_that_is_back(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        passes(house, 30, pushes=("a1", "a2"))
        house.fails("core")
        house.turn(house.see("router"))
        passes(house, 240, dead=("core",))
        assert house.history("core/reach")[-1][0] == "down"
        assert [one for one, _ in house.history("a1-pc/reach")] == ["up", "unknown"]
        assert len(house.told(NoticeKind.PAGE)) == 1
        house.answers("core")
        passes(house, 170, pushes=("a2",))
        assert state(house, "a1-pc") is State.UNKNOWN
        passes(house, 20, pushes=("a2",))
        assert state(house, "a1-pc") is State.DOWN


def test_beyond_our_own_line_that_is_cut_nobody_is_down(tmp_path: Path) -> None:
    with opened(tmp_path, pushing(outside=True, parents=("line",))) as house:
        passes(house, 30, pushes=("a1", "a2"))
        house.fails("anchor-1", "anchor-2", "system")
        house.turn(house.see("router"))
        passes(house, 300, dead=("anchor-1", "anchor-2", "system"))
        assert [one for one, _ in house.history("a1-pc/reach")] == ["up", "unknown"]
        assert [one.root for one in house.engine.snapshot.incidents] == ["line"]


def test_what_they_share_and_nobody_can_ask_is_suspected_once(tmp_path: Path) -> None:
    """The agency's router, behind whose NAT both PCs are, loses its power; each PC sends in a turn of its own."""
    nat = Device("nat", DeviceKind.PASSIVE, "Router instansi", place="Lt. 1", parents=("core",), agency="dukcapil")
    with opened(tmp_path, pushing(nat, parents=("nat",))) as house:
        passes(house, 40, pushes=("a1",))
        house.turn(pushed(house, "a2"))  # ten seconds after the other's last
        passes(house, 240)
        assert house.history("nat/reach")[-1][0] == "down"
        assert [one for one, _ in house.history("a1-pc/reach")] == ["up", "unknown"]
        assert [one.root for one in house.engine.snapshot.incidents] == ["nat"]
        assert len(house.told(NoticeKind.PAGE)) == 1


def test_a_start_or_a_closed_door_makes_nobody_down(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        passes(house, 170, pushes=("a2",))
        with house.killed() as again:
            passes(again, 400)
            assert state(again, "a1-pc") is State.UNKNOWN  # its door is not open yet
            again.engine.door(True)  # noqa: FBT003  # its one word
            again.turn(*_taken(again))
            passes(again, 170)
            assert again.told() == []
            again.engine.door(False)  # noqa: FBT003  # its one word
            again.turn(*_taken(again))
            passes(again, 100)
            assert {again.engine.snapshot.reaches[one] for one in PUSHING} == {State.UNKNOWN}
            again.engine.door(True)  # noqa: FBT003  # its one word
            again.turn(*_taken(again))
            passes(again, 175, pushes=("a1",))
            assert again.told() == []
            passes(again, 20, pushes=("a1",))
            assert state(again, "a2-pc") is State.DOWN


def test_a_pc_that_need_not_be_on_calls_nobody(tmp_path: Path) -> None:
    loaded = pushing(expected_on=ExpectedOn.SERVICE_HOURS)
    mall = replace(
        loaded.mall, hours={"mpp": (replace(loaded.mall.hours["mpp"][0], end=MONDAY + timedelta(minutes=1)),)}
    )
    with opened(tmp_path, replace(loaded, mall=mall)) as house:
        passes(house, 240)
        assert state(house, "a1-pc") is State.DOWN
        assert house.told() == []


def test_a_peripheral_that_is_unplugged_is_down_with_the_second_push_and_up_with_the_first(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        for _ in range(2):
            assert state(house, "a1-cards") is State.UP
            passes(house, 15, pushes=("a2",))
            house.turn(house.cards("a1", outcome=Outcome.ABSENT))
        assert house.history("a1-cards/reach")[-1] == ("down", MONDAY + timedelta(seconds=15))
        assert house.history("ktp@a1")[-1][0] == "interrupted"
        house.clock.pass_(15)
        house.turn(pushed(house, "a1"))
        assert state(house, "a1-cards") is State.UP


def test_a_pc_that_sends_nonsense_is_there_and_what_hangs_on_it_is_unknown(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        for _ in range(4):
            house.clock.pass_(15)
            house.turn(house.see("a1-pc", Outcome.INVALID, kind=Kind.TELEMETRY), pushed(house, "a2"))
        assert state(house, "a1-pc") is State.UP
        assert house.transitions("a1-cards/reach")[-1].cause == "a1-pc/telemetry"
        assert state(house, "a2-cards") is State.UP
        house.clock.pass_(15)
        house.turn(pushed(house, "a1"))
        assert state(house, "a1-cards") is State.UP


def test_another_machine_with_its_token_is_nobody_until_it_sends_itself(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        passes(house, 60, pushes=("a2",))
        part = house.see("a1-cards", Outcome.LOCAL, kind=Kind.TELEMETRY)
        stranger = house.see("a1-pc", Outcome.STRANGER, kind=Kind.TELEMETRY)
        house.turn(replace(stranger, parts=(part,)))
        assert state(house, "a1-pc") is State.UNKNOWN
        house.turn(pushed(house, "a1"))
        assert state(house, "a1-pc") is State.UP
        house.turn(house.see("a1-pc", Outcome.STRANGER, kind=Kind.TELEMETRY))
        assert house.transitions("a1-pc/reach")[-1].cause == "stranger"
        passes(house, 200, pushes=("a2",))
        assert state(house, "a1-pc") is State.DOWN
        house.turn(pushed(house, "a1"))
        assert state(house, "a1-pc") is State.UP
