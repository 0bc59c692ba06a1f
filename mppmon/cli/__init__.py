"""The command line: one file per command, imported only when it is run, so that `--help` answers at once."""

import errno
import os
import sys
from difflib import get_close_matches
from importlib import import_module
from keyword import iskeyword
from pathlib import Path
from typing import Any

import click

_COMMANDS = {
    "init": "Ask about the mall and write its configuration: the first step.",
    "import": "Take over the inventory from an Excel or CSV file.",
    "run": "Run the daemon on a configuration directory.",
    "check-config": "Check a configuration directory; says file, line, key, what was found and expected.",
    "test-rules": "Try alerting rules on made-up readings, as promtool does.",
    "schema": "Write what editors need to complete and check the files while you type.",
    "diff": "Show what a reload would change.",
    "reload": "Take over a changed configuration without a restart.",
    "status": "Show services, faults and incidents as they are now.",
    "oncall": "Show who is on duty now and next.",
    "incident": "Show everything that happened to an incident, open or closed.",
    "ack": "Take an incident on, so that nobody else is called.",
    "escalate": "Pass an incident on to the next person now.",
    "merge": "Say that two incidents are the same fault: one goes on in the other.",
    "note": "Keep a few words about an incident, for colleagues.",
    "silence": "Call nobody about some devices for a while.",
    "maintenance": "Plan maintenance: what it covers calls nobody meanwhile.",
    "report": "Report what an agency delivered in a month or on a day.",
    "doctor": "Look at everything mppmon needs; each line is green or has its cure.",
    "poll": "Poll a device of the inventory, or any SNMP address, once.",
    "discover": "Ask a network what is in it, and propose devices for the inventory.",
    "agent": "Enrol the agent of a counter PC: token, pinned certificate, lines for the inventory.",
    "profile": "Check an SNMP profile of your own, and try what it reads.",
    "demo": "Run a whole simulated mall on this machine.",
}


class _Lazy(click.Group):
    """A group that knows the first line of help of its commands without importing them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse what is no text: a byte that is not UTF-8 could be printed by no command."""
        if any(map(_is_broken, args)):
            ctx.fail("an argument is not UTF-8 text")
        return super().parse_args(ctx, args)

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # as click declares it
        """Run a command. Exit 74 (EX_IOERR, sysexits.h) when the output cannot be written: a full disk is no defect."""
        _open_standard_streams()
        try:
            return super().main(*args, **kwargs)
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EIO, errno.EDQUOT} or error.filename is not None:
                raise
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left unwritten has nowhere to go
            click.echo(f"Error: the output cannot be written: {error.strerror}", err=True)
            sys.exit(74)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command where there is none of this name."""
        name = args[0] if args else ""
        if name not in _COMMANDS and not name.startswith("-"):
            near = get_close_matches(name, _COMMANDS, n=1)
            ctx.fail(f"No such command {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        module = import_module(f"mppmon.cli.{name}_" if iskeyword(name) else f"mppmon.cli.{name}")
        command = module.command
        if not isinstance(command, click.Command):
            raise TypeError(f"mppmon.cli.{cmd_name}: `command` is not a click command")
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


def _is_broken(word: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in word)  # how Python shows a byte that is no text


def _open_standard_streams() -> None:
    """Give commands something to read and write where the caller closed it (`<&-`): Python leaves None there."""
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115  # lives as long as the process
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # likewise
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # likewise


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="mppmon", prog_name="mppmon")
def main() -> None:
    """Watch the equipment of a public-service mall and call the right technician."""
