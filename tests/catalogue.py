"""The translatable texts of the tree, as gettext's tools would extract them."""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {"_": None, "plural": (1, 2)}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
PACKAGES = ("alerts", "mppmon")

Text = str | tuple[str, ...]


def extracted() -> Iterator[tuple[str, Text]]:
    """Yield `(where, text)` of every text given to `_` or `plural`: a plural one as a pair."""
    for package in PACKAGES:
        found = extract_from_dir(ROOT / package, method_map=METHODS, keywords=KEYWORDS)
        for file, line, text, *_ in found:
            if text:
                yield f"{package}/{file}:{line}", text
