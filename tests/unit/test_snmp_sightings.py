"""Which sightings are one device: serial number, engine ID and hardware address over address."""

from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp.discovery.sighting import Sighting, macs_of, merged, serial_of

sightings = st.lists(
    st.builds(
        Sighting,
        address=st.integers(1, 250).map(lambda host: f"10.0.0.{host}"),
        serial=st.sampled_from(["", "0000", "SN-0001", "sn-0001 ", "SN-0002", "SN-0003"]),
        engine=st.sampled_from(["", "", "80001f8801", "80001f8802"]),
        macs=st.frozensets(
            st.sampled_from(["02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:03"]), max_size=2
        ),
    ),
    max_size=8,
    unique_by=lambda one: one.address,
)


@given(sightings)
def test_one_serial_number_is_one_device_and_two_are_two(seen: list[Sighting]) -> None:
    groups = merged(seen)
    told = [{serial for one in group if (serial := serial_of(one.serial))} for group in groups]
    assert all(len(serials) <= 1 for serials in told)
    every = [serial for serials in told for serial in serials]
    assert len(every) == len(set(every))
    assert sorted(one.address for group in groups for one in group) == sorted(one.address for one in seen)


@given(sightings)
def test_the_order_of_answers_does_not_matter(seen: list[Sighting]) -> None:
    assert merged(seen) == merged(reversed(seen))


def test_two_addresses_of_one_machine_are_one_device() -> None:
    one = Sighting("10.0.0.1", macs=frozenset({"02:00:00:00:00:01", "02:00:00:00:00:02"}))
    two = Sighting("10.0.0.2", macs=frozenset({"02:00:00:00:00:02"}))
    assert merged([one, two]) == [(one, two)]
    assert macs_of((one, two)) == one.macs


def test_a_serial_number_that_many_share_tells_nothing() -> None:
    assert len(merged([Sighting("10.0.0.1", serial="0000"), Sighting("10.0.0.2", serial="0000")])) == 2
    assert {serial_of(text) for text in ("", "None", "000000", "123456789", "N/A", "ab")} == {""}
