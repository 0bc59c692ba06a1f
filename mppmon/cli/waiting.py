"""A sign of life on a terminal while something takes long; nothing in a pipe."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def waiting(words: str) -> Iterator[None]:
    """Show these words and a moving sign on stderr until the block ends, then take them away."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # noqa: PLC0415  # a pipe need not load it
    from rich.text import Text  # noqa: PLC0415  # likewise

    with Console(stderr=True).status(Text(words)):  # what was typed is no markup
        yield
