"""Services: the words of the design as stories, and every possible world as the oracle."""

from collections.abc import Mapping
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from mppmon.mall.impact import Index, Verdict, impact, offered
from mppmon.mall.model import Delivery, DeviceKind, Mall, Service, State, Uplink
from tests.unit.mall_samples import START, device, mall

UP, DOWN, UNKNOWN = State.UP, State.DOWN, State.UNKNOWN
KTP = Service("ktp", "Cetak KTP-el", "dukcapil", needs=("pc", "card-printer"), uses=("display",), systems=("siak",))
HOUSE = mall(
    [
        device("core"),
        device("uplink", kind=DeviceKind.ROUTER),
        device("pc", "core", kind=DeviceKind.PC),
        device("cp-1", via="pc", kind=DeviceKind.CARD_PRINTER),
        device("cp-2", via="pc", kind=DeviceKind.CARD_PRINTER),
        device("tv", "core", kind=DeviceKind.DISPLAY),
        device("siak", "uplink", kind=DeviceKind.ONLINE_SYSTEM, outside=True),
        device("anchor", outside=True),
        device("lonely"),
    ],
    services=[KTP],
    counters={"a1": {"pc": ("pc",), "card-printer": ("cp-1", "cp-2"), "display": ("tv",)}},
    uplink=Uplink("uplink", None, ("anchor",)),
)


def look(states: Mapping[str, State], *, blind: bool = False, house: Mall = HOUSE) -> Verdict:
    """Return the one verdict when all but these are up, in reach and function alike."""
    every = dict.fromkeys(house.devices, UP) | dict(states)
    found = impact(house, every, reaches=every, blind=blind, at=START)
    assert found.at == START
    return found.deliveries["ktp", "a1"]


def test_all_well() -> None:
    assert look({}) == Verdict(Delivery.DELIVERED)


def test_one_device_of_a_role_is_enough_and_none_interrupts() -> None:
    assert look({"cp-1": DOWN}).delivery is Delivery.DELIVERED
    assert look({"cp-1": DOWN, "cp-2": DOWN}) == Verdict(Delivery.INTERRUPTED, "cp-1", ("cp-1", "cp-2"))


def test_what_it_only_uses_degrades() -> None:
    assert look({"tv": DOWN}) == Verdict(Delivery.DEGRADED, "tv", ("tv",))


def test_the_agencys_own_system_is_needed() -> None:
    assert look({"siak": DOWN}) == Verdict(Delivery.INTERRUPTED, "siak", ("siak",))


def test_a_dead_ancestor_is_known_though_the_device_is_not() -> None:
    hidden = {"core": DOWN, "pc": UNKNOWN, "cp-1": UNKNOWN, "cp-2": UNKNOWN, "tv": UNKNOWN}
    assert look(hidden) == Verdict(Delivery.INTERRUPTED, "core", ("core",))
    assert look({"core": DOWN, "tv": UNKNOWN}) == Verdict(Delivery.DEGRADED, "core", ("core",))


def test_a_jammed_pc_is_no_dead_ancestor() -> None:
    """Its function is down by a rule, but it answers: what hangs on it is judged by itself."""
    functions = dict.fromkeys(HOUSE.devices, UP) | {"pc": DOWN, "cp-1": UNKNOWN, "cp-2": UNKNOWN}
    found = impact(HOUSE, functions, reaches=dict.fromkeys(HOUSE.devices, UP), at=START)
    assert found.deliveries["ktp", "a1"] == Verdict(Delivery.INTERRUPTED, "pc", ("pc",))


def test_behind_our_own_cut_line_it_is_unknown_and_nobodys_downtime() -> None:
    assert look({"siak": UNKNOWN, "uplink": DOWN}, blind=True) == Verdict(Delivery.UNKNOWN, "uplink", ("uplink",))
    assert look({"siak": DOWN, "uplink": DOWN}, blind=True).delivery is Delivery.UNKNOWN


def test_the_uplink_is_our_eye_and_never_a_dead_ancestor() -> None:
    assert look({"siak": UNKNOWN, "uplink": DOWN}) == Verdict(Delivery.UNKNOWN, "siak", ("siak",))


def test_interrupted_wins_over_unknown_over_degraded() -> None:
    assert look({"siak": UNKNOWN, "tv": DOWN}) == Verdict(Delivery.UNKNOWN, "siak", ("siak",))
    assert look({"siak": UNKNOWN, "pc": DOWN}) == Verdict(Delivery.INTERRUPTED, "pc", ("pc",))
    assert look({"tv": UNKNOWN}) == Verdict(Delivery.UNKNOWN, "tv", ("tv",))


def test_what_nobody_has_seen_is_unknown_and_a_need_that_nothing_fills_too() -> None:
    assert impact(HOUSE, {}, reaches={}, at=START).deliveries["ktp", "a1"].delivery is Delivery.UNKNOWN
    bare = mall([device("siak")], services=[KTP], counters={"a1": {}})
    assert look({}, house=bare) == Verdict(Delivery.UNKNOWN)


# --- oracle ----------------------------------------------------------------------------------------------------------

NAMES = tuple(f"d{index}" for index in range(6))
ROLES = ("r0", "r1", "r2")


