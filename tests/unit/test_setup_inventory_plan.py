"""Rows become devices: what is faulty, what is known again, what is new, in whatever order the rows come."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mppmon.clock import Clock
from mppmon.mall.model import DeviceKind
from mppmon.setup.inventory.kinds import role_of, sort_of
from mppmon.setup.inventory.known import Known
from mppmon.setup.inventory.plan import Plan
from tests.unit.setup_kit import demo, plan_of

Rows = Sequence[Mapping[str, str]]


def after(known: Known, plan: Plan) -> Known:
    """Return the configuration as the plan leaves it, kept as `Loaded.normalised` keeps it."""
    blank: dict[str, Any] = dict.fromkeys(
        ("asset", "brand", "model", "serial", "place", "agency", "address", "via", "http"), None
    )
    devices: dict[str, Any] = {slug: dict(one) for slug, one in known.devices.items()}
    for added in plan.added:
        devices[added.id] = {**blank, "parents": [], "power": [], **added.values}
    for changed in plan.changed:
        devices[changed.id] |= {key: new for key, (_old, new) in changed.fields.items()}
    counters: dict[str, Any] = {slug: {**one, "roles": dict(one["roles"])} for slug, one in known.counters.items()}
    for role in plan.roles:
        counters[role.counter]["roles"][role.role] = list(role.devices)
    return replace(known, devices=devices, counters=counters)


@pytest.mark.parametrize(
    ("text", "kind", "role"),
    [
        ("printer", "printer", "printer"),
        ("Komputer", "pc", "pc"),
        ("P.C Unit", "pc", "pc"),
        ("Lap Top", "pc", "pc"),
        ("Printer Kartu Evolis Primacy", "card-printer", "card-printer"),
        ("Scanner (Peralatan Personal Komputer)", "scanner", "scanner"),
        ("sidik jari", "peripheral", "fingerprint"),
        ("Mesin Antrian", "kiosk", "kiosk"),
        ("Printer Antrian Epson", "receipt-printer", "receipt-printer"),
        ("kamera CCTV outdoor", "camera", "camera"),
        ("UPS", "ups", "ups"),
        ("Router MikroTik", "router", "router"),
        ("access-point", "access-point", "access-point"),
        ("online-system", "online-system", "online-system"),
    ],
)
def test_words_for_kinds(text: str, kind: str, role: str) -> None:
    assert sort_of(text) == (DeviceKind(kind), role)


def test_words_for_roles_and_for_nothing() -> None:
    assert [role_of(text) for text in ("Sidik Jari", "card-printer", "Loket Khusus", "")] == [
        "fingerprint", "card-printer", "loket-khusus", "",
    ]  # fmt: skip
    assert sort_of("Meja") is None
    assert all(sort_of(kind.value) is not None for kind in DeviceKind)


FAULTS: dict[str, tuple[list[dict[str, str]], list[str]]] = {
    "kind": ([{"Jenis": "Komputr", "Alamat IP": "10.0.0.1"}], ["D 'Jenis'", "'Komputr'", "did you mean komputer?"]),
    "no kind": ([{"Nomor Seri": "1"}], ["D 'Jenis'", "nothing", "a kind of device"]),
    "address": ([{"Jenis": "PC", "Alamat IP": "10.0.0.300"}], ["K 'Alamat IP'", "'10.0.0.300'", "an IP address"]),
    "no address": ([{"Jenis": "PC", "Nama": "x"}], ["K 'Alamat IP'", "nothing", "an IP address"]),
    "counter": (
        [{"Jenis": "PC", "Alamat IP": "10.0.0.1", "Loket": "Lokte A1"}],
        ["I 'Loket'", "'Lokte A1'", "did you mean Loket A1"],
    ),
    "agency": (
        [{"Jenis": "PC", "Alamat IP": "10.0.0.1", "Instansi": "Imigras"}],
        ["H 'Instansi'", "did you mean Imigrasi?"],
    ),
    "whose counter": (
        [{"Jenis": "PC", "Alamat IP": "10.0.0.1", "Loket": "A1", "Instansi": "Imigrasi"}],
        ["H 'Instansi'", "'Imigrasi'", "Disdukcapil, whose counter this is"],
    ),
    "parent": (
        [{"Jenis": "PC", "Alamat IP": "10.0.0.1", "Terhubung ke": "Switch int"}],
        ["L 'Terhubung ke'", "'Switch int'", "did you mean Switch inti?"],
    ),
    "itself": (
        [{"Jenis": "Switch", "Nama": "S", "Alamat IP": "10.0.0.1", "Terhubung ke": "S"}],
        ["'S'", "another device"],
    ),
    "usb": ([{"Jenis": "sidik jari", "Alamat IP": "10.0.0.1", "Loket": "A1"}], ["'10.0.0.1'", "no address"]),
    "printer in the air": ([{"Jenis": "printer", "Nomor Seri": "1"}], ["nothing", "or its PC: as parent"]),
    "url": ([{"Jenis": "aplikasi", "Alamat IP": "https://u:p@x/"}], ["a URL such as"]),
    "usb with an address": (
        [{"Jenis": "printer struk", "Peran": "struk", "Loket": "C1", "Alamat IP": "10.0.0.1"}],
        ["'10.0.0.1'", "via: c1-pc"],
    ),
    "long": ([{"Jenis": "PC", "Alamat IP": "10.0.0.1", "Merek": "x" * 121}], ["E 'Merek'", "121 characters"]),
    "same address": (
        [{"Jenis": "PC", "Alamat IP": "10.0.0.1"}, {"Jenis": "PC", "Alamat IP": "10.0.0.1"}],
        ["K 'Alamat IP'", "'10.0.0.1', as in row 2", "another address"],
    ),
    "same asset": (
        [{"Jenis": "UPS", "Kode Barang": "3.1", "NUP": "1"}, {"Jenis": "UPS", "Kode Barang": "3.1", "NUP": "1"}],
        ["A 'Kode Barang'", "'3.1-1', as in row 2", "another asset code"],
    ),
    "told apart by nothing": (
        [{"Jenis": "UPS", "Ruang": "R"}, {"Jenis": "UPS", "Ruang": "R"}],
        ["none of them", "tells it from row 2"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_row_is_named_and_the_good_ones_go_on(name: str) -> None:
    rows, said = FAULTS[name]
    good = {"Jenis": "Kamera", "Nama": "Kamera pintu", "Alamat IP": "10.9.9.9"}
    plan = plan_of([*rows, good])
    (fault,) = plan.faults
    assert fault.row == len(rows) + 1
    text = f"{fault.where} {fault.found} {fault.expected}"
    assert [word for word in said if word not in text] == []
    assert "kamera-pintu" in {one.id for one in plan.added}


def test_a_row_that_hangs_on_a_faulty_one_is_faulty_too() -> None:
    plan = plan_of(
        [
            {"Jenis": "Switch", "Nama": "S1", "Alamat IP": "10.0.0.1", "Terhubung ke": "Nowhere"},
            {"Jenis": "Switch", "Nama": "S2", "Alamat IP": "10.0.0.2", "Terhubung ke": "S1"},
            {"Jenis": "Switch", "Nama": "S3", "Alamat IP": "10.0.0.3", "Terhubung ke": "S2"},
        ]
    )
    assert [fault.row for fault in plan.faults] == [2, 3, 4]
    assert plan.empty


def switches(
    count: int, parent: Callable[[int], str], name: Callable[[int], str] = "S{}".format
) -> list[dict[str, str]]:
    return [
        {
            "Jenis": "Switch",
            "Nama": name(number),
            "Alamat IP": f"10.1.{number // 250}.{number % 250 + 1}",
            "Terhubung ke": parent(number),
        }
        for number in range(count)
    ]


@pytest.mark.parametrize(
    "rows",
    [
        switches(2000, lambda number: f"S{number + 1}"),  # the last one's parent is missing
        switches(2000, lambda number: f"sama-{2000 - number}", lambda _number: "Sama"),  # ids move up
    ],
)
def test_a_long_chain_of_faulty_rows_takes_no_longer_than_good_ones(rows: list[dict[str, str]]) -> None:
    clock = Clock()
    before = clock.monotonic()
    plan = plan_of(rows)
    assert clock.monotonic() - before < 15  # the budget is 3 s of a free machine; round after round took minutes
    assert len(plan.faults) > 1
    assert {one.row for one in plan.added}.isdisjoint(fault.row for fault in plan.faults)


def test_what_hangs_on_the_only_pc_of_a_counter_falls_with_it() -> None:
    known = demo()
    empty = replace(known, counters={slug: {**one, "roles": {}} for slug, one in known.counters.items()})
    rows = [
        {"Jenis": "PC", "Nama": "P", "Loket": "C1", "Alamat IP": "10.0.0.1", "Terhubung ke": "Nowhere"},
        {"Jenis": "sidik jari", "Nama": "F", "Loket": "C1"},
        {"Jenis": "Switch", "Nama": "S", "Alamat IP": "10.0.0.2", "Terhubung ke": "F"},
    ]
    assert [(fault.row, fault.found) for fault in plan_of(rows, empty).faults] == [
        (2, "'Nowhere'"), (3, "nothing"), (4, "'F'"),
    ]  # fmt: skip


def test_how_a_thing_without_an_address_is_reached() -> None:
    plan = plan_of(
        [
            {"Jenis": "sidik jari", "Loket": "F3"},
            {"Jenis": "Switch", "Nama": "Switch meja", "Terhubung ke": "Switch inti"},
            {"Jenis": "Printer", "Nama": "Printer USB", "Terhubung ke": "f1-pc"},
            {"Jenis": "Aplikasi", "Nama": "Situs SIAK", "Alamat IP": "https://x.go.id/status"},
        ]
    )
    assert plan.faults == ()
    assert {one.id: dict(one.values) for one in plan.added} == {
        "f3-fingerprint": {"kind": "peripheral", "name": "sidik jari", "via": "f3-pc"},
        "switch-meja": {"kind": "passive", "name": "Switch meja", "parents": ["sw-core"]},
        "printer-usb": {"kind": "printer", "name": "Printer USB", "via": "f1-pc"},
        "situs-siak": {"kind": "online-system", "name": "Situs SIAK", "http": {"url": "https://x.go.id/status"}},
    }
    assert [(one.counter, one.role, one.devices) for one in plan.roles] == [("f3", "fingerprint", ("f3-fingerprint",))]


def test_what_feeds_a_thing_is_named_like_what_it_hangs_on() -> None:
    plan = plan_of(
        [
            {"Jenis": "UPS", "Nama": "UPS lantai 2", "Alamat IP": "10.0.0.9"},
            {"Jenis": "Switch", "Nama": "S", "Alamat IP": "10.0.0.1", "Catu daya": "UPS lantai 2, ups"},
            {"Jenis": "sidik jari", "Loket": "F3", "Catu daya": "ups; UPS"},
            {"Jenis": "Switch", "Nama": "Inti", "Alamat IP": "127.20.0.2", "Catu daya": "UPS lantai 2"},
        ]
    )
    assert plan.faults == ()
    fed = {one.id: one.values.get("power") for one in plan.added}
    assert fed == {"ups-lantai-2": None, "s": ["ups-lantai-2", "ups"], "f3-fingerprint": ["ups"]}
    (changed,) = plan.changed
    assert changed.fields["power"] == (["ups"], ["ups-lantai-2"])


def test_a_power_that_is_not_there_is_a_fault_of_its_column_and_of_what_hangs_on_the_row() -> None:
    plan = plan_of(
        [
            {"Jenis": "UPS", "Nama": "U", "Alamat IP": "10.0.0.9", "Catu daya": "PLN"},
            {"Jenis": "Switch", "Nama": "S", "Alamat IP": "10.0.0.1", "Catu daya": "U"},
            {"Jenis": "UPS", "Nama": "V", "Alamat IP": "10.0.0.8", "Catu daya": "V"},
        ]
    )
    said = {(one.row, one.where, one.found) for one in plan.faults}
    assert said == {(2, "M 'Catu daya'", "'PLN'"), (3, "M 'Catu daya'", "'U'"), (4, "M 'Catu daya'", "'V'")}


def test_a_known_device_is_changed_field_by_field_and_blank_cells_clear_nothing() -> None:
    plan = plan_of([{"Jenis": "PC", "Nomor Seri": "77", "Alamat IP": "127.20.1.11", "Terhubung ke": "sw-core"}])
    (changed,) = plan.changed
    assert changed.id == "a1-pc"
    assert dict(changed.fields) == {"serial": (None, "77"), "parents": (["sw-lt1"], ["sw-core"])}
    assert len(plan.kept) == len(demo().devices) - 1


def test_a_device_that_got_another_address_is_known_by_its_serial() -> None:
    row = {"Jenis": "PC", "Nomor Seri": "77", "Alamat IP": "127.20.1.11"}
    known = after(demo(), plan_of([row]))
    (changed,) = plan_of([{**row, "Alamat IP": "10.0.0.1"}], known).changed
    assert (changed.id, dict(changed.fields)) == ("a1-pc", {"address": ("127.20.1.11", "10.0.0.1")})


def test_the_host_of_a_system_that_is_asked_by_url_is_no_address_of_its_own() -> None:
    row = {"Jenis": "Aplikasi", "Nama": "SIAK"}
    known = after(demo(), plan_of([{**row, "Alamat IP": "https://siak.example.go.id/"}]))
    (changed,) = plan_of([{**row, "Alamat IP": "siak.example.go.id", "Merek": "X"}], known).changed
    assert (changed.id, dict(changed.fields)) == ("siak", {"brand": (None, "X")})


def test_two_that_swapped_their_addresses_are_not_mixed_up() -> None:
    rows = [
        {"Jenis": "PC", "Nomor Seri": "1", "Alamat IP": "127.20.1.11"},
        {"Jenis": "PC", "Nomor Seri": "2", "Alamat IP": "127.20.1.12"},
    ]
    known = after(demo(), plan_of(rows))
    swapped = [{**rows[0], "Alamat IP": "127.20.1.12"}, {**rows[1], "Alamat IP": "127.20.1.11"}]
    assert {one.id: one.fields["address"][1] for one in plan_of(swapped, known).changed} == {
        "a1-pc": "127.20.1.12",
        "a2-pc": "127.20.1.11",
    }


def test_a_new_pc_at_the_address_of_one_that_moved_is_new() -> None:
    known = after(demo(), plan_of([{"Jenis": "PC", "Nomor Seri": "77", "Alamat IP": "127.20.1.11"}]))
    plan = plan_of(
        [
            {"Jenis": "PC", "Nama": "PC baru", "Nomor Seri": "88", "Alamat IP": "127.20.1.11"},
            {"Jenis": "PC", "Nomor Seri": "77", "Alamat IP": "10.0.0.1"},
        ],
        known,
    )
    assert [(one.id, one.row) for one in plan.added] == [("pc-baru", 2)]
    assert [(one.id, dict(one.fields)) for one in plan.changed] == [("a1-pc", {"address": ("127.20.1.11", "10.0.0.1")})]


def test_another_number_is_another_thing_and_no_slip() -> None:
    (fault,) = plan_of([{"Jenis": "PC", "Alamat IP": "10.0.0.1", "Loket": "Loket A9"}]).faults
    assert "did you mean" not in fault.expected


def test_services_that_named_nothing_need_the_pc_that_all_their_counters_get() -> None:
    known = demo()
    bare = {
        slug: {**one, "services": {name: {**its, "needs": [], "uses": []} for name, its in one["services"].items()}}
        for slug, one in known.agencies.items()
    }
    empty = replace(known, agencies=bare, counters={slug: {**one, "roles": {}} for slug, one in known.counters.items()})
    rows = [
        {"Jenis": "PC", "Loket": counter, "Alamat IP": f"10.0.0.{number}"}
        for number, counter in enumerate(("c1", "c2"))
    ]
    assert [(one.service, one.roles) for one in plan_of(rows, empty).needs] == [("pajak-kendaraan", ("pc",))]
    assert plan_of(rows[:1], empty).needs == ()


def test_services_that_still_hang_on_nothing_are_named_with_the_counters_that_lack_a_pc() -> None:
    known = demo()
    bare = {
        slug: {
            **one,
            "services": {
                name: {**its, "needs": [], "uses": [], "systems": []} for name, its in one["services"].items()
            },
        }
        for slug, one in known.agencies.items()
    }
    empty = replace(known, agencies=bare, counters={slug: {**one, "roles": {}} for slug, one in known.counters.items()})
    good = [{"Jenis": "PC", "Loket": "c1", "Alamat IP": "10.0.0.1"}]
    plan = plan_of([*good, {"Jenis": "PC", "Loket": "c2", "Alamat IP": "10.0.0.300"}], empty)
    loose = {one.name: one.lacking for one in plan.loose}
    assert loose["Pajak Kendaraan Tahunan"] == ("Loket C2",)
    assert "Pajak Kendaraan Tahunan" not in {
        one.name for one in plan_of([*good, {**good[0], "Loket": "c2", "Alamat IP": "10.0.0.2"}], empty).loose
    }
    assert plan_of(good).loose == ()


NAMES = st.sampled_from(["", "PC", "Printer satu", "Kamera", "Switch A"])
CELL = st.sampled_from(["", "1", "2", "3", "4"])
ROW = st.fixed_dictionaries(
    {
        "Jenis": st.sampled_from(["PC", "printer", "Switch", "sidik jari", "UPS", "CCTV"]),
        "Nama": NAMES,
        "Kode Barang": CELL.map(lambda text: text and f"3.10.{text}"),
        "Nomor Seri": CELL.map(lambda text: text and f"SN{text}"),
        "Loket": st.sampled_from(["", "A1", "F3", "B2"]),
        "Alamat IP": st.sampled_from(
            ["", *(f"10.0.0.{number}" for number in range(1, 9)), "127.20.1.11", "127.20.1.51"]
        ),
        "Ruang": st.sampled_from(["", "R1"]),
    }
)


@given(st.lists(ROW, max_size=8), st.randoms(use_true_random=False))
def test_a_second_import_changes_nothing_whatever_the_order(rows: list[dict[str, str]], dice: random.Random) -> None:
    first = plan_of(rows)
    bad = {fault.row for fault in first.faults}
    known = after(demo(), first)
    addresses = [one["address"] for one in known.devices.values() if one["address"]]
    good = [row for number, row in enumerate(rows, start=2) if number not in bad]
    dice.shuffle(good)
    second = plan_of(good, known)
    assert second.faults == ()
    assert second.empty, (second.added, second.changed, second.roles)
    assert len(known.devices) == len(demo().devices) + len(first.added)
    for key in ("asset", "serial"):
        values = [one[key] for one in known.devices.values() if one[key]]
        assert len(values) == len(set(values))
    assert len(addresses) - len(set(addresses)) <= 0


@given(st.lists(ROW, max_size=8), st.randoms(use_true_random=False))
def test_ids_do_not_depend_on_the_order_of_good_rows(rows: list[dict[str, str]], dice: random.Random) -> None:
    bad = {fault.row for fault in plan_of(rows).faults}
    good = [row for number, row in enumerate(rows, start=2) if number not in bad]
    first = plan_of(good)
    dice.shuffle(good)
    again = plan_of(good)
    assert {one.id: dict(one.values) for one in first.added} == {one.id: dict(one.values) for one in again.added}
