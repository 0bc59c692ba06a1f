"""How columns become metrics, as a profile says it. Pure data; `decode` reads values by it."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Label = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
DateFormat = Annotated[str, StringConstraints(pattern=r"^[%A-Za-z/. :-]{2,40}$")]


class Data(BaseModel):
    """Immutable, no key that we do not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Units(Data):
    """A factor that another column of the row chooses, such as EntitySensorDataScale."""

    column: Slug
    factors: Mapping[int, FiniteFloat] = Field(min_length=1)


class Reading(Data):
    """A number from a column, unless it is one of `unknown`, the agent's words for "I do not know".

    value x scale x (value of `times`) x (factor of `units`) / 10 ** (value of `places`); absent when one of these is,
    and outside `least` to `most`. `digits`: the agent writes it as text.
    """

    column: Slug
    scale: FiniteFloat = 1.0
    unknown: tuple[int, ...] = ()
    times: Slug | None = None
    units: Units | None = None
    places: Slug | None = None
    digits: bool = False
    least: FiniteFloat | None = None
    most: FiniteFloat | None = None

    def columns(self) -> Iterator[str]:
        """Yield the columns that are read."""
        yield self.column
        if self.units is not None:
            yield self.units.column
        yield from (name for name in (self.times, self.places) if name is not None)


class _Series(Data):
    """`where`: only rows whose columns have one of these values."""

    where: Mapping[Slug, Annotated[tuple[int, ...], Field(min_length=1)]] = {}

    def columns(self) -> Iterator[str]:
        """Yield the columns that are read."""
        yield from self.where


class Number(_Series):
    """The first of `read` that the device knows."""

    kind: Literal["number"] = Field(alias="as")
    read: tuple[Reading, ...] = Field(min_length=1)

    def columns(self) -> Iterator[str]:
        yield from super().columns()
        for reading in self.read:
            yield from reading.columns()


class Flag(_Series):
    """1 when the column has one of `values`. Else `flag` is 0 (with `clear`: only for these), `present` is absent."""

    kind: Literal["flag", "present"] = Field(alias="as")
    column: Slug
    values: tuple[int, ...] = Field(min_length=1)
    clear: tuple[int, ...] = ()

    def columns(self) -> Iterator[str]:
        yield from super().columns()
        yield self.column


class _Named(_Series):
    """One sample per name of the enumeration, as the value of `label`."""

    column: Slug
    label: Label
    enumeration: Slug

    def columns(self) -> Iterator[str]:
        yield from super().columns()
        yield self.column


class States(_Named):
    """1 for the present one of the names."""

    kind: Literal["states"] = Field(alias="as")


class Bits(_Named):
    """1 for each bit that is set in an octet string, bit 0 being the high bit of the first octet; missing octets are
    zero.
    """

    kind: Literal["bits"] = Field(alias="as")


class Level(_Series):
    """level / capacity, from 0 to 1. Absent unless both are known numbers (RFC 3805: -1 other, -2 unknown, -3 some).

    A receptacle's level is the room left (RFC 3805 prtMarkerSuppliesLevel): there, too, 0 is what needs a person.
    """

    kind: Literal["level"] = Field(alias="as")
    level: Slug
    capacity: Slug

    def columns(self) -> Iterator[str]:
        yield from super().columns()
        yield from (self.level, self.capacity)


class Age(_Series):
    """Seconds since a day that the agent writes as text, in the first of `formats` that fits (strptime's signs)."""

    kind: Literal["age"] = Field(alias="as")
    column: Slug
    formats: tuple[DateFormat, ...] = Field(min_length=1)

    def columns(self) -> Iterator[str]:
        yield from super().columns()
        yield self.column


class Records(_Series):
    """A maker's records in one octet string (`collectors.snmp.records`), each that all of `labels` have a name for.

    `label` takes the code; `labels` say by which enumeration of codes. The number x scale, absent outside 0 to 1;
    `present`: 1. Only where no table of a standard MIB tells the same, so that no part is told twice.
    """

    kind: Literal["records"] = Field(alias="as")
    column: Slug
    form: Literal["brother", "epson"]
    label: Label | None = None
    labels: Mapping[Label, Slug] = Field(min_length=1)
    scale: FiniteFloat = 1.0
    present: bool = False

    def columns(self) -> Iterator[str]:
        yield from super().columns()
        yield self.column


Series = Annotated[Number | Flag | States | Bits | Level | Age | Records, Field(discriminator="kind")]


def _several(value: object) -> object:
    """Let one stand for a list of one."""
    return value if isinstance(value, list | tuple) else (value,)


Ways = Annotated[tuple[Series, ...], BeforeValidator(_several), Field(min_length=1)]
"""Ways to read one metric: the first that tells something of a row is taken."""
