"""`mppmon import inventory FILE` and `mppmon import template FILE`."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mppmon.config import ConfigErrors, Loaded
    from mppmon.setup.inventory.directory import Directory
    from mppmon.setup.inventory.header import Header
    from mppmon.setup.inventory.mapping import Columns
    from mppmon.setup.inventory.plan import Plan
    from mppmon.setup.inventory.sheet import Row, Sheet
    from mppmon.setup.words import Translate

_BAD = 2
_LONG = 500  # rows from which a progress bar is worth while

_language = click.option(
    "--language", type=click.Choice(["id", "en"]), default="id", show_default=True, help="Of what is said and written."
)


@click.group()
def command() -> None:
    """Take over the inventory from an Excel or CSV file.

    \b
    Examples:
      mppmon import template inventaris.xlsx
      mppmon import inventory inventaris.xlsx --config /etc/mppmon
      mppmon import inventory aset.csv --config /etc/mppmon --map "No. Seri=serial" --map "Ket=-"
    """  # noqa: D301  # \b is click's mark for lines that must not be rewrapped


@command.command("template")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_language
def template_command(file: Path, language: str) -> None:
    """Write an empty inventory list to FILE (.xlsx): our headers, an example row, and a sheet of the words we know.

    \b
    Example:
      mppmon import template inventaris.xlsx
    """  # noqa: D301  # as above
    from mppmon.setup.inventory.template import template  # noqa: PLC0415  # openpyxl is loaded only when it is used

    _ = _translate(language)
    if file.suffix.lower() != ".xlsx":
        raise _Refused(_("{file}: the template is an Excel file, its name ends with .xlsx.").format(file=file))
    try:
        with file.open("xb") as out:
            out.write(template(_))
    except FileExistsError:
        raise _Refused(
            _("{file} exists already: nothing was written. Choose another name.").format(file=file)
        ) from None
    except OSError as error:
        raise _Refused(f"{file}: {error.strerror}") from error
    click.echo(_("Written: {file}. Fill it in, then: mppmon import inventory {file}").format(file=file))


@command.command("inventory")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--config",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("/etc/mppmon"),
    show_default=True,
    help="The configuration directory that takes the devices.",
)
@click.option("--sheet", help="Name of the sheet; without it the visible one that looks most like a list.")
@click.option("--header-row", type=click.IntRange(1), help="Row of the headers, as Excel counts; without it, found.")
@click.option("--map", "maps", multiple=True, metavar="HEADER=FIELD", help="What a column is; FIELD - leaves it out.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--dry-run", is_flag=True, help="Show what would change, write nothing.")
@click.option("--strict", is_flag=True, help="Write nothing at all when one row is faulty.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; asks nothing.")
@_language
def inventory_command(  # one argument per option
    file: Path, config: Path, sheet: str | None, header_row: int | None, maps: tuple[str, ...], language: str,
    *, yes: bool, dry_run: bool, strict: bool, as_json: bool,
) -> None:  # fmt: skip
    """Take over the devices of FILE (.xlsx, .csv) into a configuration: new ones added, known ones updated in place.

    A device is known again by asset code, serial number or address. Faulty rows are named and left out; devices that
    FILE does not name are kept. Nothing is written without a yes, nor when the result would not be valid.

    Exit code 0: done, or nothing to change; 2: nothing was written.

    \b
    Fields: asset nup name kind brand model serial room agency counter role address parent
    Examples:
      mppmon import inventory inventaris.xlsx --config /etc/mppmon
      mppmon import inventory inventaris.xlsx --config ./mal --dry-run
      mppmon import inventory aset.csv --config ./mal --map "No. Seri=serial" --yes
    """  # noqa: D301  # as above
    from mppmon.clock import Clock  # noqa: PLC0415  # pydantic and holidays are loaded only when this command runs
    from mppmon.config import ConfigErrors  # noqa: PLC0415  # likewise
    from mppmon.setup.inventory.apply import CannotApply, apply  # noqa: PLC0415  # likewise
    from mppmon.setup.inventory.directory import Directory  # noqa: PLC0415  # likewise
    from mppmon.setup.inventory.mapping import BadMapping, chosen  # noqa: PLC0415  # likewise
    from mppmon.setup.inventory.opening import open_table  # noqa: PLC0415  # likewise
    from mppmon.setup.inventory.sheet import Unreadable  # noqa: PLC0415  # likewise
    from mppmon.setup.inventory.show import plan_lines, report  # noqa: PLC0415  # likewise

    _ = _translate(language)
    today = Clock().now().date()
    asks = sys.stdin.isatty() and not as_json
    try:
        place = Directory.open(config, today=today)
    except ConfigErrors as errors:
        raise _not_valid(config, errors, _) from errors
    try:
        table = open_table(file, sheet, _)
        header = _header(table, header_row, _)
        columns = _columns(header, maps, place, _, asks=asks and not yes)
        plan = _plan(table, header, columns, place, _)
        changes = apply(plan, place.texts, _)
    except (Unreadable, BadMapping, CannotApply) as error:
        raise _Refused(str(error)) from error
    if not as_json:
        _show(file, table, header, plan_lines(plan, columns, _), _)
    stop = strict and bool(plan.faults)
    result: Loaded | None = None
    try:
        result = None if stop else place.check(changes, today=today)
    except ConfigErrors as errors:
        raise _broken(plan, errors, _) from errors
    wanted = not stop and not dry_run
    done = wanted and (plan.empty or yes or (asks and _agreed(_)))
    if done:
        _write(place, changes, chosen(columns), _)
    if as_json:
        whole = {
            "written": done and bool(changes),
            "revision": result.revision if result else None,
            **report(plan, columns),
        }
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
    else:
        click.echo(_ending(done=done, empty=plan.empty, dry_run=dry_run, stop=stop, asks=asks, config=config, _=_))
    sys.exit(0 if done or (dry_run and not stop) else _BAD)


class _Refused(click.ClickException):
    """Nothing was written; the text says why and what to do."""

    exit_code = _BAD


def _translate(language: str) -> "Translate":
    from mppmon.i18n import speech  # noqa: PLC0415  # Babel is loaded only when something is said

    return speech("Asia/Jakarta")(language)._


def _header(table: "Sheet", number: int | None, _: "Translate") -> "Header":
    from mppmon.setup.inventory.header import find_header, header_at  # noqa: PLC0415  # keeps `mppmon --help` quick

    found = find_header(table) if number is None else header_at(table, number)
    if found is None and number is None:
        raise _Refused(
            _("No row of sheet '{sheet}' names two columns that we know. Say which row has the headers: --header-row; "
              "and what the columns are: --map.").format(sheet=table.name)
        )  # fmt: skip
    if found is None:
        raise _Refused(_("Row {row} of sheet '{sheet}' is empty.").format(row=number, sheet=table.name))
    return found


def _columns(header: "Header", maps: Sequence[str], place: "Directory", _: "Translate", *, asks: bool) -> "Columns":
    from mppmon.setup.inventory.fields import IGNORE, Field  # noqa: PLC0415  # keeps `mppmon --help` quick
    from mppmon.setup.inventory.mapping import BadMapping, decide, known_field, parse_said  # noqa: PLC0415  # likewise
    from mppmon.setup.words import folded  # noqa: PLC0415  # likewise

    said = parse_said(maps, _)
    remembered = place.remembered()
    columns = decide(header, said, remembered, _)
    while columns.unsure:
        if not asks:
            options = " ".join(f'--map "{one.header}={one.field}"' for one in columns.unsure)
            raise BadMapping(
                _("It is not clear what these columns are. Say so ({ignore} leaves a column out): {options}").format(
                    ignore=IGNORE, options=options
                )
            )
        one = columns.unsure[0]
        click.echo(_("What is column '{header}'? Fields: {names}; {ignore} leaves it out.").format(
            header=one.header, names=", ".join(Field), ignore=IGNORE
        ))  # fmt: skip
        answer = click.prompt(_("Field"), default=str(one.field))
        try:
            said[folded(one.header)] = known_field(answer, _)
            columns = decide(header, said, remembered, _)
        except BadMapping as error:
            said.pop(folded(one.header), None)
            click.secho(str(error), fg="red")
    if Field.KIND not in columns.of and Field.NAME not in columns.of:
        raise BadMapping(_('No column says what a thing is. Name one: --map "HEADER=kind" or --map "HEADER=name".'))
    return columns


def _plan(table: "Sheet", header: "Header", columns: "Columns", place: "Directory", _: "Translate") -> "Plan":
    from mppmon.setup.inventory.known import Known  # noqa: PLC0415  # keeps `mppmon --help` quick
    from mppmon.setup.inventory.plan import make_plan  # noqa: PLC0415  # likewise

    def watch(rows: Sequence["Row"]) -> Iterator["Row"]:
        with _bar(rows, _("Rows")) as watched:
            yield from watched

    return make_plan(table, header, columns, Known.of(place.loaded.normalised), _=_, watch=watch)


@contextmanager
def _bar(rows: Sequence["Row"], label: str) -> Iterator[Iterable["Row"]]:
    if len(rows) < _LONG or not sys.stderr.isatty():
        yield rows
        return
    with click.progressbar(rows, label=label, file=sys.stderr) as bar:
        yield bar


def _agreed(_: "Translate") -> bool:
    from mppmon.setup import parse  # noqa: PLC0415  # keeps `mppmon --help` quick

    while True:
        try:
            return parse.yes(click.prompt(_("Write this? (yes or no)"), default=_("no")), _)
        except ValueError as error:
            click.secho(_("Expected: {what}.").format(what=error), fg="yellow")


def _show(file: Path, table: "Sheet", header: "Header", lines: Iterable[tuple[str, str]], _: "Translate") -> None:
    place = _("{file}, sheet '{sheet}', headers in row {row}")
    click.echo(place.format(file=file.name, sheet=table.name, row=header.row))
    for colour, line in lines:
        click.secho(line, fg=colour or None)
    if table.cut and table.rows:
        click.secho(_("Only the first {count} rows were read.").format(count=table.rows[-1].number), fg="yellow")


def _write(place: "Directory", changes: Mapping[str, str], columns: Mapping[str, str], _: "Translate") -> None:
    from mppmon.setup.inventory.directory import Moved  # noqa: PLC0415  # keeps `mppmon --help` quick

    try:
        place.write(changes)
        place.remember(columns)
    except Moved as error:
        raise _Refused(_("{file} was changed meanwhile: nothing was written. Try again.").format(file=error)) from error
    except OSError as error:
        raise _Refused(f"{error.filename}: {error.strerror}") from error


def _not_valid(config: Path, errors: "ConfigErrors", _: "Translate") -> _Refused:
    from mppmon.config.directory import NAMES  # noqa: PLC0415  # keeps `mppmon --help` quick

    if not any((config / name).exists() for name in NAMES):
        return _Refused(
            _("There is no configuration in {place} yet. Make one first: mppmon init {place}").format(place=config)
        )
    text = _(
        "The configuration in {place} is not valid as it is, so nothing can be added. See: mppmon check-config {place}"
    )
    return _Refused("\n".join([text.format(place=config), *map(str, errors.problems[:3])]))


def _broken(plan: "Plan", errors: "ConfigErrors", _: "Translate") -> _Refused:
    """Say in terms of rows why the result would not be valid."""
    lines = [_("With this list the configuration would not be valid, so nothing was written:")]
    touched = {one.id for one in plan.added} | {one.id for one in plan.changed}
    for problem in errors.problems:
        named = re.findall(r"[a-z0-9-]+", f"{problem.key} {problem.found}")  # a circle is named by all its devices
        row = next((plan.rows[word] for word in named if word in touched), None)
        said = _("found {found}, expected {expected}").format(found=problem.found, expected=problem.expected)
        where = (
            _("row {row} ({key})").format(row=row, key=problem.key)
            if row is not None
            else f"{problem.file} {problem.key}"
        )
        lines.append(f"  {where}: {said}" + (f" ({problem.hint})" if problem.hint else ""))
    return _Refused("\n".join(lines))


def _ending(*, done: bool, empty: bool, dry_run: bool, stop: bool, asks: bool, config: Path, _: "Translate") -> str:
    if stop:
        return _("Nothing was written: some rows are faulty (--strict).")
    if dry_run:
        return _("Nothing was written (--dry-run).")
    if done and empty:
        return _("Nothing to change.")
    if done:
        return _("Written to {place}. A daemon that runs takes it over with: mppmon reload").format(place=config)
    if asks:
        return _("Nothing was written.")
    return _("Nothing was written: nobody is there to say yes. Add --yes.")
