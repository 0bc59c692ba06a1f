"""The translatable texts of the tree: what is given to `_` and to `plural`.

Python is read as a syntax tree, for before Python 3.12 Babel's own extractor does not look into f-strings.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("alerts", "mppmon")
_PLURAL_ARGUMENTS = 3  # one, many, count
_TEMPLATES = {"keywords": {"_": None, "plural": (1, 2)}, "method_map": [("**.html", "jinja2.ext:babel_extract")]}

Text = str | tuple[str, ...]


class Hidden(ValueError):
    """A text that no extractor can know: it is not written where it is said."""


def extracted() -> Iterator[tuple[str, Text]]:
    """Yield `(where, text)` of every text: a plural one as a pair. Hidden for one that is no literal."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield from _python(path)
        for file, line, text, *_ in extract_from_dir(ROOT / package, **_TEMPLATES):  # type: ignore[arg-type]  # as above
            if text:
                yield f"{package}/{file}:{line}", text


def _python(path: Path) -> Iterator[tuple[str, Text]]:
    place = path.relative_to(ROOT)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "_":
            yield f"{place}:{node.lineno}", _literal(node.args[0], f"{place}:{node.lineno}")
        elif name == "plural" and len(node.args) == _PLURAL_ARGUMENTS:
            yield f"{place}:{node.lineno}", tuple(_literal(one, f"{place}:{node.lineno}") for one in node.args[:2])


def _literal(node: ast.expr, where: str) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise Hidden(f"{where}: found {ast.unparse(node)}, expected a literal text")
