"""The Telegram Bot API: one call, and what its failures mean. The token stays in here."""

import logging
import re
from typing import Any

import requests

from alerts.channels import http
from alerts.channels.base import Failed, Reason, said
from alerts.channels.pool import Line
from alerts.settings import TelegramSettings

_TOKEN_IN_URL = re.compile(r"/bot[^/\s\"']+")
_OK, _BAD, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 200, 400, 401, 403, 404
_TOO_LARGE, _TOO_MANY, _SERVER = 413, 429, 500
_TOO_LONG = ("message is too long", "text is too long", "entity too large")
_CURES = {  # what a person has to do; until then every message fails alike
    _UNAUTHORIZED: "the token is revoked: copy the present one from @BotFather (/mybots) into the token file",
    _NOT_FOUND: "no such bot: is the token file's line the whole token, and `api` the address of a Bot API?",
    _FORBIDDEN: "the bot may not write there: that person opens the bot and presses Start; a group adds it again",
    _BAD: "is the chat's number in people.yaml right, and has somebody written to the bot there?",
}
_REASONS = ((requests.exceptions.SSLError, Reason.TLS), (requests.Timeout, Reason.TIMEOUT))  # else: no connection


class _Redact(logging.Filter):
    """Takes the token out of the lines urllib3 logs about its connections (at debug level it logs whole paths)."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _TOKEN_IN_URL.sub("/bot***", record.getMessage()), None
        return True


_REDACT = _Redact()


class BotApi:
    """Blocking calls; to be made in a Pool. The token file is read for every call: a new one needs no restart."""

    def __init__(self, settings: TelegramSettings) -> None:
        self._api = settings.api.rstrip("/")
        self._token_file = settings.token_file
        logging.getLogger("urllib3.connectionpool").addFilter(_REDACT)  # adding it twice adds it once

    def call(
        self, method: str, payload: dict[str, Any], *, line: Line, timeout: float
    ) -> dict[str, Any] | list[Any] | Failed:
        """Return the `result` of a method, or why there is none. Raises nothing that could show the token."""
        token = self._token()
        if isinstance(token, Failed):
            return token
        try:
            answer = http.post(f"{self._api}/bot{token}/{method}", payload, line=line, timeout=timeout)
        except (requests.RequestException, OSError, ValueError) as error:
            reason = next((reason for kind, reason in _REASONS if isinstance(error, kind)), Reason.UNREACHABLE)
            return Failed(retry=True, reason=reason, detail=type(error).__name__)
        if answer.status != _OK or answer.body.get("ok") is not True:
            return _failure(answer, token)
        result = answer.body.get("result")
        return result if isinstance(result, dict | list) else {}

    def _token(self) -> str | Failed:
        try:
            token = self._token_file.read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            detail = f"token file {self._token_file.name}: {type(error).__name__}"
            return Failed(retry=True, reason=Reason.CREDENTIALS, detail=detail)
        if not token:
            return Failed(retry=True, reason=Reason.CREDENTIALS, detail=f"token file {self._token_file.name}: empty")
        return token


def _failure(answer: http.Answer, token: str) -> Failed:
    status = answer.status
    detail = f"{status} {said(str(answer.body.get('description', '')), token)}".strip()
    if too_long(status, detail):
        return Failed(retry=False, reason=Reason.TOO_LONG, detail=detail)
    cure = _moved(answer.body) or _CURES.get(status, "")
    if status == _TOO_MANY:
        return Failed(retry=True, reason=Reason.RATE_LIMITED, retry_after=_retry_after(answer.body), detail=detail)
    if status in {_UNAUTHORIZED, _NOT_FOUND}:  # what the API says to a wrong token
        return Failed(retry=True, reason=Reason.CREDENTIALS, detail=detail, cure=cure)
    if status in {_BAD, _FORBIDDEN}:  # no such chat, or the bot was blocked there
        return Failed(retry=False, reason=Reason.REFUSED, detail=detail, cure=cure)
    if status >= _SERVER:
        return Failed(retry=True, reason=Reason.TEMPORARY, detail=detail)
    return Failed(retry=True, reason=Reason.INVALID, detail=detail)


def too_long(status: int, detail: str) -> bool:
    """Whether a message was refused for its length alone."""
    words = detail.lower()
    return status == _TOO_LARGE or (status == _BAD and any(one in words for one in _TOO_LONG))


def _moved(body: dict[str, Any]) -> str:
    """Return what to do about a group that became a supergroup, and so has another number."""
    parameters = body.get("parameters")
    number = parameters.get("migrate_to_chat_id") if isinstance(parameters, dict) else None
    known = isinstance(number, int) and not isinstance(number, bool)
    return f"the group has another number now: write {number} into people.yaml" if known else ""


def _retry_after(body: dict[str, Any]) -> float | None:
    parameters = body.get("parameters")
    wanted = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if isinstance(wanted, int | float) and not isinstance(wanted, bool) and 0 <= wanted <= 86_400:  # noqa: PLR2004  # one day
        return float(wanted)
    return None
