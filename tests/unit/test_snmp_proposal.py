"""What discovery proposes: every device once, known again wherever it went; its own proposal leaves no difference."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import yaml
from hypothesis import given
from hypothesis import strategies as st

from collectors.observation import clean_text
from collectors.settings import SnmpSettings
from collectors.snmp.discovery.difference import Difference, differences
from collectors.snmp.discovery.known import Known
from collectors.snmp.discovery.proposal import Proposed, propose
from collectors.snmp.discovery.sighting import SILENT, Neighbour, Sighting, located, serial_of
from mppmon.config import load
from mppmon.setup.discovery.inventory import inventory_of
from mppmon.setup.discovery.text import Found, lines

MACS = [f"00:1b:21:00:00:0{at}" for at in range(1, 6)]
WORDS = st.text(max_size=30).map(clean_text)
sightings = st.lists(
    st.builds(
        Sighting,
        address=st.integers(1, 250).map(lambda host: f"10.0.0.{host}"),
        kind=st.sampled_from(["printer", "switch", "router", "unknown"]),
        vendor=WORDS,
        model=WORDS,
        serial=st.sampled_from(["", "0000", "SN-0001", "SN-0002", "SN-0003"]),
        name=WORDS,
        engine=st.sampled_from(["", "80001f8801", "80001f8802"]),
        macs=st.frozensets(st.sampled_from(MACS), max_size=2),
        neighbours=st.lists(st.sampled_from(MACS).map(lambda mac: Neighbour("1", mac)), max_size=2).map(tuple),
        forwarding=st.dictionaries(st.sampled_from("12"), st.frozensets(st.sampled_from(MACS)), max_size=2),
        way=st.sampled_from([0, SILENT]),
    ),
    max_size=8,
    unique_by=lambda one: one.address,
)
PUBLIC = [SnmpSettings()]
GOOD = Path(__file__).parent / "bad_configs" / "good"


def taken_over(proposal: str) -> list[Known]:
    """Read a proposal as the inventory does after it was put there; kinds that nobody knew are told by a person."""
    text = re.sub(r"^  # ([a-z0-9-]+: \{)", r"  \1", proposal, flags=re.MULTILINE).replace("{kind: ?", "{kind: camera")
    devices = yaml.safe_load(re.sub(r"devices: \{\}\n  (?!#)|devices: \{\}\n(?=  # What)", "devices:\n  ", text))[
        "devices"
    ]
    return [
        Known(
            slug,
            tuple(one[key] for key in ("address",) if key in one),
            one.get("serial", ""),
            frozenset({one["mac"]} if "mac" in one else ()),
            one.get("engine_id", ""),
            one["kind"],
            one.get("model", ""),
            tuple(one.get("parents", ())),
        )
        for slug, one in (devices or {}).items()
    ]


def told(seen: list[Sighting], inventory: list[Known]) -> tuple[str, list[Proposed], list[Difference]]:
    devices = propose(seen, inventory, "10.0.0.1")
    differing = differences(devices, inventory, {one.address for one in seen})
    return "\n".join(lines(Found(devices, PUBLIC, inventory, differing, against=bool(inventory)))), devices, differing


@given(sightings)
def test_one_id_for_one_serial_number_and_ids_of_our_own(seen: list[Sighting]) -> None:
    found = propose(seen, [])
    serials = [serial_of(one.serial) for one in found if one.serial]
    assert len(serials) == len(set(serials))
    ids = [one.id for one in found]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9-]{1,40}", one) for one in ids)
    assert sorted(address for one in found for address in one.addresses) == sorted(one.address for one in seen)


@given(sightings, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(seen: list[Sighting], random: Random) -> None:
    shuffled = list(seen)
    random.shuffle(shuffled)
    assert told(shuffled, []) == told(seen, [])


@given(sightings)
def test_its_own_proposal_leaves_nothing_to_propose_and_no_difference(seen: list[Sighting]) -> None:
    inventory = taken_over(told(seen, [])[0])
    proposal, again, differing = told(seen, inventory)
    assert all(one.known for one in again), proposal
    assert not differing, proposal
    if not any(one.kind == "unknown" for one in again):  # that was no parent of what was proposed
        assert not inventory or "Nothing differs from the inventory." in proposal


KNOWN = Known("printer-a", ("10.0.0.5",), "SN-0001", frozenset({MACS[0]}), "80001f8801", "printer", "LaserJet M404", ())
SEEN = Sighting(
    "10.0.0.5", "printer", "HP", "HP LaserJet M404dn", "SN-0001", macs=frozenset({MACS[0]}), engine="80001f8801"
)


def test_a_device_that_moved_keeps_its_id_and_the_one_in_its_place_gets_another() -> None:
    for moved in (
        replace(SEEN, address="10.0.0.9"),
        replace(SEEN, address="10.0.0.9", serial="", engine=""),  # known by its hardware address alone
        replace(SEEN, address="10.0.0.9", serial="", macs=frozenset()),  # by its engine ID
    ):
        seen = [moved, Sighting("10.0.0.5", "printer", serial="SN-0002", macs=frozenset({MACS[1]}))]
        found = {one.id: one for one in propose(seen, [KNOWN])}
        assert (found["printer-a"].address, found["printer-a"].moved_from) == ("10.0.0.9", "10.0.0.5")
        assert found["printer-10-0-0-5"].known is False
        differing = told(seen, [KNOWN])[2]
        assert Difference("printer-a", "moved", "10.0.0.5", "10.0.0.9") in differing


def test_what_changed_is_told_and_what_is_gone_stays() -> None:
    inventory = [
        KNOWN,
        Known("switch-a", ("10.0.0.2",), kind="switch"),
        Known("gone", ("10.0.0.6",), "SN-0009"),
        Known("elsewhere", ("10.9.9.9",)),
        Known("old", ("10.0.0.7",), "SN-0010"),
        Known("again", ("10.0.0.8",)),
    ]
    switch = Sighting("10.0.0.2", "switch", macs=frozenset({MACS[3]}), forwarding={"4": frozenset({MACS[0]})})
    other = Sighting("10.0.0.7", "printer", serial="SN-0011")
    second = replace(SEEN, address="10.0.0.8")
    changed = replace(SEEN, kind="scanner", model="ScanJet", serial="SN-0001")
    devices = propose([changed, switch, other, second], inventory)
    asked = {f"10.0.0.{host}" for host in range(1, 255)}
    found = differences(devices, [replace(KNOWN, parents=("router",)), *inventory[1:]], asked)
    assert found == [
        Difference("printer-a", "kind", "printer", "scanner"),
        Difference("printer-a", "model", "LaserJet M404", "ScanJet"),
        Difference("printer-a", "parents", "router", "switch-a"),
        Difference("gone", "not-seen", "10.0.0.6"),
        Difference("old", "replaced", "10.0.0.7", "printer-10-0-0-7"),
        Difference("again", "twice", "10.0.0.8", "printer-a"),
    ]


def test_a_passive_switch_that_was_given_another_name_is_known_again() -> None:
    router = Sighting("10.0.0.1", "router", macs=frozenset({MACS[4]}))
    ports = {"4": frozenset(MACS[:2]), "24": frozenset({MACS[4]})}
    switch = Sighting("10.0.0.2", "switch", macs=frozenset({MACS[3]}), forwarding=ports)
    printers = [Sighting(f"10.0.0.{at + 5}", "printer", macs=frozenset({MACS[at]})) for at in (0, 1)]
    inventory = [
        Known("switch-a", ("10.0.0.2",), kind="switch"),
        Known("hub-under-the-stairs", kind="passive", parents=("switch-a",)),
        Known("printer-a", ("10.0.0.5",), parents=("hub-under-the-stairs",)),
    ]
    found = {one.id: one for one in propose([router, switch, *printers], inventory)}
    assert found["hub-under-the-stairs"].known
    assert found["printer-10-0-0-6"].parents == ("hub-under-the-stairs",)


def test_a_copied_disk_does_not_make_two_machines_one() -> None:
    inventory = [Known("a", ("10.0.0.5",), macs=frozenset({MACS[0]}), engine="80001f8801")]
    twin = Sighting("10.0.0.9", "server", macs=frozenset({MACS[1]}), engine="80001f8801")
    assert [one.known for one in propose([twin], inventory)] == [False]
    alone = Sighting("10.0.0.5", "server", macs=frozenset({MACS[0]}), engine="80001f8801")
    assert len(propose([twin, alone], [])) == 2


HOSTILE = [
    *("\x1b[2J\x1b[31mred", "'; DROP TABLE", '"quoted" \\ {x}', "- a\n- b: [", "# x", "&a *b !!python/object", "%YAML"),
    *(
        "yes",
        "null",
        "1e3",
        "2026-11-24",
        "0x1F",
        "10:20:30",
        "\u202eevil\u2066",
        "a" * 5000,
        "\ud800",
        "\x00\x85\u2028",
    ),
    *("{{x}}", ": ", "?", "~", "@x", "`x`", "|", ">", "\u00a0", "\ufeffx", "é" * 64, "\U0001d54f" * 40, "${HOME}", "="),
    *("</script>", "\\x41"),
]


def test_whatever_devices_call_themselves_the_proposal_is_a_valid_inventory(tmp_path: Path) -> None:
    words = [clean_text(word.encode("utf-8", "surrogatepass")) for word in HOSTILE]
    seen = [
        Sighting(
            f"10.0.1.{at + 1}", "printer" if at % 2 else "unknown", vendor=word, model=word, serial=word, name=word
        )
        for at, word in enumerate(words)
    ]
    text = told(seen, [])[0]
    assert all(char.isprintable() for line in text.splitlines() for char in line)
    for file in GOOD.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with (tmp_path / "devices.yaml").open("a", encoding="utf-8") as devices:
        its = "\n".join(line for line in text.splitlines() if line.startswith("  "))
        devices.write(
            re.sub(r"^  # ([a-z0-9-]+: \{)", r"  \1", its, flags=re.MULTILINE).replace("kind: ?", "kind: pc") + "\n"
        )
    loaded = load(tmp_path, today=date(2026, 11, 23))
    assert {f"10.0.1.{at + 1}" for at in range(len(HOSTILE))} <= {one.address for one in loaded.targets}
    known = inventory_of(loaded, lambda _: None)
    assert not known.lost
    assert all(one.known for one in propose(seen, known.devices))


def test_what_only_pings_is_told_with_its_address_and_its_place() -> None:
    router = Sighting("10.0.0.1", "router", macs=frozenset({MACS[4]}), arp={"10.0.0.7": MACS[0]})
    ports = {"7": frozenset({MACS[0]}), "24": frozenset({MACS[4]})}
    switch = Sighting("10.0.0.2", "switch", macs=frozenset({MACS[3]}), forwarding=ports)
    seen = located([router, switch, Sighting("10.0.0.7", way=SILENT)], {})
    expected = (
        "  # unknown-10-0-0-7: {kind: ?, name: unknown-10-0-0-7, place: Belum diketahui, address: 10.0.0.7, "
        f'mac: "{MACS[0]}", parents: [switch-10-0-0-2]}}'
    )
    assert expected in told(seen, [])[0].splitlines()
    there = [Known("pc-a", ("10.0.0.99",), macs=frozenset({MACS[0]}), kind="pc", parents=("switch-b",))]
    assert told(seen, there)[2] == [
        Difference("pc-a", "moved", "10.0.0.99", "10.0.0.7"),
        Difference("pc-a", "parents", "switch-b", "switch-10-0-0-2"),
    ]


def test_where_no_kind_was_known_the_proposal_says_how_it_becomes_one() -> None:
    text, _, _ = told([Sighting(address="10.0.0.7", kind="unknown", way=SILENT)], [])
    assert "take '# ' away, and the {} after devices:." in text
    done = text.replace("devices: {}", "devices:").replace("# unknown", "unknown").replace("?,", "camera,")
    assert yaml.safe_load(done)["devices"]["unknown-10-0-0-7"]["kind"] == "camera"
