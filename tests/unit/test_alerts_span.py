"""Lengths of time: one grammar for commands, maintenance.yaml and the tests of rules."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.span import quiet_span, span

UNITS = (("d", "hari", 86_400), ("h", "jam", 3600), ("m", "menit", 60), ("s", "detik", 1))


@given(
    st.lists(st.integers(0, 9999), min_size=4, max_size=4), st.sets(st.sampled_from(range(4)), min_size=1), st.data()
)
def test_any_of_its_parts_in_their_order_add_up(counts: list[int], picked: set[int], data: st.DataObject) -> None:
    said, seconds = "", 0
    for place in sorted(picked):
        short, long, each = UNITS[place]
        said += f"{counts[place]}{data.draw(st.sampled_from((short, f' {long} ')))}"
        seconds += counts[place] * each
    assert span(said) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "h", "2", "30m1h", "1h1h", "2 pekan", "2hh", "1.5h", "-2h", "2h x", "٢h", "1e3s"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a length such as"):
        span(text)
    with pytest.raises(ValueError, match="at least a minute"):
        quiet_span(text)


@pytest.mark.parametrize("text", ["0", "0m", "59s", "31d", "30d1s"])
def test_nothing_is_silenced_for_no_time_or_for_ever(text: str) -> None:
    with pytest.raises(ValueError, match="at least a minute, at most 30d"):
        quiet_span(text)
    assert (quiet_span("1h30m"), quiet_span("30 hari")) == (timedelta(minutes=90), timedelta(days=30))
