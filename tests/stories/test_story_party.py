"""Who has to act is said: the mall, the internet provider, the keeper of the resolver, the agency. One page each."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from alerts.model import Condition, Operator, Rule, Words
from collectors.collector import Kind, Target, Way
from collectors.observation import Outcome
from collectors.settings import LivenessSettings
from mppmon.mall.model import Agency, Device, DeviceKind, Mall, State, Uplink
from mppmon.mall.party import Party
from tests.stories.house import JAM, SELDOM, House, small_config

SILENT = Rule(
    "OnlineSystemSilent",
    Condition("mppmon_telemetry_failed", Operator.EQUAL, 1.0),
    blocks=True,
    summary=Words("tidak memberi jawaban", "gives no answer"),
)
ANCHORS = ("anchor-1", "anchor-2")


@contextmanager
def street(tmp_path: Path, *rules: Rule, beyond: bool = False) -> Iterator[House]:
    """Run the small mall with a provider's hop, a resolver inside, and the systems of two more agencies."""
    loaded = small_config()
    mall = loaded.mall
    more = [
        Device("hop", DeviceKind.ROUTER, "Router penyedia", address="10.0.0.1", outside=True),
        Device("dns", DeviceKind.SERVER, "Server DNS", address="10.0.0.2", parents=("core",)),
        *(
            Device(f"{one}-system", DeviceKind.ONLINE_SYSTEM, one.title(), outside=True, agency=one, address="10.9.0.1")
            for one in ("imigrasi", "pajak")
        ),
    ]
    targets = [
        Target(f"{one.id}:liveness", one.id, Kind.LIVENESS, Way.TCP, "10.0.0.1", SELDOM, LivenessSettings(port=80))
        for one in more
    ]
    site = replace(mall.site, uplink=Uplink("line", "router", ANCHORS, "hop", "dns"))
    agencies = {**mall.agencies, **{one: Agency(one, one.title(), one.title()) for one in ("imigrasi", "pajak")}}
    mall = replace(mall, site=site, agencies=agencies, devices={**mall.devices, **{one.id: one for one in more}})
    if beyond:
        mall = behind_one_way(mall)
    with House(
        tmp_path, replace(loaded, mall=mall, targets=(*loaded.targets, *targets), rules=(*loaded.rules, *rules))
    ) as house:
        house.all_well()
        house.clock.pass_(10)
        yield house


SYSTEMS = ("system", "imigrasi-system", "pajak-system")


def behind_one_way(mall: Mall) -> Mall:
    """Let all agencies' systems hang on a way that cannot be asked."""
    way = Device("beyond", DeviceKind.PASSIVE, "Jalur ke sistem pusat", parents=("line",), outside=True)
    moved = {one: replace(mall.devices[one], parents=("beyond",)) for one in SYSTEMS}
    return replace(mall, devices={**mall.devices, **moved, "beyond": way})


def fail(house: House, *devices: str, well: tuple[str, ...] = ()) -> None:
    """Let these fail all their probes while others answer."""
    for delay in (0.0, 0.5, 1.0, 1.5):
        house.clock.pass_(delay)
        failing = [house.see(one, Outcome.TIMEOUT) for one in devices]
        house.turn(*(house.see(one) for one in well), *failing)
    house.wait(8)


def said(house: House) -> list[tuple[str, str]]:
    """Return root and party of every open incident."""
    return [(one.root, one.facts.party) for one in house.engine.snapshot.incidents]


OUTSIDE = ("hop", *ANCHORS, "system", "imigrasi-system", "pajak-system")


def test_behind_the_gateway_it_is_the_provider_s(tmp_path: Path) -> None:
    with street(tmp_path) as house:
        fail(house, *OUTSIDE, well=("router", "core", "dns"))
        assert said(house) == [("line", Party.PROVIDER)]
        (page,) = house.told()
        assert "Perlu ditangani: penyedia internet" in page.message.lines
        assert house.transitions("line/reach")[-1].cause == "provider"


def test_a_hop_that_answers_still_leaves_it_the_provider_s(tmp_path: Path) -> None:
    with street(tmp_path) as house:
        fail(house, *(one for one in OUTSIDE if one != "hop"), well=("router", "core", "dns", "hop"))
        assert said(house) == [("line", Party.PROVIDER)]


def test_a_gateway_that_is_off_is_the_mall_s(tmp_path: Path) -> None:
    with street(tmp_path) as house:
        fail(house, "router", *OUTSIDE)
        assert said(house) == [("router", Party.MALL)]
        assert "Perlu ditangani: jaringan mal sendiri" in house.told()[0].message.lines


def test_a_resolver_that_is_silent_is_its_keeper_s(tmp_path: Path) -> None:
    with street(tmp_path) as house:
        fail(house, "dns", well=("router", "core", *OUTSIDE))
        assert said(house) == [("dns", Party.RESOLVER)]
        assert "Perlu ditangani: pengelola server DNS" in house.told()[0].message.lines


def test_a_resolver_that_cannot_ask_outside_is_no_page_of_its_own(tmp_path: Path) -> None:
    """A forwarder answers "server failure" while the line is cut: one root, one page."""
    with street(tmp_path) as house:
        fail(house, "dns", *OUTSIDE, well=("router", "core"))
        assert said(house) == [("line", Party.PROVIDER)]
        assert [state for state, _ in house.history("dns/reach")] == ["up", "unknown"]
        assert len(house.told()) == 1


