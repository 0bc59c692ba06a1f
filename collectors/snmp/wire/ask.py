"""GET that copes with agents: tooBig splits the request, v1 noSuchName drops that OID and asks again."""

from collectors.snmp.wire import ber, codec
from collectors.snmp.wire.ber import VarBind
from collectors.snmp.wire.codec import Pdu, Request
from collectors.snmp.wire.errors import NO_SUCH_NAME, TOO_BIG, ErrorStatus, Invalid
from collectors.snmp.wire.transport import Endpoint, Wire


async def get(wire: Wire, endpoint: Endpoint, request: Request, *, timeout: float, deadline: float) -> list[VarBind]:  # noqa: ASYNC109  # the pause before a repeat
    """Return one varbind per OID of `request`, in its order; what a v1 agent lacks comes as noSuchInstance.

    Raises what `Wire.ask` raises; Invalid when the reply names other OIDs; ErrorStatus for an error that stays.
    """
    header, varbinds = await wire.ask(endpoint, request, timeout=timeout, deadline=deadline)
    oids = request.oids
    status = header.error_status
    if status == 0:
        if len(varbinds) != len(oids) or any(
            varbind[0] is not name and varbind[0] != name for varbind, name in zip(varbinds, oids, strict=True)
        ):
            raise Invalid("the reply names other OIDs than were asked")
        return varbinds
    if status == TOO_BIG and len(oids) > 1:
        middle = len(oids) // 2
        halves = [_part(request, oids[:middle]), _part(request, oids[middle:])]
        return [
            varbind
            for half in halves
            for varbind in await get(wire, endpoint, half, timeout=timeout, deadline=deadline)
        ]
    position = header.error_index - 1
    if status == NO_SUCH_NAME and request.version == codec.V1 and 0 <= position < len(oids):
        missing: VarBind = (oids[position], ber.NO_SUCH_INSTANCE, None)
        others = oids[:position] + oids[position + 1 :]
        if not others:
            return [missing]
        found = await get(wire, endpoint, _part(request, others), timeout=timeout, deadline=deadline)
        return [*found[:position], missing, *found[position:]]
    raise ErrorStatus(status, header.error_index)


def _part(request: Request, oids: tuple[bytes, ...]) -> Request:
    return codec.request(Pdu(request.pdu), oids, version=request.version, community=request.community)
