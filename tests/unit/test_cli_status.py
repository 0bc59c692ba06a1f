"""`mppmon status` for a person: the one cause first, and what hangs on it in a line."""

from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from alerts.silence import Silence
from mppmon.cli import main, poll
from mppmon.cli.offline import last_picture
from mppmon.cli.silence import Duration
from mppmon.cli.status import show
from mppmon.mall.impact import Verdict
from mppmon.mall.model import Delivery, ExpectedOn, State
from mppmon.mall.principal import Principal, Role
from mppmon.web.views import status_view
from tests.stories.house import House, small_config
from tests.unit.test_web_status_page import incident, picture


def said(*, everything: bool = False, closed: bool = False, name: str = "A1 Pc") -> list[str]:
    """Return what is printed of a dead switch, 80 columns wide. `name`: of the first device behind it."""
    snapshot = picture()
    behind = ["a1-pc", "a2-pc", "a3-pc", "a1-cards", "a2-cards", "a3-printer"]
    lost = Verdict(Delivery.INTERRUPTED, "core", ("core",))
    number_one = incident(1, "dukcapil")
    names = (name, *(snapshot.loaded.mall.devices[one].name for one in behind[1:]))
    snapshot = replace(
        snapshot,
        functions={**snapshot.functions, **dict.fromkeys(behind, State.UNKNOWN), "core": State.DOWN},
        deliveries=dict.fromkeys(snapshot.deliveries, lost),
        incidents=(replace(number_one, facts=replace(number_one.facts, children=names)),),
        closed=frozenset(snapshot.deliveries) if closed else frozenset(),
    )
    out = StringIO()
    view = status_view(snapshot, Principal(Role.COORDINATOR, "test"), now=snapshot.at)
    show(view, Console(file=out, width=80, soft_wrap=True, highlight=False), everything=everything)
    return out.getvalue().splitlines()


def test_the_cause_is_named_and_what_hangs_on_it_is_one_line() -> None:
    lines = said()
    assert "  6 devices behind it: A1 Pc, A2 Pc, A3 Pc and 3 more (--all lists them)" in lines
    assert "6 devices not known: A1 Pc, A2 Pc, A3 Pc and 3 more (--all lists them)" in lines
    rows = [line.split() for line in lines]
    assert ["Cetak", "KTP-el", "interrupted", "Loket", "A1,", "Loket", "A2", "Core", "08:30:00", "WIB"] in rows
    assert [row[0] for row in rows if row[-3:] == ["up", "08:30:00", "WIB"]] == ["core"]


def test_a_name_is_no_markup() -> None:
    lines = said(name="[bold]PC[/b] \\[x]")
    assert "  6 devices behind it: [bold]PC[/b] \\[x], A2 Pc, A3 Pc and 3 more (--all lists them)" in lines


def test_all_lists_every_device_and_every_counter() -> None:
    lines = said(everything=True)
    assert sum("Cetak KTP-el" in line for line in lines) == 2
    assert any(line.startswith("a2-cards") for line in lines)


@pytest.mark.parametrize("everything", [False, True])
def test_what_is_closed_is_said_to_be_closed(*, everything: bool) -> None:
    text = "\n".join(said(everything=everything, closed=True))
    assert ("closed (interrupted)" in text) is everything
    assert ("3 services at a counter not working and closed now" in text) is not everything


@pytest.mark.parametrize(("text", "seconds"), [("2h", 7200), ("2 jam", 7200), ("30menit", 1800), ("1 hari", 86_400)])
def test_how_long_may_be_said_in_indonesian(text: str, seconds: float) -> None:
    assert Duration().convert(text, None, None) == seconds


def test_a_misspelt_command_is_answered_with_the_nearest() -> None:
    result = CliRunner().invoke(main, ["statuss"])
    assert (result.exit_code, "Did you mean 'status'?" in result.output) == (2, True)


def test_another_state_directory_is_hinted_at(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["status", "--state", str(tmp_path)])
    assert "--state DIR, or once by: export MPPMON_STATE=DIR" in result.output


def test_a_way_that_leads_nowhere_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    poll.show({"outcome": "unreachable", "detail": "ENETUNREACH"})
    assert capsys.readouterr().out == (
        "unreachable\nthis machine has no way to that network: look at its address and its gateway\n"
    )


def test_without_a_daemon_what_may_be_off_is_off(tmp_path: Path) -> None:
    loaded = small_config()
    pc = replace(loaded.mall.devices["a1-pc"], expected_on=ExpectedOn.SERVICE_HOURS)
    night = replace(loaded.mall, devices={**loaded.mall.devices, "a1-pc": pc}, hours={"mpp": ()})
    with House(tmp_path, replace(loaded, mall=night)) as house:
        house.all_well()
        house.fails("a1-pc", "a2-pc")
        house.turn(house.see("core"))
        house.wait(15)
        known = house.engine.snapshot
        picture = last_picture(house.store, house.loaded)
    assert known.off == picture.off == {"a1-pc"}
    assert {one: picture.reaches[one] for one in ("a1-pc", "core")} == {"a1-pc": "down", "core": "up"}


@pytest.mark.parametrize(("icmp", "told"), [("none", True), ("dgram", False), ("raw", False)])
def test_a_daemon_that_may_not_ping_says_so(icmp: str, told: bool) -> None:  # noqa: FBT001  # parametrised
    out, snapshot = StringIO(), picture()
    view = {**status_view(snapshot, Principal(Role.COORDINATOR, "test"), now=snapshot.at), "icmp": icmp}
    show(view, Console(file=out, width=80, soft_wrap=True, highlight=False), everything=False)
    assert ("The daemon may not ping" in out.getvalue()) is told


def test_what_calls_nobody_is_shown_with_its_end_and_what_comes_with_its_beginning() -> None:
    snapshot = picture()
    now = snapshot.at
    hour = timedelta(hours=1)
    match = (("device", ("a1-pc", "a2-pc")), ("rule", ("DeviceDown",)))
    silences = (
        Silence("s1", match, now - hour, now + hour, "ani", "ganti monitor"),
        Silence("s2", match[:1], now - 2 * hour, now - hour, "ani", "selesai"),
        Silence("s3", match[:1], now + 2 * hour, now + 3 * hour, "root", "rusak", name="Ganti", planned=True),
        Silence("s4", match[:1], now + 30 * hour, now + 31 * hour, "root", "lusa", name="Lusa", planned=True),
    )
    out = StringIO()
    view = status_view(replace(snapshot, silences=silences), Principal(Role.COORDINATOR, "test"), now=now)
    show(view, Console(file=out, width=80, soft_wrap=True, highlight=False), everything=False)
    assert [line for line in out.getvalue().splitlines() if line.startswith(("silenced", "maintenance"))] == [
        "silenced until 2026-11-23 10:12:00 WIB: device a1-pc, a2-pc; rule DeviceDown (Ani: ganti monitor)",
        "maintenance 2026-11-23 11:12:00 WIB to 2026-11-23 12:12:00 WIB: Ganti: device a1-pc, a2-pc (root: rusak)",
    ]
    agency = Principal(Role.AGENCY, "Dinas", agencies=frozenset({"dukcapil"}))
    assert status_view(replace(snapshot, silences=silences), agency, now=now)["quiet"] == []
