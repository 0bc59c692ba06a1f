"""Profiles: what a kind of device is asked and how its answers are read, as data (`profiles/*.yaml`). Pure.

A profile has facts (the device's own words about itself), scalars and tables. Columns name OIDs, with the MIB object
and its source beside them; series say how columns become metrics of docs/metrics.md. Every column is an enumeration,
a number, or words; nothing else of a device gets past `decode`.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from collectors.snmp.located import UNKNOWN
from collectors.snmp.series import Bits, Data, Label, Records, Slug, States, Ways
from collectors.snmp.wire import oid
from collectors.snmp.wire.errors import CodecError


def _oid(text: str) -> str:
    """Return an OID that can be asked for, else say why not."""
    try:
        oid.encode(text)
    except CodecError as error:
        raise ValueError(str(error)) from None
    return text


Oid = Annotated[str, StringConstraints(pattern=r"^[0-2](\.(0|[1-9][0-9]{0,9})){1,127}$"), AfterValidator(_oid)]
Metric = Annotated[str, StringConstraints(pattern=r"^mppmon_[a-z0-9_]{1,80}$")]
Words = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,40}$")]
Source = Annotated[str, StringConstraints(min_length=1, max_length=200)]


_NESTED = re.compile(r"\((?:[^()\\]|\\.)*[*+}](?:[^()\\]|\\.)*\)[*+{]")


def _pattern(text: str) -> str:
    """Return a regular expression that compiles, else say why not."""
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"a regular expression; {error}") from None
    if _NESTED.search(text):
        raise ValueError("a regular expression with no repeat within a repeat: a device's words could make it endless")
    return text


Pattern = Annotated[str, StringConstraints(min_length=2, max_length=200), AfterValidator(_pattern)]


class Column(Data):
    """One object of a MIB. `fixed` ones are read only when a device is identified, the others at every poll."""

    oid: Oid
    mib: str
    fixed: bool = False
    words: bool = False  # the device's own text: cleaned, and shown in texts only
    enumeration: Slug | None = None
    last_arc: bool = False  # the value is an OID of which the last arc counts (hrStorageType)
    identifier: bool = False  # words that may also be a hardware address (LLDP)
    hexadecimal: bool = False  # words that some agents spell as hexadecimal digits
    later: bool = False  # asked cell by cell once the rows are known: the table it is of has many others
    names: Slug | None = None  # a table whose row of this number has the words, in its first column of words

    @property
    def worded(self) -> bool:
        """Whether it is shown as a text: the device's own words, or a name that is settled with its identity."""
        return self.words or self.names is not None or (self.fixed and self.enumeration is not None)


class Scalars(Data):
    """Single objects, OIDs with their instance (`.0`)."""

    columns: Mapping[Slug, Column] = {}
    series: Mapping[Metric, Ways] = {}

    @cached_property
    def worded(self) -> tuple[tuple[str, Column], ...]:
        """The columns that are shown as texts: asked at every poll, so worked out once."""
        return tuple((name, column) for name, column in self.columns.items() if column.worded)


class Table(Scalars):
    """Rows of one index. `label` takes the index, `labels` add enumerated columns; `rows: first` reads the lowest."""

    label: Label | None = None
    prefixed: bool = False  # the label says the table too (`fans-2`): several tables of a device share a metric
    labels: Mapping[Label, Slug] = {}
    rows: Literal["all", "first"] = "all"
    needs: Slug | None = None  # rows without this column are none
    changing: bool = False  # rows come and go: walked at every poll


class Sign(Data):
    """What tells a device's profile: all that is given must hold.

    `sysobjectid` a prefix in whole arcs, `sysdescr` a regular expression (letters of either case), `has` an object
    below which the device has one.
    """

    sysobjectid: Oid | None = None
    sysdescr: Pattern | None = None
    has: Oid | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Sign":
        if self == Sign.model_construct():
            raise ValueError("one of sysobjectid, sysdescr, has")
        return self


class Profile(Data):
    """One profile as written, or with what it extends merged in."""

    version: Literal[1]
    name: Slug
    title: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]{1,120}$")]
    kind: Slug
    vendor: Words | None = None  # where its sysObjectID does not say
    extends: tuple[Slug, ...] = ()
    sysobjectid: tuple[Oid, ...] = ()
    detect: tuple[Oid, ...] = ()  # a device that has an object below one of these is read by this profile
    signs: tuple[Sign, ...] = ()
    rank: int = 0  # among profiles that recognise a device equally well, the highest wins
    unverified: bool = False  # written from a MIB, never seen against a real device
    sources: Mapping[str, Source] = {}  # MIB -> where it is published
    facts: Mapping[Literal["vendor", "model", "serial"], tuple[Column, ...]] = {}
    enumerations: Mapping[Slug, Mapping[int, Slug]] = {}
    scalars: Scalars = Scalars()
    tables: Mapping[Slug, Table] = {}

    @model_validator(mode="after")
    def _names_exist(self) -> "Profile":
        """Check that series, labels and columns name what exists; only a profile that stands alone can be checked."""
        for use in self._uses() if not self.extends else ():
            if use.word not in use.known:
                raise PydanticCustomError(
                    UNKNOWN,
                    "the name of {what}",
                    {"path": use.path, "word": use.word, "what": use.what, "known": tuple(sorted(use.known))},
                )
        return self

    def all_signs(self) -> Iterator[Sign]:
        """Yield what tells this profile, `sysobjectid` and `detect` in their long form too."""
        yield from (Sign(sysobjectid=prefix) for prefix in self.sysobjectid)
        yield from (Sign(has=name) for name in self.detect)
        yield from self.signs

    def _uses(self) -> Iterator["_Use"]:
        yield from self._uses_of(("scalars",), self.scalars)
        for name, table in self.tables.items():
            yield from self._uses_of(("tables", name), table)

    def _uses_of(self, path: tuple[str, ...], table: Scalars) -> Iterator["_Use"]:
        columns, enumerations = (table.columns.keys(), "a column"), (self.enumerations.keys(), "an enumeration")
        for metric, ways in table.series.items():
            at = (*path, "series", metric)
            for series in ways:
                yield from (_Use(at, name, *columns) for name in series.columns())
                if isinstance(series, States | Bits):
                    yield _Use(at, series.enumeration, *enumerations)
                if isinstance(series, Records):
                    yield from (_Use(at, name, *enumerations) for name in series.labels.values())
        if isinstance(table, Table):
            yield from (_Use((*path, "labels"), name, *columns) for name in table.labels.values())
        for name, column in table.columns.items():
            at = (*path, "columns", name)
            if column.enumeration:
                yield _Use(at, column.enumeration, *enumerations)
            if column.names:
                yield _Use(at, column.names, self.tables.keys(), "a table")


class _Use(NamedTuple):
    """A word below `path` of a profile that has to be among what is known."""

    path: tuple[str, ...]
    word: str
    known: Collection[str]
    what: str
