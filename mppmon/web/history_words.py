"""One line of a timeline as a sentence, for the page and the command line."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from alerts.channels.base import Reason
from alerts.model import NoticeKind
from alerts.phrases import when
from mppmon.i18n import Speech
from mppmon.mall.model import Delivery, State
from mppmon.web.history import Entry
from mppmon.web.status_page import delivery_words, function_words

Detail = Mapping[str, Any]


def sentence(entry: Entry, speak: Speech) -> str:
    """Return what happened, without its time."""
    detail: Detail = entry.detail
    maker = _MAKERS.get(entry.kind)
    if maker is not None:
        return maker(entry, speak)
    plain = _plain(speak, passed_to=bool(detail.get("text")))
    text = plain.get(entry.kind, entry.kind)
    return text.format(
        who=detail.get("name", ""),
        text=detail.get("text", ""),
        people=detail.get("text", ""),
        number=detail.get("number", ""),
        count=detail.get("count", ""),
    )


def _plain(speak: Speech, *, passed_to: bool) -> dict[str, str]:
    return {
        "opened": speak._("Incident opened"),
        "returned": speak._("It is back, time {count}"),
        "reopened": speak._("Opened again, time {count}"),
        "acknowledged": speak._("{who} took it on"),
        "passed": speak._("{who} passed it on to {people}") if passed_to else speak._("{who} passed it on"),
        "note": speak._("Note by {who}: {text}"),
        "merged": speak._("It goes on in incident #{number}"),
        "joined": speak._("Incident #{number} joined this one"),
        "mended": speak._("Mended"),
    }


def _closed(entry: Entry, speak: Speech) -> str:
    return speak._("Closed: it is not watched any more") if entry.detail.get("text") else speak._("Closed")


def _silenced(entry: Entry, speak: Speech) -> str:
    detail: Detail = entry.detail
    until = when(datetime.fromisoformat(detail["until"]), entry.at, speak)
    return speak._("Nobody is called until {time}: {reason}").format(time=until, reason=detail["reason"])


def _alert(entry: Entry, speak: Speech) -> str:
    detail: Detail = entry.detail
    what = detail["what"]["en" if speak.language == "en" else "id"]
    over = entry.kind == "alert-resolved"
    text = speak._("Alert over: {device}: {what}") if over else speak._("Alert: {device}: {what}")
    return text.format(device=detail["device_name"], what=what)


def _state(entry: Entry, speak: Speech) -> str:
    detail: Detail = entry.detail
    words = _reach_words(speak) if detail["of"] == "reach" else function_words(speak)
    return f"{detail['device_name']}: {words[State(detail['new'])]}"


def _service(entry: Entry, speak: Speech) -> str:
    detail: Detail = entry.detail
    word = delivery_words(speak)[Delivery(detail["new"])]
    return f"{detail['service_name']} · {detail['counter_name']}: {word}"


def _below(entry: Entry, speak: Speech) -> str:
    detail: Detail = entry.detail
    count = int(detail["count"])
    text = speak.plural("{count} device below it: {word}", "{count} devices below it: {word}", count)
    return text.format(count=count, word=_reach_words(speak)[State(detail["new"])])


def _notification(entry: Entry, speak: Speech) -> str:
    detail: Detail = entry.detail
    what = _notice_words(speak)[NoticeKind(detail["about"])]
    if detail.get("name"):
        to = speak._("{what} to {who} by {channel}")
        what = to.format(what=what, who=detail["name"], channel=detail["channel"])
    return f"{what}: {_outcome(entry, speak)}"


def _outcome(entry: Entry, speak: Speech) -> str:
    detail: Detail = entry.detail
    attempts = int(detail["attempts"])
    at = datetime.fromisoformat(detail["finished_at"]) if detail["finished_at"] else entry.at
    why = reason_words(speak).get(detail.get("reason") or "", "")
    if detail["status"] == "sent":
        said = speak._("sent {time}").format(time=when(at, entry.at, speak))
    elif detail["status"] == "dead":
        said = speak._("not sent")
    else:
        said = speak._("waiting to be sent")
    parts = [said, why if detail["status"] != "sent" else ""]
    if attempts > 1:
        parts.append(speak.plural("{count} attempt", "{count} attempts", attempts).format(count=attempts))
    return ", ".join(part for part in parts if part)


def _reach_words(speak: Speech) -> dict[State, str]:
    return {
        State.UP: speak._("answers"),
        State.DOWN: speak._("does not answer"),
        State.UNKNOWN: speak._("not known yet"),
    }


def _notice_words(speak: Speech) -> dict[NoticeKind, str]:
    return {
        NoticeKind.PAGE: speak._("Call"),
        NoticeKind.ACKNOWLEDGED: speak._("Word of who is on it"),
        NoticeKind.RESOLVED: speak._("Word of its end"),
        NoticeKind.WITHDRAWN: speak._("Word that it is not watched any more"),
        NoticeKind.MERGED: speak._("Word of where it goes on"),
        NoticeKind.DETAILS: speak._("Details"),
        NoticeKind.NOTICE: speak._("Notice"),
    }


def reason_words(speak: Speech) -> dict[str, str]:
    """Return what people read of why a message was not sent, by `Reason`."""
    return {
        Reason.TIMEOUT: speak._("no answer in time"),
        Reason.UNREACHABLE: speak._("no connection"),
        Reason.TLS: speak._("no safe connection"),
        Reason.CREDENTIALS: speak._("our sign-in is refused"),
        Reason.RATE_LIMITED: speak._("too many messages at once"),
        Reason.TEMPORARY: speak._("to be tried again later"),
        Reason.REFUSED: speak._("refused"),
        Reason.ADDRESS: speak._("the address is wrong"),
        Reason.INVALID: speak._("an answer that cannot be understood"),
        Reason.CHANNEL: speak._("this way of sending was taken out of the settings"),
        Reason.ELSEWHERE: speak._("sent another way"),
        Reason.SUMMARISED: speak._("said in one message with others"),
        Reason.OVER: speak._("it was over before"),
        Reason.INTERNAL: speak._("a fault of the monitor"),
    }


_MAKERS: Mapping[str, Callable[[Entry, Speech], str]] = {
    "closed": _closed,
    "silenced": _silenced,
    "alert-firing": _alert,
    "alert-resolved": _alert,
    "state": _state,
    "service": _service,
    "below": _below,
    "notification": _notification,
}
