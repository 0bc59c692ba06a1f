"""Every record survives the way into the database and back, as one canonical text."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from functools import cache
from types import NoneType
from typing import get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import model
from alerts.model import Reading, Words
from mppmon.mall.model import Transition
from mppmon.reports import Request
from mppmon.store import Undecodable
from mppmon.store.codec import decode, encode

EFFECTS = {"Tell", "Fired", "Resolved"}
RECORDS = [
    one
    for one in vars(model).values()
    if isinstance(one, type) and is_dataclass(one) and one.__module__ == "alerts.model"
] + [Transition, Request]

_ZONES = st.sampled_from([UTC, timezone(timedelta(hours=7)), timezone(timedelta(hours=-3, minutes=-30))])
_TIMES = st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=_ZONES)  # noqa: DTZ001  # bounds are naive
_PLAIN: dict[object, st.SearchStrategy[object]] = {
    str: st.text(max_size=8),
    int: st.integers(-(2**53), 2**53),
    bool: st.booleans(),
    float: st.floats(allow_nan=False),
    datetime: _TIMES,
    timedelta: st.timedeltas(timedelta(days=-9999), timedelta(days=9999)),
    NoneType: st.none(),
}


@cache  # made and checked anew for every example, strategies took more time than what they are for
def of(kind: object) -> st.SearchStrategy[object]:  # noqa: PLR0911  # one line per shape of a type
    """Return a strategy for a declared type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return st.lists(of(arguments[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(of, arguments))
    if origin is frozenset:
        return st.frozensets(of(arguments[0]), max_size=3)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return st.dictionaries(st.text(max_size=5), of(arguments[1]), max_size=3)
    if arguments:
        return st.one_of(*map(of, arguments))
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{one.name: of(hints[one.name]) for one in fields(kind)})
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return st.sampled_from(kind)
    return _PLAIN[kind]


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_record_comes_back_equal_and_has_one_text(kind: type, data: st.DataObject) -> None:
    record = data.draw(of(kind))
    text = encode(record)
    assert text.isascii()
    back: object = decode(kind, text)
    assert back == record
    assert encode(back) == text


def test_the_records_are_all_there() -> None:
    names = {one.__name__ for one in RECORDS}
    assert {
        "Alert",
        "Incident",
        "Facts",
        "Page",
        "Notification",
        "Message",
        "Rotation",
        "Transition",
    } | EFFECTS <= names


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_json_does_not_have(value: float) -> None:
    reading = Reading("a", "m", (), value, datetime(2026, 11, 24, tzinfo=UTC))
    json.loads(encode(reading), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert str(decode(Reading, encode(reading)).value) == str(value)


@dataclass(frozen=True)
class Later:
    """A record to which a newer mppmon has added a field."""

    id: str
    added: int = 7


def test_a_missing_key_takes_the_default_and_an_unknown_one_is_refused() -> None:
    assert decode(Later, '{"version":1,"record":"Later","fields":{"id":"a"}}') == Later("a")
    with pytest.raises(Undecodable, match=r"Later\.more: a key this mppmon does not know"):
        decode(Later, '{"version":1,"record":"Later","fields":{"id":"a","more":1}}')
    with pytest.raises(Undecodable, match=r"Later\.id: missing"):
        decode(Later, '{"version":1,"record":"Later","fields":{}}')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no JSON"),
        ("[]", "expected the keys"),
        ('{"version":2,"record":"Words","fields":{}}', "found version 2, expected 1"),
        ('{"version":1,"record":"Alert","fields":{}}', "found a record 'Alert', expected 'Words'"),
        ('{"version":1,"record":"Words","fields":{"id":1,"en":"a"}}', r"Words\.id: found int, expected str"),
        ('{"version":1,"record":"Words","fields":{"id":true,"en":"a"}}', r"Words\.id: found bool, expected str"),
    ],
)
def test_a_text_that_is_no_such_record(text: str, said: str) -> None:
    with pytest.raises(Undecodable, match=said):
        decode(Words, text)


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=3), lambda one: st.lists(one, max_size=2))
)
def test_a_field_of_another_type_is_an_error_never_a_guess(value: object) -> None:
    text = json.dumps({"version": 1, "record": "Words", "fields": {"id": "a", "en": value}})
    if isinstance(value, str):
        assert decode(Words, text).en == value
    else:
        with pytest.raises(Undecodable):
            decode(Words, text)


def test_what_is_no_part_of_a_record_is_refused() -> None:
    with pytest.raises(TypeError, match="set is no part of a record"):
        encode(Later("a", {1}))  # type: ignore[arg-type]  # the mistake under test
