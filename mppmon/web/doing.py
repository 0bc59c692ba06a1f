"""Commands over HTTP: by the control socket only, answered after the commit or with the word that it is pending."""

from fastapi import HTTPException, Request, Response
from fastapi.responses import JSONResponse

from mppmon.engine.commands import Command
from mppmon.store import StoreError
from mppmon.web.house import peer_of
from mppmon.web.pending import NotYetDurable, Pending, TooManyPending

_STATUS = {
    "ok": 200,
    "already": 409,
    "nobody": 409,
    "unknown-incident": 404,
    "unknown-silence": 404,
    "refused": 403,
    "invalid": 422,
    "id-reused": 422,
}


async def do(request: Request, command: Command) -> Response:
    """Carry out a command and answer."""
    by_socket(request)
    pending: Pending = request.app.state.pending
    try:
        answer = await pending.answer(command)
    except StoreError as error:
        raise HTTPException(503, f"nothing was changed, try again: {error}") from error
    except ValueError as error:
        raise HTTPException(409, str(error)) from error
    except TooManyPending:
        raise HTTPException(503, "nothing was changed: the database does not take changes now") from None
    except NotYetDurable as late:
        text = "not yet durable, pending: the database has not taken it; ask again under the same Idempotency-Key"
        if late.ending:
            text = f"the daemon is stopping, and {text} when it runs again"
        headers = {"Idempotency-Key": command.id, "Retry-After": "10"}
        return JSONResponse({"ok": False, "code": "pending", "text": text}, status_code=504, headers=headers)
    said: dict[str, object] = {"ok": answer.ok, "code": answer.code, "text": answer.text}
    if answer.incident is not None:
        said["incident"] = answer.incident
    if answer.since:
        said["since"] = answer.since
    if answer.called:
        said["called"] = list(answer.called)
    return JSONResponse(said, status_code=_STATUS.get(answer.code, 400))


def by_socket(request: Request) -> None:
    """Refuse changes over TCP: until sign-in exists nobody there is known by name."""
    if peer_of(request).uid is None:
        raise HTTPException(403, "changes are made by the control socket or by Telegram until sign-in exists")
