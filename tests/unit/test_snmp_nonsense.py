"""Whatever an agent puts into its cells, what comes out is a number that can be, or a short text that is safe."""

import json
import re
from datetime import UTC, datetime
from math import isfinite

from hypothesis import given
from hypothesis import strategies as st

from collectors.observation import Observation, Outcome, schema_of
from collectors.snmp import decode, derive, rates
from collectors.snmp.decode import Row
from collectors.snmp.library import builtin
from collectors.snmp.meaning import meaning
from collectors.snmp.profile import Profile
from collectors.snmp.wire.ber import Value
from mppmon.cli.summary import summary

AT = datetime(2026, 11, 24, tzinfo=UTC)
PROFILES = sorted(builtin().by_name)
NASTY = (
    b"",
    b"\0",
    b"\x1b[31mred\x1b]0;title\x07",
    b"<b>bold</b> {{ x }} %s ${x} *_`|",
    "\u202e\u2066 txet \U0001f600 a\u0301".encode(),
    b"\xff\xfe\x00\xd8",
    b"A\x00B\x00" * 300,
    b"\r\n\t" * 9,
    b"18446744073709551615",
    b"-1",
    b"\x80",
    b"\x80\x00\xff",
    b"0x" + b"41" * 200,
    b"07/99/2026",
)
NUMBERS = (-(2**63), -(2**31), -3, -2, -1, 0, 1, 2, 3, 5, 100, 101, 2**31 - 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1)
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.sampled_from(NASTY), st.sampled_from(NUMBERS), st.binary(max_size=40), st.integers(-5, 300)
)
_SAFE = re.compile(r"[a-z0-9][a-z0-9.-]*")
_NEVER_NEGATIVE = re.compile(
    r"_(total|bytes|ratio|seconds|bytes_per_second|watts|rpm)$|_(up|ok|open|left|low|error|alert|status)$"
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, dict[str, dict[str, Row]]]:
    """Draw a profile, and rows of some of its tables with any value in any column."""
    name = draw(st.sampled_from(PROFILES))
    return name, draw(rows_of(builtin().named(name)))


@st.composite
def rows_of(draw: st.DrawFn, profile: Profile) -> dict[str, dict[str, Row]]:
    """Draw rows of some tables of a profile."""
    rows: dict[str, dict[str, Row]] = {}
    for name, table in decode.tables_of(profile):
        if bool(table.columns) and draw(st.booleans()):
            indexes = [""] if name == decode.SCALARS else draw(st.sampled_from([["1"], ["1.1", "1.2"], ["4294967295"]]))
            rows[name] = {index: {column: draw(VALUES) for column in table.columns} for index in indexes}
    return rows


@given(tables())
def test_samples_and_words(drawn: tuple[str, dict[str, dict[str, Row]]]) -> None:
    profile, rows = builtin().named(drawn[0]), drawn[1]
    ports = rows.get(rates.TABLE, {})
    now = rates.reading(100.0, 1, ports)
    found = [
        *decode.samples(profile, rows),
        *derive.samples(profile, rows),
        *rates.samples(rates.reading(40.0, 0, ports), now, ports),
    ]
    for (metric, labels), value in found:
        assert isfinite(value), metric
        assert value >= 0 or not _NEVER_NEGATIVE.search(metric), metric
        assert all(_SAFE.fullmatch(told) for _, told in labels), labels
        if metric.endswith("_ratio"):
            assert value <= 3, metric  # a load may be above 1
    for key, text in decode.words(profile, rows):
        assert text.isprintable(), key
        assert 0 < len(text.encode()) <= 64


@given(tables())
def test_what_it_means_and_one_screen_of_it(drawn: tuple[str, dict[str, dict[str, Row]]]) -> None:
    profile, rows = builtin().named(drawn[0]), drawn[1]
    found = [*decode.samples(profile, rows), *derive.samples(profile, rows)]
    texts = tuple(decode.words(profile, rows))
    schema, values = schema_of(tuple(series for series, _ in found)), tuple(value for _, value in found)
    means = meaning(Observation("a:telemetry", "a", Outcome.OK, AT, 0.1, schema, values, texts))
    json.dumps(means, allow_nan=False)
    for line in summary({"meaning": means}):
        assert line.isprintable()
