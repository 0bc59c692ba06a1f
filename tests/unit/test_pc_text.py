"""Prometheus text: what is taken, what is refused, and prometheus-client's parser as the oracle."""

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from collectors.pc.text import Sample, Unreadable, payload, samples


def taken(text: str, *wanted: str) -> list[Sample]:
    return list(samples(text.encode(), {name.encode() for name in wanted}))


def test_only_wanted_names_are_looked_at() -> None:
    text = '# HELP a b\na 1\nab{x=broken\na{x="1"} 2\n\r\nb 3\n'
    assert taken(text, "a") == [Sample("a", {}, 1.0), Sample("a", {"x": "1"}, 2.0)]


@pytest.mark.parametrize(
    ("line", "sample"),
    [
        ("a 1\r", Sample("a", {}, 1.0)),
        ("a\t1e3", Sample("a", {}, 1000.0)),
        ("a +Inf", Sample("a", {}, math.inf)),
        ("a 1 1700000000000", Sample("a", {}, 1.0)),
        ('a{x="1"} 1.5 # {trace_id="q"} 1.0 170.5', Sample("a", {"x": "1"}, 1.5)),
        ('a{x="1",} .5', Sample("a", {"x": "1"}, 0.5)),
        ('a {  x = "}, #" , y="\\"\\\\\\n" } -2', Sample("a", {"x": "}, #", "y": '"\\\n'}, -2.0)),
        ("a{} 0", Sample("a", {}, 0.0)),
        ('a{x="\x0b\u2028"} 1', Sample("a", {"x": "\x0b\u2028"}, 1.0)),
    ],
)
def test_forms_of_a_line(line: str, sample: Sample) -> None:
    assert taken(f"{line}\n", "a") == [sample]


@pytest.mark.parametrize(
    "line",
    [
        "a ",
        "a x",
        "a 1_000",
        "a 0x10",
        'a{x="1" 1',
        'a{x="1"',
        "a{x=1} 1",
        'a{x="1"} ',
        "a{x} 1",
        "a 1 2 3",
        "a" + " " * 5000,
    ],
)
def test_a_malformed_wanted_line_is_named(line: str) -> None:
    with pytest.raises(Unreadable, match="line 2 is not Prometheus text"):
        taken(f"# x\n{line}\n", "a")


def test_too_many_wanted_lines_are_refused() -> None:
    with pytest.raises(Unreadable, match="more than 10000 samples"):
        taken("a 1\n" * 10_001, "a")


_LABELS = st.dictionaries(
    st.from_regex(r"[a-z_][a-z0-9_]{0,5}", fullmatch=True),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=12),
    max_size=3,
)


@given(st.lists(st.tuples(_LABELS, st.floats(allow_nan=False)), max_size=5))
def test_the_same_as_prometheus_client(series: list[tuple[dict[str, str], float]]) -> None:
    lines = []
    for labels, value in series:
        escaped = {
            key: text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for key, text in labels.items()
        }
        pairs = ",".join(f'{key}="{text}"' for key, text in escaped.items())
        lines.append(f"m{{{pairs}}} {value!r}\n")
    text = "".join(lines)
    oracle = [
        (one.labels, float(one.value)) for family in text_string_to_metric_families(text) for one in family.samples
    ]
    assert [(one.labels, one.value) for one in taken(text, "m")] == oracle


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"<!DOCTYPE html><html>login</html>\n", "text/plain", "a web page"),
        (b"a 1\n", "text/html; charset=utf-8", "a web page"),
        (b"{}\n", "application/json", "a web page or another document"),
        ("a 1\n".encode("utf-16"), "text/plain", "UTF-16"),
        (b"a\0 1\n", "text/plain", "UTF-16 or binary"),
        (b"", "text/plain", "an empty answer"),
        (b"\xef\xbb\xbf\r\n", "text/plain", "an empty answer"),
        (b"a 1\nb 2\nc", "text/plain", "breaks off in line 3"),
    ],
)
def test_what_is_not_prometheus_text_is_said(body: bytes, content_type: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        payload(body, content_type)


def test_a_byte_order_mark_and_open_metrics_pass() -> None:
    assert payload(b"\xef\xbb\xbfa 1\n# EOF\n", "application/openmetrics-text; version=1.0.0") == b"a 1\n# EOF\n"
    assert payload(b"a 1\n", "") == b"a 1\n"


@given(st.binary(max_size=300))
def test_any_bytes_give_samples_or_unreadable(body: bytes) -> None:
    with suppress(Unreadable):
        list(samples(payload(b"a" + body + b"\n", "text/plain"), {b"a", b"aa"}))