def test_one_system_alone_is_the_agency_s(tmp_path: Path) -> None:
    with street(tmp_path) as house:
        fail(house, "system", well=("router", "core", *(one for one in OUTSIDE if one != "system")))
        assert said(house) == [("system", Party.AGENCY)]
        (page,) = house.told()
        assert "Perlu ditangani: instansi sendiri (sistemnya)" in page.message.lines
        assert house.transitions("system/reach")[-1].cause == "agency"


def test_the_systems_of_all_agencies_at_once_are_the_provider_s_though_anchors_answer(tmp_path: Path) -> None:
    with street(tmp_path) as house:
        systems = ("system", "imigrasi-system", "pajak-system")
        fail(house, *systems, well=("router", "core", "dns", "hop", *ANCHORS))
        assert sorted(said(house)) == sorted((one, Party.PROVIDER) for one in systems)


def test_all_systems_behind_one_way_are_one_suspected_cause_and_one_page(tmp_path: Path) -> None:
    with street(tmp_path, beyond=True) as house:
        fail(house, *SYSTEMS, well=("router", "core", "dns", "hop", *ANCHORS))
        assert said(house) == [("beyond", Party.PROVIDER)]
        (page,) = house.told()
        assert "Diduga Jalur ke sistem pusat tidak menjawab" in page.message.lines
        assert "Perlu ditangani: penyedia internet" in page.message.lines
        (incident,) = house.engine.snapshot.incidents
        assert incident.facts.suspected
        assert set(incident.facts.children) == {house.loaded.mall.devices[one].name for one in SYSTEMS}
        house.turn(house.sees("a3-printer", {("mppmon_printer_error", JAM): 1.0}))
        house.wait(8)
        assert len(house.told()) == 2, "what has nothing to do with it is told all the same"
        house.answers(*SYSTEMS)
        house.wait(2)
        assert [root for root, _ in said(house)] == ["a3-printer"]


def test_behind_that_way_one_system_alone_is_still_the_agency_s(tmp_path: Path) -> None:
    with street(tmp_path, beyond=True) as house:
        fail(house, "system", well=("router", "core", *(one for one in OUTSIDE if one != "system")))
        assert said(house) == [("system", Party.AGENCY)]


def test_what_gave_no_readings_behind_the_cut_line_is_no_fault_when_it_is_back(tmp_path: Path) -> None:
    with street(tmp_path, SILENT) as house:
        house.turn(house.see("system", kind=Kind.TELEMETRY))
        for delay in (0.0, 0.5, 1.0, 1.5, 5.0):
            house.clock.pass_(delay)
            silent = [house.see(one, Outcome.TIMEOUT) for one in OUTSIDE]
            readings = house.see("system", Outcome.TIMEOUT, kind=Kind.TELEMETRY)
            house.turn(*(house.see(one) for one in ("router", "core")), readings, *silent)
        house.wait(8)
        assert said(house) == [("line", Party.PROVIDER)]
        house.answers(*OUTSIDE)
        house.wait(2)
        assert said(house) == []
        assert house.engine.snapshot.functions["system"] is State.UP
        for delay in (0.0, 0.5, 1.0, 1.5):
            house.clock.pass_(delay)
            house.turn(house.see("system"), house.see("system", Outcome.TIMEOUT, kind=Kind.TELEMETRY))
        assert said(house) == [("system", Party.AGENCY)]


def test_readings_that_fail_while_it_may_not_answer_at_all_wait_for_that(tmp_path: Path) -> None:
    with street(tmp_path, SILENT) as house:
        house.turn(house.see("system", kind=Kind.TELEMETRY))
        for delay in (0.0, 0.5, 1.0, 1.5):
            house.clock.pass_(delay)
            readings = house.see("system", Outcome.TIMEOUT, kind=Kind.TELEMETRY)
            house.turn(readings, *([house.see("system", Outcome.TIMEOUT)] if delay else []))
        assert said(house) == []
        house.clock.pass_(0.1)
        house.turn(house.see("system"))
        assert said(house) == [("system", Party.AGENCY)]


def test_a_name_that_leads_to_another_address_is_for_the_resolver_s_keeper(tmp_path: Path) -> None:
    """A provider that leads a name to its own page is not the agency's to mend."""
    other = Rule("OnlineSystemFailing", Condition("mppmon_online_ok", Operator.EQUAL, 0.0), blocks=True)
    for reason, party in (("other-address", Party.RESOLVER), ("server-error", Party.AGENCY)):
        (tmp_path / reason).mkdir()
        with street(tmp_path / reason, other) as house:
            seen = house.sees("system", {("mppmon_online_ok", ()): 0.0})
            house.turn(replace(seen, outcome=Outcome.UNEXPECTED, reason=reason))
            assert said(house) == [("system", party)]


def test_who_has_to_act_survives_a_crash(tmp_path: Path) -> None:
    with street(tmp_path) as house:
        fail(house, *OUTSIDE, well=("router", "core", "dns"))
        with house.killed() as again:
            assert said(again) == [("line", Party.PROVIDER)]


def test_a_jam_is_nobody_s_line(tmp_path: Path) -> None:
    with street(tmp_path) as house:
        house.turn(house.cards("a1", jammed=True))
        assert said(house) == [("a1-cards", "")]
        assert not any("ditangani:" in line for line in house.told()[0].message.lines)
