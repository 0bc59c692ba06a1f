"""What each kind of output may hold, judged by that kind's own parser. Each returns what is wrong, empty if nothing is.

A character that cannot be shown (a control, a bidirectional override, half a surrogate pair) is wrong everywhere.
"""

import csv
import io
import json
import re
import subprocess
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

_SGR = re.compile(r"\x1b\[[0-9;]*m")
"""Colours of ours, which a terminal that asked for none never gets."""

_LOG = re.compile(r"(DEBUG|INFO|WARNING|ERROR|CRITICAL) [\w.]+: ")
_HEADERS = frozenset({
    "Message-ID", "References", "Date", "From", "To", "Subject", "Auto-Submitted",
    "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
})  # fmt: skip
_PAYLOAD = frozenset(("chat_id", "text", "link_preview_options", "reply_markup", "disable_notification"))
_BUTTON = re.compile(r"(ack|escalate|details):[0-9]{1,9}")
_INFO_BYTES = 64
_TEMPLATES = Path("mppmon/web/templates")


def unshown(text: str, *, lines: bool = True) -> list[str]:
    """Return the characters that no reader can see, as numbers. `lines`: line feeds may be there."""
    return sorted({f"U+{ord(one):04X}" for one in text if not one.isprintable() and not (lines and one == "\n")})


def terminal(output: bytes, *, colours: bool = False) -> list[str]:
    """Judge what a command printed."""
    text = output.decode("utf-8", "surrogateescape")
    if colours:
        text = _SGR.sub("", text.replace("\r\n", "\n"))
    return unshown(text)


def log(content: bytes) -> list[str]:
    """Judge the daemon's log: each line is one of ours, no line is forged, nothing was thrown."""
    text = content.decode("utf-8", "surrogateescape")
    forged = [one for one in text.splitlines() if not _LOG.match(one) or "forged" in one.split(": ", 1)[0]]
    return [*unshown(text), *(f"a line of nobody: {one[:100]!r}" for one in forged[:3])]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.used: set[tuple[str, str]] = set()
        self.words: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.used |= {(tag, ""), *((tag, name) for name, _ in attrs)}
        if tag == "script" and "src" not in dict(attrs):
            self.used.add((tag, "of its own words"))
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _read(page: str) -> _Tags:
    tags = _Tags()
    tags.feed(page)
    tags.close()
    return tags


def vocabulary() -> frozenset[tuple[str, str]]:
    """Return the elements and attributes that our templates write."""
    every = (_read(re.sub(r"\{[%{].*?[%}]\}", "x", one.read_text("utf-8"))) for one in _TEMPLATES.glob("*.html"))
    return frozenset(pair for tags in every for pair in tags.used)


def html(page: bytes) -> list[str]:
    """Judge a page: no element, attribute or link that the templates do not write."""
    tags = _read(page.decode("utf-8"))
    foreign = sorted(tags.used - vocabulary())
    links = [one for one in tags.links if not one.startswith(("/", "?", "#", "data:,"))]
    return [*unshown("".join(tags.words)), *(f"not of a template: {one}" for one in (*foreign, *links))]


def shown(page: bytes) -> str:
    """Return a page's words as a reader sees them."""
    return "".join(_read(page.decode("utf-8")).words)


def texts(value: Any) -> Iterator[str]:  # noqa: ANN401  # any JSON
    """Yield every text of a JSON value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from (key, *texts(one))
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


def jsons(output: bytes) -> list[str]:
    """Judge an answer of the API."""
    return unshown("".join(texts(json.loads(output.decode("utf-8")))))


def events(stream: bytes) -> list[str]:
    """Judge an event stream: fields we know, JSON in every `data`."""
    lines = re.split("\r\n|\r|\n", stream.decode("utf-8"))
    wrong = [one for one in lines if one and not one.startswith(("data: ", ": ", "event: ", "id: ", "retry: "))]
    data = [one.removeprefix("data: ") for one in lines if one.startswith("data: ")]
    return [*(repr(one) for one in wrong), *(fault for one in data for fault in jsons(one.encode()))]


def metrics(page: bytes) -> list[str]:
    """Judge the exposition: by Prometheus' own checker, then each label by its client's parser."""
    checked = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, check=False)
    return [*([checked.stderr.decode()[:200]] if checked.returncode == 1 else []), *exposed(page.decode("utf-8"))]


def exposed(page: str) -> list[str]:
    """Judge the labels: a device's own words stand in `*_info` only, and are short."""
    found: list[str] = []
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            for name, value in sample.labels.items():
                found += [f"{sample.name} {name}: {one}" for one in unshown(value, lines=False)]
                if "SAID" in value and not (family.name.endswith("_info") and len(value.encode()) <= _INFO_BYTES):
                    found.append(f"{sample.name} {name}: a device's own word")
    return found


def mail(content: bytes) -> list[str]:
    """Judge a mail: our headers, each once, and a plain text."""
    found = message_from_bytes(content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    names = found.keys()
    wrong = [f"header {one}" for one in names if one not in _HEADERS or names.count(one) > 1]
    wrong += [f"defect {one}" for one in found.defects]
    if found.get_content_type() != "text/plain" or found.is_multipart():
        wrong.append(found.get_content_type())
    return [*wrong, *unshown(str(found["Subject"]), lines=False), *unshown(found.get_content().replace("\r\n", "\n"))]


def chat(payload: dict[str, Any]) -> list[str]:
    """Judge what was asked of the bot API: no markup is read, buttons are ours, and it is not too long."""
    wrong = [f"key {one}" for one in payload if one not in _PAYLOAD]
    rows = json.loads(json.dumps(payload.get("reply_markup", {}))).get("inline_keyboard", [])
    wrong += [one["callback_data"] for row in rows for one in row if not _BUTTON.fullmatch(one["callback_data"])]
    if len(payload["text"].encode("utf-16-le", "surrogatepass")) // 2 > 4096:  # Telegram's limit
        wrong.append("too long")
    return [*wrong, *unshown(payload["text"])]


def table(content: bytes) -> list[str]:
    """Judge a CSV: rows of one width, and no cell that a spreadsheet would reckon."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    wrong = [f"a row of {len(row)} cells" for row in rows if len(row) != len(rows[0])]
    cells = [cell for row in rows for cell in row]
    wrong += [f"a formula: {cell[:40]!r}" for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    return [*wrong, *unshown("".join(cells))]