@st.composite
def malls(draw: st.DrawFn) -> Mall:
    devices = []
    for index, name in enumerate(NAMES):
        earlier = NAMES[:index]
        parents = draw(st.lists(st.sampled_from(earlier), max_size=2, unique=True)) if earlier else []
        via = draw(st.none() | st.sampled_from(earlier)) if earlier else None
        devices.append(device(name, *parents, via=via, outside=draw(st.booleans())))
    some = st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True).map(tuple)
    roles = st.lists(st.sampled_from(ROLES), max_size=2, unique=True).map(tuple)
    services = [
        Service(f"s{index}", "", "dukcapil", draw(roles), draw(roles), draw(st.just(()) | some)) for index in range(2)
    ]
    counters = {f"c{index}": dict.fromkeys(ROLES, ()) | {r: draw(some) for r in ROLES} for index in range(2)}
    uplink = draw(st.none() | st.sampled_from(NAMES).map(lambda name: Uplink(name, None, ())))
    return mall(devices, services=services, counters=counters, uplink=uplink)


def known(
    house: Mall, name: str, functions: Mapping[str, State], reaches: Mapping[str, State], *, blind: bool
) -> State:
    """Return what is known of a device, naively: unknown becomes down on nothing but dead ancestors."""
    if blind and house.devices[name].outside and house.site.uplink:
        return UNKNOWN
    if functions[name] is not UNKNOWN:
        return functions[name]
    return DOWN if stranded(house, name, reaches, blind=blind) else UNKNOWN


def stranded(house: Mall, name: str, reaches: Mapping[str, State], *, blind: bool) -> bool:
    def dead(above: str) -> bool:
        own_eye = house.site.uplink is not None and house.site.uplink.device == above
        if own_eye or (blind and house.devices[above].outside):
            return False
        return reaches[above] is DOWN or (reaches[above] is UNKNOWN and stranded(house, above, reaches, blind=blind))

    one = house.devices[name]
    return (one.via is not None and dead(one.via)) or (bool(one.parents) and all(map(dead, one.parents)))


def worlds(house: Mall, service: str, counter: str, states: Mapping[str, State]) -> set[Delivery]:
    """Return the delivery in every world that fits what is known."""
    unsure = [name for name in NAMES if states[name] is UNKNOWN]
    found = set()
    for guess in product((True, False), repeat=len(unsure)):
        works = {name: states[name] is UP for name in NAMES} | dict(zip(unsure, guess, strict=True))
        offer, place = house.services[service], house.counters[counter]
        needs = [any(works[one] for one in place.roles[role]) for role in offer.needs]
        needs += [works[one] for one in offer.systems]
        uses = [any(works[one] for one in place.roles[role]) for role in offer.uses]
        found.add(Delivery.INTERRUPTED if not all(needs) else Delivery.DELIVERED if all(uses) else Delivery.DEGRADED)
    return found


STATES = st.fixed_dictionaries({name: st.sampled_from(list(State)) for name in NAMES})


@given(malls(), STATES, STATES, st.booleans())
def test_impact_is_what_all_possible_worlds_agree_on(
    house: Mall,
    functions: dict[str, State],
    reaches: dict[str, State],
    blind: bool,  # noqa: FBT001  # drawn
) -> None:
    states = {name: known(house, name, functions, reaches, blind=blind) for name in NAMES}
    found = impact(house, functions, reaches=reaches, blind=blind, at=START).deliveries
    assert set(found) == set(offered(house))
    for (service, counter), verdict in found.items():
        possible = worlds(house, service, counter, states)
        assert verdict.delivery is (possible.pop() if len(possible) == 1 else Delivery.UNKNOWN)
        assert (verdict.cause is None) == (verdict.delivery is Delivery.DELIVERED)
        assert verdict.causes[:1] == ((verdict.cause,) if verdict.cause else ())


@given(malls(), STATES, STATES, st.sampled_from(NAMES), st.sampled_from(list(State)))
def test_index_names_every_delivery_that_one_device_can_change(
    house: Mall, functions: dict[str, State], reaches: dict[str, State], name: str, new: State
) -> None:
    before = impact(house, functions, reaches=reaches, at=START).deliveries
    changed_functions, changed_reaches = functions | {name: new}, reaches | {name: new}
    after = impact(house, changed_functions, reaches=changed_reaches, at=START).deliveries
    affected = Index(house).affected([name])
    assert {key for key in before if before[key] != after[key]} <= affected
    part = impact(house, changed_functions, reaches=changed_reaches, at=START, only=affected).deliveries
    assert {**before, **part} == after


@given(malls(), STATES)
def test_index_knows_what_our_own_line_can_change(house: Mall, states: dict[str, State]) -> None:
    if house.site.uplink is None:
        return
    seeing = impact(house, states, reaches=states, at=START).deliveries
    cut = impact(house, states, reaches=states, blind=True, at=START).deliveries
    assert {key for key in seeing if seeing[key] != cut[key]} <= Index(house).affected([house.site.uplink.device])


def test_a_change_costs_only_what_hangs_on_it() -> None:
    assert Index(HOUSE).affected(["lonely"]) == set()
    assert Index(HOUSE).affected(["core", "no-such-device"]) == {("ktp", "a1")}
    assert Index(HOUSE).affected(["uplink"]) == {("ktp", "a1")}
