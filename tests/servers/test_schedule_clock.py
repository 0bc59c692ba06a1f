"""The wall clock is set while the scheduler runs, for real: a process under faketime whose time a file decides."""

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

pytestmark = pytest.mark.server

LIBRARY = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
PROGRAM = """
import asyncio, json, logging, sys
from datetime import timedelta
from mppmon.clock import Clock
from mppmon.schedule import Scheduler

async def main():
    clock, ticks, jumps = Clock(), [], []
    scheduler = Scheduler(clock, on_missed=lambda _: None, on_jump=jumps.append)
    scheduler.every("tick", 0.1, lambda: ticks.append(clock.monotonic()))
    scheduler.start(asyncio.get_running_loop())
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    while not jumps:
        await asyncio.sleep(0.05)
    noticed = clock.monotonic()
    await asyncio.sleep(1.5)
    scheduler.shutdown()
    print(json.dumps({"jump": jumps[0], "after": len([one for one in ticks if one > noticed])}), flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("offset", [-3600, 3600, 5_000_000_000])
def test_ticks_go_on_when_the_clock_is_set(offset: int, tmp_path: Path) -> None:
    assert LIBRARY, "install faketime"
    stamp = tmp_path / "time"
    stamp.write_text("+0\n")
    environment = os.environ | {
        "LD_PRELOAD": str(LIBRARY[0]),
        "FAKETIME_TIMESTAMP_FILE": str(stamp),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, env=environment, text=True
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            Event().wait(0.5)
            stamp.write_text(f"{offset:+d}\n")
            told = json.loads(process.stdout.readline())
        finally:
            process.kill()
    assert told["jump"] == pytest.approx(offset, abs=2.0)
    assert told["after"] >= 10
