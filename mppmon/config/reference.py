"""What every key means: the tables of `reference.md`, the one place where it is written.

People read it there; error texts and the schemas for editors take it from there.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from pydantic import BaseModel

from alerts import settings as pager
from collectors import settings as asking
from mppmon.config import settings as mall
from mppmon.config import settings_hours as hours
from mppmon.config import settings_maintenance as maintenance
from mppmon.config.models import model_at

Tables = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Title -> key -> heading of a column -> cell."""

TABLES: dict[str, type[BaseModel]] = {
    **mall.FILES,
    "site": mall.SiteSettings,
    "site.uplink": mall.UplinkSettings,
    "hours": hours.HoursSettings,
    "hours.special": hours.SpecialSettings,
    "holidays": hours.HolidaySettings,
    "agency": mall.AgencySettings,
    "service": mall.ServiceSettings,
    "counter": mall.CounterSettings,
    "counter.services": mall.OfferSettings,
    "device": mall.DeviceSettings,
    "device.snmp": asking.SnmpSettings,
    "device.agent": asking.AgentSettings,
    "device.agent.push": asking.PushSettings,
    "device.http": asking.HttpSettings,
    "device.http.json_value": asking.JsonSettings,
    "device.dns": asking.DnsSettings,
    "device.nut": asking.NutSettings,
    "device.liveness": asking.LivenessSettings,
    "person": pager.PersonSettings,
    "roster": pager.RotationSettings,
    "policy": pager.PolicySettings,
    "policy.steps": pager.StepSettings,
    "channel: email": pager.EmailSettings,
    "channel: telegram": pager.TelegramSettings,
    "rule": pager.RuleSettings,
    "rule.condition": pager.ConditionSettings,
    "rule.condition.forecast": pager.ForecastSettings,
    "rule.summary": pager.WordsSettings,
    "window": maintenance.WindowSettings,
    "window.match": maintenance.MatchSettings,
    "daemon.heartbeat": mall.HeartbeatSettings,
    "daemon.push": asking.PushDoorSettings,
    "daemon.traps": asking.TrapSettings,
    "daemon.traps.users": asking.TrapUserSettings,
    "daemon.keep": mall.KeepSettings,
    "daemon.intervals": mall.IntervalSettings,
    "daemon.intervals.kinds": mall.KindIntervals,
}
"""The model that each table of `reference.md` describes. DefaultSettings has the words of `device`."""


@cache
def tables() -> Tables:
    """Return the tables of `reference.md`."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    text = files("mppmon.config").joinpath("reference.md").read_text("utf-8")
    for section in text.split("\n### ")[1:]:
        title, _, body = section.partition("\n")
        head, _, *rows = (_cells(line) for line in body.splitlines() if line.startswith("|"))
        found[title] = {row[0].strip("`"): dict(zip(head, row, strict=True)) for row in rows}
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def plain(cell: str) -> str:
    """Return a cell without the marks of Markdown."""
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", cell).replace("*", "")


@cache
def described() -> Mapping[str, Mapping[str, str]]:
    """Return class name -> key -> what it means, without marks."""
    names = {title: model.__name__ for title, model in TABLES.items()}
    found = {
        names[title]: {key: plain(row["meaning"]) for key, row in table.items()} for title, table in tables().items()
    }
    device = found[mall.DeviceSettings.__name__]
    return {**found, mall.DefaultSettings.__name__: device, mall.DefaultsPart.__name__: found["DevicesFile"]}


def is_seconds(model: type[BaseModel], loc: Sequence[str | int]) -> bool:
    """Whether the number at this location is a duration."""
    key = next((step for step in reversed(loc) if isinstance(step, str) and step != "float"), "")
    inside = loc[: list(loc).index(key)] if key else loc
    titles = {one.__name__: title for title, one in TABLES.items()}
    types = (tables()[titles[name]].get(key, {}).get("type", "") for name in model_at(model, inside) if name in titles)
    return any("seconds" in one for one in types)


def meaning(model: type[BaseModel], loc: Sequence[str | int], key: str) -> str:
    """Return what this key means at this location of a file, or nothing."""
    said = (described().get(name, {}).get(key, "") for name in model_at(model, loc))
    return next((one for one in said if one), "")
