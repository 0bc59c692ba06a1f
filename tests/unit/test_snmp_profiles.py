"""Our profiles hold together, and a bad one is named by file, line and key."""

import os
import re
from itertools import pairwise
from pathlib import Path

import pytest

from collectors.snmp import decode, library
from collectors.snmp.library import builtin
from collectors.snmp.located import ProfileError
from collectors.snmp.profile import Profile
from collectors.snmp.wire import oid

DOCS = Path(__file__).parents[2] / "docs" / "metrics.md"
_TABLE = "version: 1\nname: bad\ntitle: x\nkind: x\ntables:\n  t:\n"
READ_BY_CODE = {
    "alerts": {"group", "group-index"},  # derive.py
    "bridge-ports": {"interface"},  # discovery
    "fdb": {"port", "status"},
    "vlan-fdb": {"port", "status"},
}
PROFILES = sorted(builtin().by_name.values(), key=lambda profile: profile.name)


def test_the_generic_profiles_are_there() -> None:
    assert {profile.name for profile in PROFILES} >= {"system", "interfaces", "printer", "switch", "ups"}


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_every_metric_is_documented(profile: Profile) -> None:
    documented = set(re.findall(r"mppmon_[a-z0-9_]+", DOCS.read_text(encoding="utf-8")))
    for _, table in decode.tables_of(profile):
        assert set(table.series) <= documented


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_every_column_has_an_oid_and_the_mib_it_is_from(profile: Profile) -> None:
    for _, table in decode.tables_of(profile):
        for column in table.columns.values():
            oid.encode(column.oid)
            assert re.match(r"[A-Z][A-Za-z0-9-]+::[a-z][A-Za-z0-9.]+", column.mib)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_every_mib_that_is_named_has_a_source(profile: Profile) -> None:
    columns = [column for _, table in decode.tables_of(profile) for column in table.columns.values()]
    columns += [column for wanted in profile.facts.values() for column in wanted]
    assert {column.mib.partition("::")[0] for column in columns} <= set(profile.sources)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_every_column_is_used(profile: Profile) -> None:
    for name, table in decode.tables_of(profile):
        used = {name for ways in table.series.values() for series in ways for name in series.columns()}
        used |= set(getattr(table, "labels", {}).values()) | READ_BY_CODE.get(name, set())
        assert {name for name, column in table.columns.items() if not column.worded} <= used


def test_what_a_profile_extends_is_merged_in() -> None:
    switch = builtin().named("switch")
    assert switch.kind == "switch"
    assert "uptime" in switch.scalars.columns
    assert "oper" in switch.tables["ports"].columns
    assert not builtin().named("interfaces").sysobjectid


@pytest.mark.parametrize(
    ("object_id", "name"),
    [
        ("1.3.6.1.4.1.171.10.119.1", "d-link"),
        ("1.3.6.1.4.1.171.1", None),
        ("1.3.6.1.4.1.171.100", None),  # whole arcs, not letters
        ("1.3.6.1.4.1.14988.1", "mikrotik"),
        ("1.3.6.1.4.1.9.1", None),
        ("1.3.6.1.4.1.14988.2", "mikrotik-swos"),
        ("", None),
    ],
)
def test_a_sysobjectid_chooses_the_longest_prefix(object_id: str, name: str | None) -> None:
    found = builtin().by_object_id(object_id)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("object_id", "vendor"),
    [
        ("1.3.6.1.4.1.2435.2.3.9.1", "Brother"),
        ("1.3.6.1.4.1.41112.1", "Ubiquiti"),
        ("1.3.6.1.4.1.8072.3.2.10", ""),
        ("1.3.6.1.4.1", ""),
        ("0.0", ""),
    ],
)
def test_vendors(object_id: str, vendor: str) -> None:
    assert builtin().vendor(object_id) == vendor


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{key}: &{key} [{', '.join([f'*{before}'] * 10)}]\n" for before, key in pairwise("abcdefghij")
)
LEAF = (
    "version: 1\nname: leaf\ntitle: A leaf\nkind: printer\nextends: [printer]\nsysobjectid: [1.3.6.1.4.1.2435.2.3.9]\n"
)


