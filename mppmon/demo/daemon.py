"""The daemon of the demo: the real one, on a clock that was moved to a Monday morning.

Run as a child of `mppmon demo`: `python -m mppmon.demo.daemon CONFIG STATE OFFSET_SECONDS`. It ends with its parent,
when standard input closes.
"""

import asyncio
import json
import logging
import os
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path

from mppmon.clock import Clock
from mppmon.daemon import Options, leave, serve


def main(arguments: list[str]) -> None:
    """Serve until the parent goes away."""
    config, state, offset = arguments
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for noisy in ("apscheduler", "asyncio", "urllib3", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    options = Options(Path(config), Path(state), Clock(timedelta(seconds=float(offset))))
    asyncio.run(serve(options, ready=_say))
    leave()


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 4096):  # unbuffered: a lock held at exit would be fatal
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _say(port: int) -> None:
    print(json.dumps({"port": port}), flush=True)  # noqa: T201  # the parent reads this line


if __name__ == "__main__":
    main(sys.argv[1:])
