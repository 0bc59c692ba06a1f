"""The control API: what lasts, begin and mend faults, the truth log, the mailbox and the chat.

GET /things                         every thing, and how it is
GET /faults                         what lasts, and what could be begun where
POST /faults/{name}?device=ID       begin (DELETE: mend)
POST /mend[?device=ID]              mend all, or all of one thing
GET /log?after=BYTE                 lines of the truth log, and the byte to go on from
GET /mailbox, GET /chat             what has arrived
POST /chat/press {message, data}    press a button; POST /chat/say {chat, text}: say something
"""

from collections.abc import Mapping
from dataclasses import asdict

from mppmon.clock import Clock
from mppmon.demo.simulator.chat import Chat, NoSuchButton
from mppmon.demo.simulator.faults import CATALOGUE, FaultMisplaced, UnknownFault, can_befall
from mppmon.demo.simulator.http import BadBody, Request, Response, answer_json, fields
from mppmon.demo.simulator.journal import Journal
from mppmon.demo.simulator.mailbox import Mailbox
from mppmon.demo.simulator.world import World


class Control:
    """Answers the control API. Every fault begun or mended goes into the journal."""

    def __init__(
        self, world: World, journal: Journal, clock: Clock, *, mailbox: Mailbox | None, chat: Chat | None
    ) -> None:
        self._world = world
        self._journal = journal
        self._clock = clock
        self._mailbox = mailbox
        self._chat = chat

    async def answer(self, request: Request) -> Response:
        """Answer one request; errors are JSON `{"error": ...}` that says what was expected."""
        try:
            return self._route(request)
        except (UnknownFault, NoSuchButton) as error:
            return _error(404, error)
        except FaultMisplaced as error:
            return _error(409, error)
        except BadBody as error:
            return _error(400, error)
        except (KeyError, ValueError) as error:
            return _error(400, f"found a wrong or missing field: {error}")

    def _route(self, request: Request) -> Response:  # noqa: PLR0911  # one return per route
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["things"]:
                return answer_json({"things": self._things()})
            case "GET", ["faults"]:
                return answer_json({"active": self._active(), "known": self._known()})
            case ("POST" | "DELETE") as method, ["faults", name]:
                return self._fault(name, request.query.get("device"), begin=method == "POST")
            case "POST", ["mend"]:
                return self._mend(request.query.get("device"))
            case "GET", ["log"]:
                lines, after = self._journal.read(int(request.query.get("after", "0")))
                return answer_json({"lines": lines, "next": after})
            case "GET", ["mailbox"] if self._mailbox is not None:
                return answer_json({"mails": [asdict(mail) for mail in self._mailbox.mails]})
            case method, ["chat", *rest] if self._chat is not None:
                return self._talk(self._chat, method, rest, request)
            case _:
                return _error(404, f"found {request.method} {request.path}, expected one of the control API")

    def _talk(self, chat: Chat, method: str, rest: list[str], request: Request) -> Response:
        if method == "GET" and not rest:
            return answer_json({"messages": [asdict(message) for message in chat.messages]})
        given = fields(request)
        match method, rest:
            case "POST", ["press"]:
                person = str(given["chat"]) if "chat" in given else None
                return answer_json({"update": chat.press(int(str(given["message"])), str(given["data"]), person)})
            case "POST", ["say"]:
                return answer_json({"update": chat.say(str(given["chat"]), str(given["text"]))})
            case _:
                return _error(404, f"found {method} {request.path}, expected press or say")

    def _fault(self, name: str, device: str | None, *, begin: bool) -> Response:
        deed = self._world.begin if begin else self._world.mend
        fault, changed = deed(name, device, at=self._clock.monotonic())
        if changed:
            self._journal.fault(*fault, begun=begin)
        return answer_json({"changed": changed, "active": self._active()})

    def _mend(self, device: str | None) -> Response:
        mended = [fault for fault in self._world.active if device is None or fault[1] == device]
        for name, befallen in mended:
            self._world.mend(name, befallen, at=self._clock.monotonic())
            self._journal.fault(name, befallen, begun=False)
        return answer_json({"changed": bool(mended), "active": self._active()})

    def _active(self) -> list[Mapping[str, object]]:
        now = self._clock.monotonic()
        return [
            {"fault": name, "device": device, "seconds": round(now - since, 3)}
            for (name, device), since in self._world.active.items()
        ]

    def _known(self) -> list[Mapping[str, object]]:
        things = self._world.things
        return [
            {
                "fault": kind.name,
                "says": kind.says,
                "devices": [thing.id for thing in things.by_id.values() if can_befall(things, kind, thing)],
            }
            for kind in CATALOGUE.values()
        ]

    def _things(self) -> list[Mapping[str, object]]:
        return [
            {
                "id": thing.id,
                "kind": thing.kind,
                "silent": self._world.condition(thing.id).silent,
                "shows": sorted(self._world.condition(thing.id).shows),
            }
            for thing in self._world.things.by_id.values()
        ]


def _error(status: int, error: Exception | str) -> Response:
    text = error if isinstance(error, str) else str(error.args[0] if error.args else error)
    return answer_json({"error": text}, status)
