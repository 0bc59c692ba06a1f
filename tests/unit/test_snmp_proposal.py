"""What discovery proposes: every device once, known again by serial number over address, told when it moved."""

import re

from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp.discovery.proposal import Known, propose
from collectors.snmp.discovery.sighting import Sighting, serial_of

sightings = st.lists(
    st.builds(
        Sighting,
        address=st.integers(1, 250).map(lambda host: f"10.0.0.{host}"),
        kind=st.sampled_from(["printer", "switch", "router", "unknown"]),
        serial=st.sampled_from(["", "0000", "SN-0001", "SN-0002", "SN-0003"]),
        name=st.text(max_size=20),
        macs=st.frozensets(st.sampled_from(["02:00:00:00:00:01", "02:00:00:00:00:02"]), max_size=2),
    ),
    max_size=8,
    unique_by=lambda one: one.address,
)


@given(sightings)
def test_one_id_for_one_serial_number_and_ids_of_our_own(seen: list[Sighting]) -> None:
    found = propose(seen, [])
    serials = [serial_of(one.serial) for one in found if one.serial]
    assert len(serials) == len(set(serials))
    ids = [one.id for one in found]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9-]{1,40}", one) for one in ids)


@given(sightings)
def test_what_was_taken_over_is_proposed_no_more(seen: list[Sighting]) -> None:
    first = propose(seen, [])
    again = propose(seen, [Known(one.id, one.address, one.serial) for one in first])
    assert all(one.known and not one.moved_from for one in again)
    assert {one.id for one in again} == {one.id for one in first}


def test_a_device_that_moved_keeps_its_id_and_the_one_in_its_place_gets_another() -> None:
    inventory = [Known("printer-a", "10.0.0.5", "SN-0001")]
    seen = [Sighting("10.0.0.9", "printer", serial="SN-0001"), Sighting("10.0.0.5", "printer", serial="SN-0002")]
    found = {one.id: one for one in propose(seen, inventory)}
    assert (found["printer-a"].address, found["printer-a"].moved_from) == ("10.0.0.9", "10.0.0.5")
    assert found["printer-10-0-0-5"].known is False