def test_a_user_s_profile_joins_ours_and_a_longer_prefix_wins(tmp_path: Path) -> None:
    (tmp_path / "leaf.yaml").write_text(LEAF.replace("3.9]", "3.9, 1.3.6.1.4.1.2435.2.3.9.2]"))
    (tmp_path / "longer.yaml").write_text(LEAF.replace("leaf", "longer").replace("3.9]", "3.9.1]"))
    profiles = library.load(tmp_path)
    assert profiles.named("leaf").tables["supplies"] == builtin().named("printer").tables["supplies"]
    for number, name in (("1.3.6.1.4.1.2435.2.3.9.2", "leaf"), ("1.3.6.1.4.1.2435.2.3.9.1", "longer")):
        found = profiles.by_object_id(number)
        assert found is not None
        assert found.name == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: 1\nname: [", r"bad\.yaml:\d+: found .*, expected YAML"),
        ("- a\n", r"bad\.yaml:1: found list, expected a map"),
        ("version: 2\nname: bad\ntitle: x\nkind: x\n", r"bad\.yaml:1: version: found 2, expected"),
        ("version: 1\nname: bad\ntitle: x\nkind: x\ncolour: red\n", r"bad\.yaml:5: colour: found 'red'"),
        ("version: 1\nname: Bad one\ntitle: x\nkind: x\n", r"bad\.yaml:2: name: found 'Bad one'"),
        (
            "version: 1\nname: bad\ntitle: x\nkind: x\ntables:\n  t:\n    columns:\n      c: {oid: 1.3.x, mib: M}\n",
            r"bad\.yaml:8: tables\.t\.columns\.c\.oid: found '1\.3\.x'",
        ),
        (
            f"{_TABLE}    series:\n      mppmon_x: {{as: flag, column: c, values: [1]}}\n",
            r"bad\.yaml:8: tables\.t\.series\.mppmon_x: found 'c', expected the name of a column",
        ),
        (
            f"{_TABLE}    columns:\n      c: {{oid: 1.3.6, mib: M, enumeration: e}}\n",
            r"bad\.yaml:8: tables\.t\.columns\.c: found 'e', expected the name of an enumeration",
        ),
        ("version: 1\nname: bad\ntitle: x\nkind: x\nextends: [nobody]\n", r"bad\.yaml:5: extends: found 'nobody'"),
        (
            "version: 1\nname: bad\ntitle: x\nkind: x\nextends: [bad]\n",
            r"bad\.yaml: extends: found a circle, bad -> bad, expected",
        ),
        ("version: 1\nname: bad\ntitle: x\ntitle: y\n", r"bad\.yaml:4: found a second 'title', expected each key once"),
        (
            f"{_TABLE}    columns:\n      c: {{oid: 1.3.6, mib: M}}\n      c: {{oid: 1.3.7, mib: M}}\n",
            r"bad\.yaml:9: found a second 'c'",
        ),
        (BOMB, r"bad\.yaml: found aliases that repeat each other"),
        ("version: 1\ntables: &t\n  t: *t\n", r"bad\.yaml: found aliases that repeat each other"),
        ("version: 1\nname: bad\ntitle: x\nkind: x\nsysobjectid: [1.3.9999999999]\n", r"sysobjectid\.0: .*arcs of 0"),
        ("version: 1\nname: bad\ntitle: x\nkind: x\nsysobjectid: [1.99.3]\n", r"sysobjectid\.0: .*arcs from 0\.0"),
        (
            "version: 1\nname: bad\ntitle: x\nkind: x\nsigns: [{sysdescr: '(a+)+$'}]\n",
            r"bad\.yaml:5: signs\.0\.sysdescr: .*no repeat within a repeat",
        ),
        ('version: 1\nname: bad\ntitle: "\\e[31m"\nkind: x\n', r"bad\.yaml:3: title"),
        (
            (
                f"{_TABLE}    columns:\n      c: {{oid: 1.3.6, mib: M}}\n    series:\n"
                "      mppmon_x: {as: number, read: [{column: c, scale: .inf}]}\n"
            ),
            r"bad\.yaml:10: .*scale: found inf",
        ),
    ],
)
def test_a_bad_profile_is_named_by_file_line_and_key(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(ProfileError, match=message):
        library.load(tmp_path)


@pytest.mark.timeout(20)
def test_a_pipe_among_the_profiles_is_named_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(ProfileError, match=r"pipe\.yaml: found no plain file"):
        library.load(tmp_path)


def test_a_file_that_is_called_as_ours_goes_over_it(tmp_path: Path) -> None:
    file = tmp_path / "printer.yaml"
    file.write_text("version: 1\nname: printer\ntitle: Mine\nkind: printer\nextends: [system]\n")
    profiles, profile = library.load_file(file)
    assert profile.title == "Mine"
    assert profiles.named("printer") is profile


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ProfileError, match=r"no profile 'prnter'; there are .*printer"):
        builtin().named("prnter")


def test_bad_vendors_are_named(tmp_path: Path) -> None:
    (tmp_path / "vendors.yaml").write_text("version: 1\nenterprises: {x: 1}\n")
    with pytest.raises(ProfileError, match=r"enterprises\.x"):
        library.load(tmp_path)
