"""An agency asks for everything of another one by every route there is: the application's own table is walked, so that
a route made tomorrow is asked, too.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from mppmon.mall.model import Mall
from mppmon.mall.principal import Principal, Role
from tests.servers.test_web_doors import incident
from tests.servers.web_mall import WebMall, web_mall

pytestmark = pytest.mark.server

STRANGER = Principal(Role.AGENCY, "lain", agencies=frozenset({"lain"}))
ENDLESS = "/events"
"""Says versions only, and never ends: it is read by its first word."""
PLACES = {"number": "1", "agency": "dukcapil", "device": "a1-cards", "silence": "s"}
ASKED: Mapping[str, str] = {
    "month": "2026-11",
    "into": "1",
    "text": "apa saja",
    "seconds": "60",
    "reason": "apa saja",
    "agency": "dukcapil",
}
"""What the mandatory parts of a query are filled with, so that no route is spared by asking it wrongly."""


def routes(api: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield method, path and query of all that the application answers."""
    for path, methods in api["paths"].items():
        for method, described in methods.items():
            names = [one["name"] for one in described.get("parameters", ()) if one["in"] == "query"]
            yield method.upper(), path.format_map(PLACES), {name: ASKED[name] for name in names if name in ASKED}


def belongings(mall: Mall) -> set[str]:
    """Return every name that says something of somebody."""
    every = (mall.agencies, mall.services, mall.counters, mall.devices)
    return {one.name for kind in every for one in kind.values()} | {"Citra", "kartu macet", "card jam"}


def asked(mall: WebMall) -> Iterator[tuple[str, int, str]]:
    """Yield `METHOD path`, status and text of every route's answer."""
    with mall.socket() as socket:
        for method, path, query in routes(socket.get("/api/v1/openapi.json").json()):
            with socket.stream(method, path, params=query) as answer:
                body = next(answer.iter_text()) if path == ENDLESS else answer.read().decode()
                yield f"{method} {path}", answer.status_code, body


def kept(mall: WebMall) -> list[str]:
    """Return the rows of the database, but what says that something was refused."""
    mall.engine.call(lambda *_: None).result(10)
    refusals = ('INSERT INTO "command"', 'INSERT INTO "audit"')
    return [one for one in mall.dump() if not one.startswith(refusals)]


def test_no_route_tells_an_agency_of_another_one_or_obeys_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with web_mall(tmp_path, metrics=lambda: (b"mppmon_device_up{device='Loket A1'} 1\n",)) as mall:
        assert incident(mall) == 1
        foreign = belongings(mall.house.loaded.mall)
        staff = {route: text for route, status, text in asked(mall) if status == 200}
        told = {route for route, text in staff.items() if any(word in text for word in foreign)}
        assert {"GET /", "GET /live", "GET /metrics", "GET /api/v1/status", "GET /incidents/1"} <= told, "staff see it"
        before = kept(mall)
        monkeypatch.setattr("mppmon.web.house.principal_of", lambda *_: STRANGER)
        answers = list(asked(mall))
        leaks = [(route, word) for route, _, text in answers for word in sorted(foreign) if word in text]
        obeyed = [
            route for route, status, _ in answers if not route.startswith("GET") and status not in {403, 404, 422}
        ]
        asked_wrongly = [route for route, status, _ in answers if status == 422]
        assert (leaks, obeyed, asked_wrongly) == ([], [], [])
        assert kept(mall) == before
