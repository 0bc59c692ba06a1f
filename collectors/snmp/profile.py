"""Profiles: what a kind of device is asked and how its answers are read, as data (`profiles/*.yaml`). Pure.

A profile has facts (the device's own words about itself), scalars and tables. Columns name OIDs, with the MIB object
and its source beside them; series say how columns become metrics of docs/metrics.md. Every column is an enumeration,
a number, or words; nothing else of a device gets past `decode`.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Oid = Annotated[str, StringConstraints(pattern=r"^[0-2](\.(0|[1-9][0-9]{0,9})){1,127}$")]
Metric = Annotated[str, StringConstraints(pattern=r"^mppmon_[a-z0-9_]{1,80}$")]
Label = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Data):
    """One object of a MIB. `fixed` ones are read only when a device is identified, the others at every poll."""

    oid: Oid
    mib: str
    fixed: bool = False
    words: bool = False  # the device's own text: cleaned, and shown in texts only
    enumeration: Slug | None = None

    @property
    def worded(self) -> bool:
        """Whether it is shown as a text: the device's own words, or a name that is settled with its identity."""
        return self.words or (self.fixed and self.enumeration is not None)


class Reading(_Data):
    """A number from a column: value x scale, unless it is one of `unknown`, the agent's words for "I do not know"."""

    column: Slug
    scale: float = 1.0
    unknown: tuple[int, ...] = ()


class Number(_Data):
    """The first of `read` that the device knows."""

    kind: Literal["number"] = Field(alias="as")
    read: tuple[Reading, ...] = Field(min_length=1)

    def columns(self) -> Iterator[str]:
        yield from (reading.column for reading in self.read)


class Flag(_Data):
    """1 when the column has one of these values; otherwise 0 (`flag`) or nothing (`present`)."""

    kind: Literal["flag", "present"] = Field(alias="as")
    column: Slug
    values: tuple[int, ...] = Field(min_length=1)

    def columns(self) -> Iterator[str]:
        yield self.column


class States(_Data):
    """One sample per name of the enumeration: 1 for the present one."""

    kind: Literal["states"] = Field(alias="as")
    column: Slug
    label: Label
    enumeration: Slug

    def columns(self) -> Iterator[str]:
        yield self.column


class Bits(_Data):
    """One sample per bit of an octet string, bit 0 being the high bit of the first octet; missing octets are zero."""

    kind: Literal["bits"] = Field(alias="as")
    column: Slug
    label: Label
    enumeration: Slug

    def columns(self) -> Iterator[str]:
        yield self.column


class Level(_Data):
    """level / capacity, from 0 to 1. Absent unless both are known numbers (RFC 3805: -1 other, -2 unknown, -3 some).

    A receptacle's level is the room left (RFC 3805 prtMarkerSuppliesLevel): there, too, 0 is what needs a person.
    """

    kind: Literal["level"] = Field(alias="as")
    level: Slug
    capacity: Slug

    def columns(self) -> Iterator[str]:
        yield from (self.level, self.capacity)


Series = Annotated[Number | Flag | States | Bits | Level, Field(discriminator="kind")]


class Scalars(_Data):
    """Single objects, OIDs with their instance (`.0`)."""

    columns: Mapping[Slug, Column] = {}
    series: Mapping[Metric, Series] = {}

    @cached_property
    def worded(self) -> tuple[tuple[str, Column], ...]:
        """The columns that are shown as texts: asked at every poll, so worked out once."""
        return tuple((name, column) for name, column in self.columns.items() if column.worded)


class Table(Scalars):
    """Rows of one index. `label` takes the index, `labels` add enumerated columns; `rows: first` reads the lowest."""

    label: Label | None = None
    labels: Mapping[Label, Slug] = {}
    rows: Literal["all", "first"] = "all"


class Profile(_Data):
    """One profile as written, or with what it extends merged in."""

    version: Literal[1]
    name: Slug
    title: str
    kind: Slug
    extends: tuple[Slug, ...] = ()
    sysobjectid: tuple[Oid, ...] = ()
    detect: tuple[Oid, ...] = ()  # a device that has an object below one of these is read by this profile
    rank: int = 0  # among profiles that detect a device, the highest wins
    unverified: bool = False  # written from a MIB, never seen against a real device
    facts: Mapping[Literal["vendor", "model", "serial"], tuple[Column, ...]] = {}
    enumerations: Mapping[Slug, Mapping[int, Slug]] = {}
    scalars: Scalars = Scalars()
    tables: Mapping[Slug, Table] = {}

    @model_validator(mode="after")
    def _names_exist(self) -> "Profile":
        """Check that series, labels and columns name what exists; only a profile that stands alone can be checked."""
        if not self.extends:
            for name, table in {"scalars": self.scalars, **self.tables}.items():
                self._check(name, table)
        return self

    def _check(self, place: str, table: Scalars) -> None:
        wanted = {name for series in table.series.values() for name in series.columns()}
        if isinstance(table, Table):
            wanted |= set(table.labels.values())
        if unknown := wanted - set(table.columns):
            raise ValueError(f"{place}: no column {min(unknown)!r}; columns are {sorted(table.columns)}")
        uses = [column.enumeration for column in table.columns.values() if column.enumeration]
        uses += [series.enumeration for series in table.series.values() if isinstance(series, States | Bits)]
        if unknown := set(uses) - set(self.enumerations):
            raise ValueError(f"{place}: no enumeration {min(unknown)!r}; there are {sorted(self.enumerations)}")
