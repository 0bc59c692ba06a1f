"""What one poll told, on one screen, for a person: `mppmon poll`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Fields = Mapping[str, Any]

_ROWS = 12  # of one list; a screen has 24 lines
_BAR = 10
_WRONG = ("errors", "discards")


def summary(answer: Fields) -> Iterator[str]:
    """Yield the lines: what is wrong first, then what runs out, then the rest. Samples where there is no meaning."""
    meaning: Fields = answer.get("meaning") or {}
    yield from _printer(meaning)
    yield from _ups(meaning.get("ups") or {})
    yield from _ports(meaning.get("ports") or ())
    yield from _listed("neighbours", [_neighbour(each) for each in meaning.get("neighbours") or ()])
    yield from _poe(meaning.get("poe") or {})
    yield from _listed("storage", [_storage(each) for each in meaning.get("storage") or ()])
    yield from _listed("sensors", [line for each in meaning.get("sensors") or () if (line := _sensor(each))])
    busy = [each["busy"] for each in meaning.get("processors") or () if each.get("busy") is not None]
    if busy:
        yield f"processors: {len(busy)}, {sum(busy) / len(busy):.0%} busy"
    if meaning.get("uptime_seconds") is not None:
        yield f"up for {span(meaning['uptime_seconds'])}"


def _printer(meaning: Fields) -> Iterator[str]:
    if "supplies" not in meaning:
        return
    errors = ", ".join(meaning["errors"]) or "none" if meaning.get("errors") is not None else "not told"
    yield f"errors: {errors}" + _after("status", meaning.get("status"))
    yield from _listed("supplies", [_supply(each) for each in meaning["supplies"]])
    yield from _listed("trays", [_tray(each) for each in meaning.get("trays") or ()])
    covers = [each["name"] or each["index"] for each in meaning.get("covers") or () if each.get("open")]
    if covers:
        yield f"open: {', '.join(covers)}"
    alerts = [
        each.get("text") or f"{each.get('code')} ({each.get('severity')})" for each in meaning.get("alerts") or ()
    ]
    yield from _listed("alerts", alerts)
    console = " / ".join(line for line in meaning.get("console") or () if line)
    if console:
        yield f"console: {console}"
    if meaning.get("pages") is not None:
        yield f"pages: {meaning['pages']:,}"


def _supply(each: Fields) -> str:
    name = each.get("description") or each.get("colour") or each["index"]
    confidence = each["confidence"]
    told = "" if confidence == "exact" else f"  ({confidence})"
    return f"{_bar(each.get('level'))}  {each['type']}: {name}{told}"


def _tray(each: Fields) -> str:
    return f"{_bar(each.get('level'))}  {each.get('name') or each['index']}" + (
        "  (some left)" if each.get("some_left") else ""
    )


def _bar(level: float | None) -> str:
    """Return a level as a bar and per cent, or what takes the same room."""
    if level is None:
        return " " * _BAR + "    -"
    full = round(level * _BAR)
    return "█" * full + "░" * (_BAR - full) + f"{level:5.0%}"


def _ups(ups: Fields) -> Iterator[str]:
    if not ups:
        return
    source = ups.get("source", "unknown")
    fed = "on battery" if ups.get("on_battery") else "on mains" if source == "normal" else f"source {source}"
    if ups.get("on_battery") and ups.get("on_battery_seconds"):
        fed += f" for {span(ups['on_battery_seconds'])}"
    battery = [f"battery {ups['battery']}"] if "battery" in ups else []
    battery += [f"charge {ups['charge']:.0%}"] if "charge" in ups else []
    battery += [f"lasts {span(ups['runtime_seconds'])}"] if "runtime_seconds" in ups else []
    battery += [f"{ups['battery_celsius']:g} °C"] if "battery_celsius" in ups else []
    battery += [f"replaced {span(ups['battery_age_seconds'])} ago"] if "battery_age_seconds" in ups else []
    yield ", ".join((fed, *battery))
    yield from _listed("lines", [_line(each) for each in ups.get("lines") or ()])
    if ups.get("alarms"):
        yield f"alarms: {ups['alarms']}"


def _line(each: Fields) -> str:
    ends = (("input_volts", "in"), ("output_volts", "out"))
    parts = [f"{word} {each[key]:g} V" for key, word in ends if key in each]
    parts += [f"load {each['load']:.0%}"] if "load" in each else []
    return f"{each['line']}: {', '.join(parts)}"


def _ports(ports: Sequence[Fields]) -> Iterator[str]:
    if not ports:
        return
    up = [each for each in ports if each.get("oper_up")]
    down = [each for each in ports if each.get("admin_up") and each.get("oper_up") is False]
    off = [each for each in ports if each.get("admin_up") is False]
    yield f"ports: {len(up)} up, {len(down)} down, {len(off)} switched off"
    yield from _listed("", [_port(each) for each in up])


def _port(each: Fields) -> str:
    parts = [_speed(each["speed_bits_per_second"])] if each.get("speed_bits_per_second") else []
    for key, word in (("receive_ratio", "in"), ("transmit_ratio", "out")):
        parts += [f"{word} {each[key]:.0%}"] if each.get(key) is not None else []
    wrong = {
        word: (each.get(f"receive_{word}") or 0) + (each.get(f"transmit_{word}") or 0)
        for word in ("errors", "discards")
    }
    parts += [f"{count:,} {word}" for word, count in wrong.items() if count]
    alias = f" ({each['alias']})" if each.get("alias") else ""
    return f"{each.get('name') or each['index']}{alias}: {', '.join(parts) or 'up'}"


def _speed(bits: int) -> str:
    return f"{bits / 1e9:g} Gbit/s" if bits >= 1e9 else f"{bits / 1e6:g} Mbit/s"  # noqa: PLR2004  # a gigabit


def _neighbour(each: Fields) -> str:
    there = " ".join(str(each[key]) for key in ("system", "port") if each.get(key)) or each.get("chassis", "unnamed")
    return f"{each.get('local_name') or each.get('local_port', '?')} -> {there}"


def _poe(poe: Fields) -> Iterator[str]:
    for group in poe.get("groups") or ():
        used, budget = group.get("used_watts"), group.get("budget_watts")
        of = f" of {budget:g} W" if budget is not None else ""
        ports = len(poe.get("delivering") or ())
        yield f"power over Ethernet: {'?' if used is None else used} W{of}, {ports} ports"


def _storage(each: Fields) -> str:
    whole = each.get("size_bytes")
    told = f" of {size(whole)}" if whole else ""
    return f"{_bar(each.get('used'))}{told}  {each.get('description') or each['index']}"


def size(octets: float) -> str:
    """Return a number of octets in the unit that fits."""
    return f"{octets / 1e9:.1f} GB" if octets >= 1e9 else f"{octets / 1e6:.0f} MB"  # noqa: PLR2004  # a gigabyte


def _sensor(each: Fields) -> str:
    name = each.get("name") or each["index"]
    if "value" in each:
        return f"{name}: {each['value']:g} {each['unit']}"
    return "" if each.get("ok", True) else f"{name}: not in order"


def _listed(title: str, lines: Sequence[str]) -> Iterator[str]:
    if not lines:
        return
    if title:
        yield f"{title}:"
    yield from (f"  {line}" for line in lines[:_ROWS])
    if len(lines) > _ROWS:
        yield f"  ... and {len(lines) - _ROWS} more (--json has all)"


def _after(word: str, value: object) -> str:
    return f"; {word} {value}" if value else ""


def span(seconds: float) -> str:
    """Return a length of time in its two largest units."""
    minutes = int(seconds) // 60
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min" if minutes else f"{int(seconds)} s"
