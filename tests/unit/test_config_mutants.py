"""Any change to a good configuration is taken or explained, in our words: nothing else is raised."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mppmon import config

GOOD = Path(__file__).parent / "bad_configs" / "good"
TODAY = date(2026, 11, 24)
FILES = {path.name: path.read_text("utf-8") for path in sorted(GOOD.iterdir())}
JARGON = re.compile(r"Input should|Value error|dictionary|tuple|NoneType|\bstr\b|\bint\b|validator")
VALUES = st.sampled_from(
    ["", "~", "[]", "{}", "[a]", "{a: 1}", "a", "-1", "1e999", "nan", "*x", "&x y", "!!float 1", "'", '"', "- a", ": ",
     "| x", "a:b", "a: b: c",
     "\t", "\u00a0", "“x”", "🔴", "[[[[", "x" * 300, "08.00", "no", "0", "9999-12-31", "0001-01-01",
     "2026-02-30", "a@b", "{<<: 1}"]
)  # fmt: skip


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(shutil.copytree(GOOD, Path(folder) / "mall"))


def judge(place: Path, name: str, text: str) -> None:
    (place / name).write_text(text, "utf-8", newline="")
    try:
        config.load(place, today=TODAY)
    except config.ConfigErrors as errors:
        rows = text.splitlines()
        for problem in errors.problems:
            said = str(problem)
            assert not JARGON.search(f"{problem.expected} {problem.hint}"), said
            assert "found found" not in said
            assert "\n" not in said
            if problem.file == name:
                assert problem.line <= len(rows) + 1
    finally:
        (place / name).write_text(FILES[name], "utf-8")


@given(st.data())
def test_another_value(place: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    spans = [match.span(1) for match in re.finditer(r"[:\[,-] ?([^\s,:{}\[\]]+)", FILES[name])]
    start, end = data.draw(st.sampled_from(spans))
    judge(place, name, FILES[name][:start] + data.draw(VALUES) + FILES[name][end:])


@given(st.data())
def test_another_line(place: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    lines = FILES[name].splitlines(keepends=True)
    at = data.draw(st.integers(0, len(lines) - 1))
    change = data.draw(st.sampled_from(["gone", "twice", "left", "right", "words", "swapped"]))
    other = data.draw(st.integers(0, len(lines) - 1))
    line = lines[at]
    lines[at] = {
        "gone": "", "twice": line * 2, "left": line[1:], "right": f" {line}", "words": line.replace(" ", ""),
        "swapped": lines[other],
    }[change]  # fmt: skip
    judge(place, name, "".join(lines))


@given(st.data())
def test_another_character(place: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    at = data.draw(st.integers(0, len(FILES[name]) - 1))
    char = data.draw(st.characters(exclude_categories=["Cs"]) | st.sampled_from(list(":-[]{}'\"#&*!|>%@`,? \n\t")))
    judge(place, name, FILES[name][:at] + char + FILES[name][at + data.draw(st.integers(0, 1)) :])
