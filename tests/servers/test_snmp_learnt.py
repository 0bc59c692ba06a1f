"""A recorded switch that does not answer above five repetitions is read whole, and what it can do is remembered."""

import asyncio
import socket
from pathlib import Path

import pytest

from collectors.snmp.wire import codec, oid
from collectors.snmp.wire.manners import Manners
from collectors.snmp.wire.transport import Wire
from collectors.snmp.wire.walk import Caps, Column, Credentials, walk
from tests.servers.snmp_servers import snmpsim

pytestmark = pytest.mark.server

DEVICE = "vrp_ac6605-26"
BRIDGE = oid.encode("1.3.6.1.2.1.17")  # where it falls silent


async def _read(port: int, repetitions: int, manners: Manners) -> Column:
    wire = Wire()
    try:
        [column] = await walk(
            wire,
            wire.endpoint(socket.AF_INET, ("127.0.0.1", port)),
            Credentials(codec.V2C, DEVICE.encode()),
            [BRIDGE],
            timeout=1.0,
            deadline=asyncio.get_running_loop().time() + 30.0,
            caps=Caps(repetitions=repetitions),
            manners=manners,
        )
        return column
    finally:
        wire.close()


def test_it_is_read_whole_with_ten_repetitions_as_with_one(tmp_path: Path) -> None:
    manners = Manners()
    with snmpsim([DEVICE], tmp_path) as port:
        one = asyncio.run(_read(port, 1, Manners()))
        ten = asyncio.run(_read(port, 10, manners))
    assert one.cells == ten.cells
    assert len(ten.cells) > 20
    assert (ten.trouble, manners.guessed) == ("", 5)
