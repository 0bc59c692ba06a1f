"""GET that copes with agents: tooBig splits the request, v1 noSuchName drops that OID and asks again."""

from operator import itemgetter

from collectors.snmp.wire import ber, codec
from collectors.snmp.wire.asker import Asker, Where
from collectors.snmp.wire.ber import VarBind
from collectors.snmp.wire.errors import NO_SUCH_NAME, TOO_BIG, ErrorStatus, Invalid
from collectors.snmp.wire.request import Request

_name = itemgetter(0)


async def get(
    wire: Asker[Where],
    endpoint: Where,
    request: Request,
    *,
    timeout: float,  # noqa: ASYNC109  # the pause before a repeat
    deadline: float,
) -> list[VarBind]:
    """Return one varbind per OID of `request`, in its order; what a v1 agent lacks comes as noSuchInstance.

    Raises what `Asker.ask` raises; Invalid when the reply names other OIDs; ErrorStatus for an error that stays.
    """
    status, index, varbinds = await wire.ask(endpoint, request, timeout=timeout, deadline=deadline)
    oids = request.oids
    if status == 0:
        if tuple(map(_name, varbinds)) != oids:
            raise Invalid("the reply names other OIDs than were asked")
        return varbinds
    if status == TOO_BIG and len(oids) > 1:
        middle = len(oids) // 2
        halves = [request.part(oids[:middle]), request.part(oids[middle:])]
        return [
            varbind
            for half in halves
            for varbind in await get(wire, endpoint, half, timeout=timeout, deadline=deadline)
        ]
    position = index - 1
    if status == NO_SUCH_NAME and request.version == codec.V1 and 0 <= position < len(oids):
        missing: VarBind = (oids[position], ber.NO_SUCH_INSTANCE, None)
        others = oids[:position] + oids[position + 1 :]
        if not others:
            return [missing]
        found = await get(wire, endpoint, request.part(others), timeout=timeout, deadline=deadline)
        return [*found[:position], missing, *found[position:]]
    raise ErrorStatus(status, index)
