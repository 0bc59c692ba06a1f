"""Which supply a printer's "low" speaks of."""

import pytest

from collectors.snmp import derive
from collectors.snmp.decode import Row, Rows
from collectors.snmp.library import builtin

PRINTER = builtin().named("printer")
BLACK: Row = {"type": 3, "description": b"Black Toner", "level": -3, "capacity": -2}
CYAN: Row = {"type": 3, "description": b"Cyan Toner", "level": -3, "capacity": -2}
DRUM: Row = {"type": 9, "description": b"Drum Unit", "level": 10, "capacity": 100}
LOW, EMPTY, JAM = b"\x20", b"\x10", b"\x04"


def low(rows: Rows) -> list[tuple[str, str]]:
    return [(labels[0][1], labels[1][1]) for (_, labels), _ in derive.samples(PRINTER, rows)]


@pytest.mark.parametrize(
    ("errors", "found"), [(LOW, True), (EMPTY, True), (JAM, False), (b"", False), (b"\0\x20", False)]
)
def test_low_toner_is_about_the_only_one(errors: bytes, found: bool) -> None:  # noqa: FBT001  # a table
    rows: Rows = {"state": {"1": {"errors": errors}}, "supplies": {"1.1": BLACK, "1.2": DRUM}}
    assert low(rows) == ([("1.1", "toner")] if found else [])


def test_of_several_it_is_about_the_black_one_unless_another_has_less() -> None:
    state: Rows = {"state": {"1": {"errors": LOW}}}
    assert low({**state, "supplies": {"1.1": CYAN, "1.2": BLACK}}) == [("1.2", "toner")]
    full: Row = {**BLACK, "level": 90, "capacity": 100}
    less: Row = {**CYAN, "level": 3, "capacity": 100}
    assert low({**state, "supplies": {"1.1": less, "1.2": full}}) == []
    assert low({**state, "supplies": {"1.1": CYAN, "1.2": {**CYAN, "description": b"Magenta"}}}) == []


def test_black_by_its_colorant() -> None:
    rows: Rows = {
        "state": {"1": {"errors": LOW}},
        "supplies": {"1.1": {**CYAN, "colour": 1}, "1.2": {"type": 5, "description": b"42", "colour": 2}},
        "colorants": {"1.1": {"name": b"cyan"}, "1.2": {"name": b"black"}},
    }
    assert low(rows) == [("1.2", "ink")]


@pytest.mark.parametrize(
    ("alert", "found"),
    [
        ({"severity": 4, "group": 11, "group-index": 2, "code": 1104}, ["1.2"]),
        ({"severity": 3, "group": 11, "group-index": 1, "code": 1101}, ["1.1"]),
        ({"severity": 5, "group": 11, "group-index": 1, "code": 1101}, []),  # an event of the past
        ({"severity": 3, "group": 8, "group-index": 1, "code": 808}, []),  # paper
        ({"severity": 3, "group": 11, "group-index": 9, "code": 1101}, []),  # a supply that is not there
        ({"severity": 3, "group": 11, "group-index": b"1", "code": 1101}, []),
        ({"severity": 3, "group": 11, "group-index": 1, "code": 1107}, []),  # a waste box fills up
    ],
)
def test_the_alert_table_names_a_supply(alert: Row, found: list[str]) -> None:
    rows: Rows = {"alerts": {"1.5": alert}, "supplies": {"1.1": BLACK, "1.2": CYAN}}
    assert [index for index, _ in low(rows)] == found
