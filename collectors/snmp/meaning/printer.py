"""What a printer says of its supplies, its paper and itself. Pure."""

import re
from collections.abc import Mapping

from collectors.snmp.meaning.reader import Fields, Reader, first, flag, known, whole

_FULL = 0.1  # a level above this is not low
_EMPTY_WORDS = re.compile(
    r"(toner|ink|tinta|cartridge|ribbon)[^.]{0,20}\b(low|empty|out|end|habis|replace|ersetzen|leer)\b"
    r"|\b(replace|no|low|out of|ganti|isi)\b[^.]{0,20}(toner|ink|tinta|cartridge|ribbon)",
    re.IGNORECASE,
)
"""How consoles say that a supply runs out; only ever weighed against a level that says otherwise."""
_COLOURS = ("black", "cyan", "magenta", "yellow")


def printer(read: Reader) -> Fields:
    """Return supplies, errors, trays, pages, covers, alerts and console of a printer. Nothing for other devices."""
    telling = ("mppmon_printer_error", "mppmon_printer_pages_total", "mppmon_printer_supply_ratio")
    if not any(map(read.has, telling)) and not read.rows("supplies"):
        return {}
    status = read.present("mppmon_printer_status", "status")
    console = console_of(read)
    out: Fields = {
        "supplies": [_supply(read, index, console) for index in read.indexes("supply", "mppmon_printer_", "supplies")],
        "errors": read.present("mppmon_printer_error", "error") if read.has("mppmon_printer_error") else None,
        "status": status[0] if status else None,
        "trays": [_tray(read, index) for index in read.indexes("tray", "mppmon_printer_", "trays")],
        "pages": whole(read.value("mppmon_printer_pages_total")),
        "console": console,
    }
    covers = [_cover(read, index) for index in read.indexes("cover", "mppmon_printer_cover_open")]
    alerts = _alerts(read)
    return out | ({"covers": covers} if covers else {}) | ({"alerts": alerts} if alerts else {})


def console_of(read: Reader) -> list[str]:
    """Return the lines that the printer shows to who stands before it."""
    rows = {**read.rows("console"), **read.rows("scalars")}
    return list(dict.fromkeys(row["text"] for row in rows.values() if "text" in row))


def _supply(read: Reader, index: str, console: list[str]) -> Fields:
    """Confidence: `exact` a level was read; `some-left` it says only that (-3); `low` it says so itself, and no level;
    `console says otherwise` a good level while the printer or its console calls this supply low; else `unknown`.
    """
    row = read.rows("supplies").get(index, {})
    level = read.value("mppmon_printer_supply_ratio", supply=index)
    some_left = read.value("mppmon_printer_supply_some_left", supply=index) == 1
    low = read.value("mppmon_printer_supply_low", supply=index) == 1
    if level is not None:
        spoken = low or _on_console(row, console, alone=len(read.indexes("supply", "mppmon_printer_supply_ratio")) == 1)
        confidence = "console says otherwise" if level > _FULL and spoken else "exact"
    else:
        confidence = "low" if low else "some-left" if some_left else "unknown"
    fields: Fields = {
        "index": index,
        "type": row.get("type") or read.label("type", "supply", index) or "unknown",
        "description": row.get("description", ""),
        "level": level,
        "confidence": confidence,
    }
    return fields | known({"colour": row.get("colour")})


def _on_console(row: Mapping[str, str], console: list[str], *, alone: bool) -> bool:
    """Return whether the console says that this supply runs out: by its colour, or because there is no other."""
    words = f"{row.get('colour', '')} {row.get('description', '')}".lower()
    mine = [colour for colour in _COLOURS if colour in words]
    lines = [line.lower() for line in console if _EMPTY_WORDS.search(line)]
    return any(alone or any(colour in line for colour in mine) for line in lines)


def _tray(read: Reader, index: str) -> Fields:
    row = read.rows("trays").get(index, {})
    level = read.value("mppmon_printer_tray_ratio", tray=index)
    fields: Fields = {"index": index, "name": first(row.get("name"), row.get("description")), "level": level}
    if read.value("mppmon_printer_tray_some_left", tray=index) == 1:
        fields["some_left"] = True
    return fields


def _cover(read: Reader, index: str) -> Fields:
    row = read.rows("covers").get(index, {})
    opened = flag(read.value("mppmon_printer_cover_open", cover=index))
    return {"index": index, "name": row.get("description", ""), "open": opened}


def _alerts(read: Reader) -> list[Fields]:
    """List what the alert table names, and how the printer words it; the two cannot be told to belong together."""
    listed: list[Fields] = [dict[str, object](labels) for labels in read.labelled("mppmon_printer_alert")]
    worded: list[Fields] = [{"text": row["description"]} for row in read.rows("alerts").values() if row]
    return listed + worded
