"""Every example of every `--help` can be typed: its options are there, and what it names is in the example mall."""

import re
import shlex
from collections.abc import Iterator
from importlib.resources import files

import click
import pytest
import yaml

from mppmon.cli import main

_NAMED = {
    "devices": "devices",
    "device": "devices",
    "target": "devices",
    "agencies": "agencies",
    "agency": "agencies",
    "channels": "channels",
    "person": "people",
    "persons": "people",
    "send": "people",
}
"""Parameter -> the file of the example mall that has to have its values."""
_ITSELF = "mppmon"


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    with click.Context(group) as ctx:
        for name in group.list_commands(ctx):
            command = group.get_command(ctx, name)
            assert command is not None
            yield (*path, name), command
            if isinstance(command, click.Group):
                yield from commands(command, (*path, name))


def examples() -> list[str]:
    """Return all of them: what stands behind `Example:` or `Examples:`, up to a pipe of the shell."""
    found: dict[str, None] = {}
    for _, command in commands(main):
        for text in (command.help or "", command.epilog or ""):
            for part in re.split(r"Examples?:", text)[1:]:
                lines = re.split(r"\n|[;,] (?=mppmon )", part)
                found |= dict.fromkeys(
                    re.split(r" [|>] ", one)[0].strip() for one in lines if one.strip().startswith("mppmon ")
                )
    return list(found)


def parsed(line: str) -> click.Context:
    """Parse a line as click does before it runs the command."""
    words = shlex.split(line)
    assert words.pop(0) == "mppmon"
    command: click.Command = main
    ctx = click.Context(main, info_name="mppmon")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(ctx, name := words.pop(0))
        assert found is not None, f"no command {name}"
        command, ctx = found, click.Context(found, info_name=name, parent=ctx)
    return command.make_context(command.name, words, parent=ctx.parent)


@pytest.mark.parametrize("line", examples())
def test_an_example_can_be_typed_and_fits_the_example_mall(line: str) -> None:
    try:
        params = parsed(line).params
    except click.BadParameter as error:
        assert "does not exist" in error.format_message()  # noqa: PT017  # a file of the reader's
        return
    for name, file in _NAMED.items():
        value = params.get(name)
        for one in (value,) if isinstance(value, str) else value or ():
            told = yaml.safe_load(files("mppmon.demo").joinpath("mall", f"{file}.yaml").read_text("utf-8"))
            assert one == _ITSELF or one[0].isdigit() or one in told[file]


def test_all_of_them_are_found() -> None:
    assert len(examples()) > 30
    with pytest.raises(click.NoSuchOption):
        parsed("mppmon silence add a3-pc --duration 2h --reason x")
    with pytest.raises(click.BadParameter, match="at least a minute"):
        parsed("mppmon silence add a3-pc --for 0m --reason x")
