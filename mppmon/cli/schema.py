"""`mppmon schema`: what an editor needs to help while a configuration is written."""

import json
from pathlib import Path

import click

_ENDING = ".schema.json"


@click.command("schema")
@click.argument("file", required=False)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write one file per schema into this directory (it is made if need be) instead of printing.",
)
def command(file: str | None, output: Path | None) -> None:
    """Print the JSON Schema of FILE, such as devices.yaml (without one: of all files, by name), for editors.

    With it an editor (VS Code with the extension "YAML" by Red Hat, Neovim, Helix, Kate) completes keys, shows what
    they mean, and marks faults while you type. Write the schemas once, then put the printed line into each file.

    \b
    Examples:
      mppmon schema --output /etc/mppmon/.schema
      mppmon schema devices.yaml | jq '.properties'
    """  # noqa: D301  # \b is click's mark for lines that must not be rewrapped
    from mppmon.config import schemas  # noqa: PLC0415  # pydantic is loaded only when this command runs
    from mppmon.config.problem import listed, nearest  # noqa: PLC0415  # likewise

    known = schemas()
    if file is not None and file not in known:
        hint = nearest(file, known)
        raise click.ClickException(f"found '{file}', expected {listed(known)}{f' ({hint})' if hint else ''}")
    wanted = known if file is None else {file: known[file]}
    if output is None:
        click.echo(_text(known[file] if file is not None else known))
        return
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, schema in wanted.items():
            path = output / f"{name.removesuffix('.yaml')}{_ENDING}"
            path.write_text(_text(schema) + "\n", "utf-8")
            click.echo(f"{name}: # yaml-language-server: $schema={path.absolute()}")
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {(error.strerror or str(error)).lower()}") from error


def _text(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
