"""Bytes that are no YAML, or too much of it; and values that YAML itself would have misread."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mppmon.config.reading import MAX_BYTES, read_bytes, read_file
from mppmon.config.tree import Row, Table, find, locate, merge

DEEP = 100_000
LINES = "lines of the form `key: value`, the first of them `version: 1`"
UTF8 = "text saved as UTF-8 (in Notepad: Save as, Encoding UTF-8)"


def said(raw: bytes) -> list[str]:
    table, problems = read_bytes(raw, "f.yaml")
    assert table is None
    return [str(one) for one in problems]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", f"f.yaml:1:1: found nothing, expected {LINES}"),
        (b"# nothing\n", f"f.yaml:1:1: found nothing, expected {LINES}"),
        (b"- a\n", f"f.yaml:1:1: found a list, expected {LINES}"),
        (b"b: caf\xe9\n", f"f.yaml:1:7: found a letter that is not UTF-8 (byte 0xe9, perhaps 'é'), expected {UTF8}"),
        ("a: 1".encode("utf-16"), f"f.yaml:1:1: found text saved as UTF-16 (`Unicode`), expected {UTF8}"),
        (b"a: 1\nb: \x01x\n", "f.yaml:2:4: found the invisible control character 0x01, expected text without it"),
        (b"x" * (MAX_BYTES + 1), ("f.yaml: found more than 2,000,000 bytes, expected a smaller file: "
         "a mall of 1,000 devices needs a tenth of that, so this is probably another file")),
        (
            b"a: &x [*x]\n",
            "f.yaml:1:8: found *x inside what &x marks, expected the text itself in place of *x",
        ),
        (b"a: *x\n", ("f.yaml:1:4: found *x, "
            "expected quotes around a text that begins with *, or &x somewhere above it")),
        (b"a: 1\n---\nb: 1\n", "f.yaml:2:1: found a line `---` in the middle, expected a file without it"),
        (b"[a]: 1\n", "f.yaml:1:1: found a bracket or * where a key should be, expected a key: letters, then a colon"),
        (b"a: @b\n", "f.yaml:1:4: found '@', expected quotes around a text that begins with this sign"),
        (b'a: "b\n', ("f.yaml:1:4: found a quote that is not closed, "
            "expected the same quote at the end of the text")),
        (b"<<: 1\n", ("f.yaml:1:1: found `<<` with a value that is no `*name`, "
            "expected `<<: *name`, with `&name` at what is taken over")),
        (b"[" * DEEP, ("f.yaml:1:33: "
            "found more than 32 levels of indentation and brackets, expected less indentation, fewer brackets")),
        (b"- " * DEEP, ("f.yaml:1:65: "
            "found more than 32 levels of indentation and brackets, expected less indentation, fewer brackets")),
    ],
)  # fmt: skip
def test_one_clear_sentence(raw: bytes, message: str) -> None:
    assert said(raw) == [message]


def test_anchors_do_not_multiply_without_bound() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    (message,) = said("\n".join(lines).encode())
    assert "more than 500,000 values, with every *name followed" in message


def test_anchors_do_not_nest_without_bound() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 100)]
    (message,) = said("\n".join(lines).encode())
    assert "more than 32 levels" in message


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    table, (problem,) = read_file(tmp_path / "none.yaml", "none.yaml")
    assert table is None
    assert str(problem) == "none.yaml: found no such file or directory, expected a file that can be read"


def test_scalars_stay_text() -> None:
    raw = b"a: 15:30\nb: 08.00\nc: no\nd: +628123\ne: 0o17\nf: 1_000\ng: ~\nh: ''\ni: 'null'\n"
    table, problems = read_bytes(raw, "f")
    assert problems == []
    assert table == {
        "a": "15:30", "b": "08.00",
        "c": "no", "d": "+628123", "e": "0o17", "f": "1_000", "g": None, "h": "", "i": "null"
    }  # fmt: skip


def test_a_byte_order_mark_is_no_fault() -> None:
    assert read_bytes(b"\xef\xbb\xbfa: 1\n", "f") == ({"a": "1"}, [])


def test_merge_keys_lie_below_what_a_map_says_itself() -> None:
    table, problems = read_bytes(b"base: &b {x: 1, y: 2}\none: {<<: *b, y: 3}\ntwo: {<<: [*b, {z: 4}]}\n", "f")
    assert problems == []
    assert table is not None
    assert table["one"] == {"y": "3", "x": "1"}
    assert table["two"] == {"x": "1", "y": "2", "z": "4"}
    assert locate(table, ("one", "x")) == ("f", 1, 14)


def test_overlays_keep_the_places_of_what_they_say() -> None:
    base, _ = read_bytes(b"a: {x: 1, y: [1, 2]}\nb: 1\n", "base")
    over, _ = read_bytes(b"a: {y: [3]}\nc: 2\n", "over")
    assert base is not None
    assert over is not None
    merged = merge(base, over)
    assert merged == {"a": {"x": "1", "y": ["3"]}, "b": "1", "c": "2"}
    assert locate(merged, ("a", "x")) == ("base", 1, 8)
    assert locate(merged, ("a", "y", 0)) == ("over", 1, 9)
    assert base == {"a": {"x": "1", "y": ["1", "2"]}, "b": "1"}


trees = st.recursive(
    st.text("abc:#'-[]{}é😀 \n", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abcé", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abcé", min_size=1, max_size=3), trees, min_size=1, max_size=4))
def test_what_yaml_writes_we_read(tree: dict[str, object]) -> None:
    import yaml  # noqa: PLC0415  # the oracle's writer

    text = yaml.safe_dump(tree, allow_unicode=True)
    table, problems = read_bytes(text.encode(), "f")
    assert problems == []
    assert table == tree
    assert table is not None
    _every_place_is_true(table, (), text.splitlines(), table)


def _every_place_is_true(table: Table, path: tuple[str | int, ...], lines: list[str], whole: Table) -> None:
    for key, value in table.items():
        key_at = locate(whole, (*path, key), key=True)
        assert key_at is not None
        assert lines[key_at.line - 1][key_at.column - 1 :].startswith(key)
        assert find(whole, (*path, key)) is value
        if isinstance(value, Table):
            _every_place_is_true(value, (*path, key), lines, whole)
        elif isinstance(value, Row):
            assert len(value.places) == len(value)


@given(st.binary(max_size=60))
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    table, problems = read_bytes(raw, "f")
    assert (table is None) <= bool(problems)
