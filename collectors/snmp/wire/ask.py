"""GET that copes with agents: tooBig splits the request, an OID that an agent stumbles over is left out of the next."""

import asyncio
from collections.abc import Sequence
from math import inf
from operator import itemgetter

from collectors.snmp.wire import ber, oid
from collectors.snmp.wire.asker import Asker, Where
from collectors.snmp.wire.ber import VarBind
from collectors.snmp.wire.errors import GEN_ERR, NO_SUCH_NAME, TOO_BIG, ErrorStatus, Invalid, Truncated
from collectors.snmp.wire.exchange import Reply
from collectors.snmp.wire.manners import Manners
from collectors.snmp.wire.request import Request

_name = itemgetter(0)


async def get(
    wire: Asker[Where],
    endpoint: Where,
    request: Request,
    *,
    timeout: float,  # noqa: ASYNC109  # the pause before a repeat
    deadline: float,
    patience: float = inf,
    manners: Manners | None = None,
    troubles: list[str] | None = None,
) -> list[VarBind]:
    """Return one varbind per OID of `request`, in its order; what a v1 agent lacks comes as noSuchInstance.

    `patience`: seconds that one request may wait, within `deadline`. So comes what it cannot tell among others (genErr,
    tooBig for one OID alone), which is then told in `troubles`. Raises what `Asker.ask` raises; Invalid when the reply
    names other OIDs; ErrorStatus for an error that names none, or stays for all of them.
    """
    manners = manners or Manners()
    time = asyncio.get_running_loop().time
    oids = request.oids
    if len(oids) <= manners.oids:
        until = min(deadline, time() + patience)
        reply = await _ask(wire, endpoint, request, timeout, until)
        if reply.error_status == 0:
            return _found(reply, oids)
        left = _Pieces(manners, oids).answered(oids, reply)
    else:
        left = _Pieces(manners, oids)
    while left.stack:
        piece = left.stack.pop()
        until = min(deadline, time() + patience)
        left.answered(piece, await _ask(wire, endpoint, request.part(piece), timeout, until))
    if left.errors and not any(tag < ber.NO_SUCH_OBJECT for _, tag, _ in left.found.values()):
        raise next(iter(left.errors.values()))
    if troubles is not None:
        troubles.extend(f"{oid.decode(name)}: {error}" for name, error in left.errors.items())
    return [left.found[name] for name in oids]


async def _ask(wire: Asker[Where], endpoint: Where, request: Request, timeout: float, deadline: float) -> Reply:  # noqa: ASYNC109  # the pause before a repeat
    """Ask; a reply that was cut off is one that was too big."""
    try:
        return await wire.ask(endpoint, request, timeout=timeout, deadline=deadline)
    except Truncated:
        return Reply(TOO_BIG, 0, [])


def _found(reply: Reply, oids: Sequence[bytes]) -> list[VarBind]:
    if tuple(map(_name, reply.varbinds)) != oids:
        raise Invalid("the reply names other OIDs than were asked")
    return reply.varbinds


class _Pieces:
    """A GET that has to be asked in pieces: at most twice as many as it has OIDs, and one for each that fails."""

    def __init__(self, manners: Manners, oids: tuple[bytes, ...]) -> None:
        self._manners = manners
        size = min(manners.oids, len(oids))
        self.stack = [oids[at : at + size] for at in range(0, len(oids), size)] if size < len(oids) else []
        self.found: dict[bytes, VarBind] = {}
        self.errors: dict[bytes, ErrorStatus] = {}

    def answered(self, oids: tuple[bytes, ...], reply: Reply) -> "_Pieces":
        """Take the reply to some of the OIDs, and note what to ask next. ErrorStatus if nothing helps."""
        status, index, *_ = reply
        if status == 0:
            self.found.update(zip(oids, _found(reply, oids), strict=True))
        elif status == TOO_BIG and len(oids) > 1:
            half = len(oids) // 2
            self._manners.oids = min(self._manners.oids, len(oids) - half)
            self.stack += (oids[:half], oids[half:])
        else:
            at = 0 if status == TOO_BIG else index - 1
            if status not in _OF_ONE_OID or not 0 <= at < len(oids):
                raise ErrorStatus(status, index)
            self.found[oids[at]] = (oids[at], ber.NO_SUCH_INSTANCE, None)
            if status != NO_SUCH_NAME:
                self.errors[oids[at]] = ErrorStatus(status, at + 1)
            if len(oids) > 1:
                self.stack.append(oids[:at] + oids[at + 1 :])
        return self


_OF_ONE_OID = frozenset({TOO_BIG, NO_SUCH_NAME, GEN_ERR})
"""Errors about the OID that the index names. noSuchName is what v1 says for a missing one, and some v2c agents too."""
