"""Changes in YAML that leave everything else as it is, held against PyYAML as the oracle."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mppmon.setup.yaml_text import Untouchable, YamlText, written

FILE = """\
# Ünser mall
version: 1
devices: # all of them
  a: {kind: pc, name: X} # first
  b:
    kind: pc # a comment
    parents:
    - a
    # beside
    - z
    name: |
      two
      lines
  server: # between key and value
    {kind: server, tags: [x, y,]}
  # the tail
other: {}
last:
"""


def put(text: str, *puts: tuple[tuple[str, ...], dict[str, object]]) -> str:
    file = YamlText(text)
    for path, values in puts:
        file.put(path, values)
    return file.result()


def test_only_what_is_said_changes() -> None:
    changed = put(FILE, (("devices", "a"), {"name": "Y: z", "serial": "0012"}), (("devices",), {"new": {"kind": "pc"}}))
    before, after = FILE.splitlines(), changed.splitlines()
    assert after[3] == '  a: {kind: pc, name: "Y: z", serial: "0012"} # first'
    assert after[:3] + after[4:15] == before[:3] + before[4:15]
    assert after[15:17] == ["  new:", "    kind: pc"]
    assert after[17] == "  # the tail"


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (("devices", "b"), {"kind": "kiosk", "parents": ["q"], "name": "bar", "asset": "3.1.2"}),
        (("devices", "b"), {"asset": "1"}),
        (("devices", "server"), {"tags": [], "name": "no"}),
        (("other",), {"a": "1", "b": {"c": ["d"]}}),
        (("last",), {"a": "1"}),
        ((), {"more": "x", "other": "y"}),
        (("devices",), {"x": {}, "a": "gone"}),
    ],
)
def test_the_result_says_what_was_put(path: tuple[str, ...], values: dict[str, object]) -> None:
    expected = yaml.safe_load(FILE)
    node: Any = expected
    for step in path[:-1]:
        node = node[step]
    if path:
        node[path[-1]] = {**(node[path[-1]] or {}), **values}
    else:
        expected |= values
    assert yaml.safe_load(put(FILE, (path, values))) == expected


@pytest.mark.parametrize("text", ["version: 1\ndevices: {}", "devices:", "devices: {} # none\n", "{devices: {}}\n"])
def test_the_first_device_of_an_empty_map(text: str) -> None:
    changed = put(text, (("devices",), {"a": {"kind": "pc"}, "b": {"kind": "pc"}}))
    assert yaml.safe_load(changed)["devices"] == {"a": {"kind": "pc"}, "b": {"kind": "pc"}}
    assert ("# none" in changed) == ("# none" in text)


def test_line_ends_of_windows_and_letters_beyond_the_first_plane_stay() -> None:
    text = 'a:\r\n  b: {x: "😀", k: }\r\n  c: 1\r\n'
    assert put(text, (("a", "b"), {"x": "z", "k": "v"}), (("a",), {"d": "e"})) == (
        "a:\r\n  b: {x: z, k: v }\r\n  c: 1\r\n  d: e\r\n"
    )


@pytest.mark.parametrize(
    ("text", "path", "key"),
    [
        ("x: &x {k: v}\na:\n  b: *x\n", ("a", "b"), "k"),
        ("x: &x v\na: {b: *x}\n", ("a",), "b"),
        ("a: [1]\n", ("a",), "b"),
        ("a: 1\n", ("nothing",), "b"),
    ],
)
def test_what_is_written_elsewhere_is_not_touched(text: str, path: tuple[str, ...], key: str) -> None:
    with pytest.raises(Untouchable):
        put(text, (path, {key: "new"}))


def test_a_device_after_one_that_ends_with_an_alias() -> None:
    text = "x: &x [p]\nd:\n  a:\n    parents: *x # here\n  # tail\n"
    changed = put(text, (("d",), {"b": {"kind": "pc"}}), (("d", "a"), {"name": "n"}))
    assert yaml.safe_load(changed)["d"] == {"a": {"parents": ["p"], "name": "n"}, "b": {"kind": "pc"}}
    assert "parents: *x # here" in changed


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
VALUES = st.recursive(
    TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=5
)


@given(VALUES)
def test_whatever_is_written_is_read_back(value: object) -> None:
    assert yaml.load(f"a: {written(value)}\n", Loader=yaml.BaseLoader)["a"] == value  # noqa: S506  # builds only texts


@given(
    st.dictionaries(st.sampled_from("abcd"), VALUES, min_size=1),
    st.dictionaries(st.sampled_from("abcdefg"), VALUES, min_size=1),
)
def test_any_map_laid_over_any_map(base: dict[str, object], over: dict[str, object]) -> None:
    for text in (
        f"m: {written(base)}\n",
        "m:\n" + "".join(f"  {key}: {written(value)} # c\n" for key, value in base.items()) + "z: 1\n",
    ):
        found = yaml.load(put(text, (("m",), over)), Loader=yaml.BaseLoader)  # noqa: S506  # builds only texts
        assert found["m"] == {**base, **over}
