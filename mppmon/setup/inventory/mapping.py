"""Which column is which field: what was said, what was said last time, what the header seems to say. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mppmon.setup.inventory.fields import IGNORE, Field, guess
from mppmon.setup.inventory.header import Header
from mppmon.setup.inventory.sheet import letter
from mppmon.setup.words import Translate, closest, folded, shown


class BadMapping(ValueError):
    """What was said about columns cannot hold; the text says why."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """A column that somebody should decide about. `field`: what it seems to be."""

    column: int
    header: str
    field: Field


@dataclass(frozen=True, slots=True)
class Columns:
    """Field -> its column (from 0). `ignored`: the headers of columns that are left out."""

    of: Mapping[Field, int]
    headers: Mapping[int, str]
    unsure: tuple[Unsure, ...] = ()
    ignored: tuple[str, ...] = ()

    def where(self, field: Field) -> str:
        """Return `F "IP Address"`: how a person finds the column."""
        column = self.of[field]
        return f"{letter(column)} {shown(self.headers.get(column, ''))}"


def parse_said(options: Iterable[str], _: Translate) -> dict[str, str]:
    """Return folded header -> field (or `-`) of options such as `No. Seri=serial`. BadMapping for an empty one."""
    found: dict[str, str] = {}
    for option in options:
        header, mark, field = option.rpartition("=")
        if not mark or not folded(header):
            raise BadMapping(
                _('{option}: expected HEADER=FIELD, such as "No. Seri=serial".').format(option=shown(option))
            )
        found[folded(header)] = known_field(field.strip(), _)
    return found


def known_field(word: str, _: Translate) -> str:
    """Return a field's name. BadMapping names the nearest one."""
    names = [*Field, IGNORE]
    if word.lower() in names:
        return word.lower()
    near = closest(word, list(Field))
    hint = _(" Did you mean {name}?").format(name=near) if near else ""
    raise BadMapping(
        _("{word} is no field. Fields: {names}; {ignore} leaves the column out.").format(
            word=shown(word), names=", ".join(Field), ignore=IGNORE
        )
        + hint
    )


def decide(header: Header, said: Mapping[str, str], remembered: Mapping[str, str], _: Translate) -> Columns:
    """Return the columns. What was said beats what is remembered, and that what the header's words seem to mean."""
    words = {folded(text) for text in header.texts.values()}
    for word in said:
        if word not in words:
            near = closest(word, header.texts.values())
            hint = _(" Did you mean {name}?").format(name=shown(near)) if near else ""
            raise BadMapping(_("The list has no column {name}.").format(name=shown(word)) + hint)
    of: dict[Field, int] = {}
    ignored: list[str] = []
    open_ones: dict[int, str] = {}
    for column, text in header.texts.items():
        named = said.get(folded(text))
        if named is None:
            open_ones[column] = text
        elif named == IGNORE:
            ignored.append(text)
        else:
            _take(of, Field(named), column, header, _)
    for column, text in list(open_ones.items()):
        named = remembered.get(folded(text))
        if named == IGNORE:
            ignored.append(open_ones.pop(column))
        elif named in set(Field) - set(of):
            of[Field(named)] = column
            del open_ones[column]
    unsure = _guess(open_ones, of, ignored)
    return Columns(of, header.texts, unsure, tuple(ignored))


def _guess(left: Mapping[int, str], of: dict[Field, int], ignored: list[str]) -> tuple[Unsure, ...]:
    """Add what the words of the headers left over surely mean; return what somebody should decide."""
    guesses = {column: guess(text) for column, text in left.items()}
    for column, (field, sure) in guesses.items():
        if field is not None and sure:
            of.setdefault(field, column)
    unsure: list[Unsure] = []
    for column, (field, _sure) in guesses.items():
        if field is None or (field in of and of[field] != column):
            ignored.append(left[column])
        elif field not in of:
            unsure.append(Unsure(column, left[column], field))
    return tuple(unsure)


def _take(of: dict[Field, int], field: Field, column: int, header: Header, _: Translate) -> None:
    if field in of:
        raise BadMapping(
            _("Two columns for {field}: {first} and {second}. Leave one out with {ignore}.").format(
                field=field, first=shown(header.texts[of[field]]), second=shown(header.texts[column]), ignore=IGNORE
            )
        )
    of[field] = column


def chosen(columns: Columns) -> dict[str, str]:
    """Return what is worth remembering: folded header -> field (or `-`)."""
    found = {folded(columns.headers[column]): str(field) for field, column in columns.of.items()}
    return {**{folded(text): IGNORE for text in columns.ignored if folded(text) not in found}, **found}
