"""The exposition format: values, escapes, and hostile samples."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from collectors.observation import schema_of
from mppmon.exporter import FAMILIES
from mppmon.exporter.text import chunk, header, layout, line, number, pairs

JAMMED = "mppmon_printer_error"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (-3.0, "-3"),
        (1.5, "1.5"),
        (2.0**53 - 1, "9007199254740991"),
        (1e300, "1e+300"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (math.nan, "NaN"),
        (True, "1"),
    ],
)
def test_numbers(value: float, written: str) -> None:
    assert number(value) == written


@given(st.floats(), st.text(max_size=20))
def test_a_parser_reads_back_what_was_written(value: float, text: str) -> None:
    written = header(FAMILIES[JAMMED]).decode() + line(JAMMED, pairs([("error", text)]), value=value)
    [family] = text_string_to_metric_families(written)
    [sample] = family.samples
    assert sample.labels == {"error": text}
    assert sample.value == value or math.isnan(value)


def test_a_series_without_labels_has_no_braces() -> None:
    assert line("mppmon_site_blind", "", value=1.0) == "mppmon_site_blind 1\n"


def test_layout_keeps_what_is_known_and_once() -> None:
    schema = schema_of(
        (
            (JAMMED, (("error", "jammed"),)),
            ("up", ()),  # unknown family: would take over a name of Prometheus' own
            (JAMMED, (("device", "other"),)),  # unknown label: would pass itself off as another device
            (JAMMED, (("error", "a"), ("error", "b"))),
            (JAMMED, (("error", "jammed\n"),)),  # the same once cleaned
            ("mppmon_printer_pages_total", ()),
        )
    )
    values = (1.0, 9.0, 9.0, 9.0, 9.0, 7.0)
    assert [(name, chunk(form, 'device="p1"', values)) for name, form in layout(schema)] == [
        (JAMMED, b'mppmon_printer_error{device="p1",error="jammed"} 1\n'),
        ("mppmon_printer_pages_total", b'mppmon_printer_pages_total{device="p1"} 7\n'),
    ]


def test_devices_that_answer_in_one_shape_share_its_layout() -> None:
    schema = schema_of(((JAMMED, (("error", "jammed"),)),))
    [(_, form)] = layout(schema)
    assert layout(schema)[0][1] is form
    assert chunk(form, 'device="p1"', (1.0,)) == b'mppmon_printer_error{device="p1",error="jammed"} 1\n'
    assert chunk(form, 'device="%s"', (0.0,)) == b'mppmon_printer_error{device="%s",error="jammed"} 0\n'


def test_label_values_are_capped() -> None:
    [(_, form)] = layout(schema_of(((JAMMED, (("error", "x" * 1000),)),)))
    assert chunk(form, 'device="p1"', (1.0,)).decode() == f'{JAMMED}{{device="p1",error="{"x" * 64}"}} 1\n'


def test_a_per_cent_sign_is_a_sign_like_any_other() -> None:
    [(_, form)] = layout(schema_of(((JAMMED, (("error", "100 %s %d%%"),)),)))
    assert chunk(form, 'device="p1"', (1.0,)) == b'mppmon_printer_error{device="p1",error="100 %s %d%%"} 1\n'
