"""`python -m mppmon.demo.simulator`: the request on stdin, `Ready` as one JSON line on stdout, then serve.

Ends on SIGTERM, SIGINT, and when stdin closes: with the parent, the mall goes too. Exit 2: the request was bad.
"""

import asyncio
import json
import signal
import sys
from dataclasses import asdict

from pydantic import ValidationError

from mppmon.demo.simulator.recording import BadRecording
from mppmon.demo.simulator.request import MAX_REQUEST, SimulatorRequest
from mppmon.demo.simulator.simulator import simulator
from mppmon.demo.simulator.things import BadThings


async def serve(request: SimulatorRequest, stdin: asyncio.StreamReader, stop: asyncio.Event) -> None:
    """Serve until told to stop, or until stdin closes."""
    async with simulator(request) as ready:
        sys.stdout.write(json.dumps(asdict(ready), separators=(",", ":")) + "\n")
        sys.stdout.flush()
        orphaned = asyncio.create_task(_closed(stdin))
        told = asyncio.create_task(stop.wait())
        await asyncio.wait({orphaned, told}, return_when=asyncio.FIRST_COMPLETED)
        orphaned.cancel()
        told.cancel()
        await asyncio.gather(orphaned, told, return_exceptions=True)


async def _closed(stdin: asyncio.StreamReader) -> None:
    while await stdin.read(4096):
        pass


async def main() -> int:
    """Read the request and serve it; return the exit code."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    stdin = asyncio.StreamReader(limit=MAX_REQUEST)
    pipe, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdin), sys.stdin)
    try:
        request = SimulatorRequest.model_validate_json(await stdin.readline())
        await serve(request, stdin, stop)
    except (ValidationError, BadThings, BadRecording, ValueError, OSError) as error:
        sys.stderr.write(f"simulator: {error}\n")
        return 2
    finally:
        pipe.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
