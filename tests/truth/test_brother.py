"""Dumps of Brother printers (`printers-json`): what the display shows, and that broken ones break nothing."""

import json
from ast import literal_eval
from pathlib import Path
from typing import Any

import pytest

from collectors.snmp import decode
from collectors.snmp.decode import Rows
from collectors.snmp.library import builtin
from tests.servers.snmp_servers import devices

BROTHER = builtin().named("brother")
TEXT = BROTHER.scalars.columns["text"].oid
MAINTENANCE = BROTHER.scalars.columns["maintenance"].oid
PAGES = f"{BROTHER.tables['markers'].columns['pages'].oid}.1.1"


def dumps() -> list[Path]:
    folder = devices() / "printers-json"
    return sorted(folder.glob("*.json"))


def read(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    return content if isinstance(content, dict) else {}


def rows(dump: dict[str, Any]) -> Rows:
    text, pages = dump.get(TEXT), dump.get(PAGES)
    scalars = {"text": text.encode("latin-1", "replace")} if isinstance(text, str) else {}
    counted = {"1.1": {"pages": int(pages)}} if isinstance(pages, str) and pages.isdecimal() else {}
    return {"scalars": {"": scalars}, "markers": counted}


def test_all_are_read_also_those_that_are_broken() -> None:
    for path in dumps():
        told = dict(decode.words(BROTHER, rows(read(path))))
        assert all(text.isprintable() and len(text.encode()) <= 64 for text in told.values()), path.stem


def test_there_are_as_many_as_the_readme_says() -> None:
    assert {path.stem for path in dumps()} >= {"incomplete", "invalid", "hl-5350dn", "mfc-t910dw"}


@pytest.mark.parametrize(("name", "shown"), [("hl-5350dn", "ENERGIESPAREN TROMMEL ERSETZ."), ("incomplete", None)])
def test_the_display(name: str, shown: str | None) -> None:
    dump = read(devices() / "printers-json" / f"{name}.json")
    assert dict(decode.words(BROTHER, rows(dump))).get("scalars..text") == shown


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("dcp-7070dw", {"drum": [0.88], "toner": [0.72]}),
        (
            "dcp-9020cdw",
            {"drum": [0.68] * 4, "fuser": [0.91], "toner": [0.2, 0.59, 0.61, 0.91], "transfer-unit": [0.83]},
        ),
        (
            "dcp-l3550cdw",
            {"drum": [0.92] * 4, "fuser": [0.97], "toner": [0.02, 0.08, 0.1, 0.26], "transfer-unit": [0.97]},
        ),
        ("mfc-j680dw", {"ink": [0.35, 0.45, 0.47, 0.85]}),
        ("mfc-t910dw", {}),  # tanks are filled by eye
        ("hl-5350dn", {}),  # states of a byte each: no level
        ("hl-2270dw", {}),
        ("invalid", {}),
    ],
)
def test_maintenance_records(name: str, levels: dict[str, list[float]]) -> None:
    chunks = read(devices() / "printers-json" / f"{name}.json").get(MAINTENANCE) or []
    raw = bytes.fromhex("".join(literal_eval(chunks) if isinstance(chunks, str) else chunks))
    found: dict[str, list[float]] = {}
    for (_, labels), value in decode.samples(BROTHER, {"scalars": {"": {"maintenance": raw}}}):
        found.setdefault(dict(labels)["type"], []).append(round(value, 4))
    assert {kind: sorted(values) for kind, values in found.items()} == levels


def test_pages() -> None:
    dump = read(devices() / "printers-json" / "hl-5350dn.json")
    found = {metric: value for (metric, _), value in decode.samples(BROTHER, rows(dump))}
    assert found == {"mppmon_printer_pages_total": 69411.0}
