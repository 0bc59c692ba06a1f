"""`mppmon demo`: the whole product on the simulated mall, with a page, until Ctrl-C."""

import asyncio
import os
import signal
import socket
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click
import uvicorn

from mppmon.clock import Clock
from mppmon.demo.children import SIMULATOR_LOG, ChildFailed, DaemonChild, real_agent, simulator
from mppmon.demo.page.app import create_app
from mppmon.demo.page.monitor import Monitor
from mppmon.demo.page.stage import Stage, Watched
from mppmon.demo.page.tour import Tour
from mppmon.demo.simulator.launch import NotStarted
from mppmon.demo.typed import demo_command, program
from mppmon.demo.workplace import Workplace, prepare

_HOST = "127.0.0.1"
_BACKLOG = 64


class CannotShow(click.ClickException):
    """The demo cannot be shown; the text says why and what to do."""


def show(folder: Path, port: int, *, browser: bool) -> None:
    """Run the demo in `folder` (emptied first) and serve its page on 127.0.0.1:`port` until Ctrl-C or SIGTERM.

    `browser`: open the page in one, where a person with a screen began this. The page is there before the daemon is at
    work. Everything that was started ends with us. Raises CannotShow.
    """
    clock = Clock()
    began = clock.monotonic()
    with _listener(port) as listener:
        try:
            place = prepare(folder, web_port=None, now=clock.now())
            with simulator(place) as simulated, real_agent(place) as agent, _daemon(place, clock) as child:
                watched = {
                    "simulator": Watched(simulated.process.poll, place.root / SIMULATOR_LOG),
                    "agent": Watched(agent.poll, place.root / "agent.log"),
                }
                demo_clock = Clock(timedelta(seconds=place.offset_seconds))
                stage = Stage(place, demo_clock, simulated.control, Monitor(child), watched)
                click.echo(_how_to_play(place, port, clock.monotonic() - began))
                if browser and sys.stdout.isatty() and _has_screen():
                    webbrowser.open(f"http://{_HOST}:{port}/")  # the port listens: the page comes when we serve
                asyncio.run(_serve(stage, listener))
        except NotStarted as error:
            raise CannotShow(_why_no_mall(folder)) from error
        except (ChildFailed, OSError) as error:
            raise CannotShow(str(error)) from error
    click.echo("ended; everything that was started has stopped")


class _Server(uvicorn.Server):
    """Told to stop by us: uvicorn's own handlers raise the signal again when it is done, before we have cleaned up."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(stage: Stage, listener: socket.socket) -> None:
    tour = Tour.of(stage)
    config = uvicorn.Config(
        create_app(tour),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    server = _Server(config)

    tasks = [
        asyncio.create_task(stage.watch(lambda text: click.echo(text, err=True))),
        asyncio.create_task(_begin(stage)),
    ]

    def stop() -> None:
        for task in tasks:
            task.cancel()  # Ctrl-C reaches the children too: from now on their ends are no news
        tour.guide.stop()
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        await server.serve(sockets=[listener])
    finally:
        click.echo("stopping ...")
        stop()
        await asyncio.to_thread(stage.monitor.end)  # a start under way ends with it
        await asyncio.gather(*tasks, return_exceptions=True)
        tour.end()


async def _begin(stage: Stage) -> None:
    await stage.monitor.start()
    if stage.monitor.pid is None:
        click.echo(f"the daemon did not start, see {stage.monitor.log}", err=True)
    else:
        click.echo(f"the daemon is at work (pid {stage.monitor.pid})")


@contextmanager
def _daemon(place: Workplace, clock: Clock) -> Iterator[DaemonChild]:
    child = DaemonChild(place, clock)
    try:
        yield child
    finally:
        child.stop()


@contextmanager
def _listener(port: int) -> Iterator[socket.socket]:
    """Take the page's port first: if it is taken, nothing else has been touched."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_HOST, port))
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise CannotShow(f"port {port}: {reason}; give another one with --port") from error
        listener.listen(_BACKLOG)
        yield listener


def _has_screen() -> bool:
    """Return whether there is a screen to open a browser on: in a terminal a text browser would take it over."""
    return sys.platform == "darwin" or any(os.environ.get(one) for one in ("DISPLAY", "WAYLAND_DISPLAY"))


def _why_no_mall(folder: Path) -> str:
    """Return why the simulator did not start: its last words."""
    log = folder / SIMULATOR_LOG
    words = log.read_text("utf-8", errors="replace").strip().splitlines() if log.exists() else []
    said = words[-1] if words else "it said nothing"
    hint = "; the mall's addresses are in use: is another demo running?" if "Errno 98" in said else ""
    return f"the mall cannot be simulated: {said} (see {log}){hint}"


def _how_to_play(place: Workplace, port: int, seconds: float) -> str:
    typed = demo_command(place.root)
    return f"""
  {place.loaded.mall.site.name}, simulated on this machine (ready after {seconds:.1f} s)

    guided tour   http://{_HOST}:{port}/
    free play     http://{_HOST}:{port}/play
    status page   http://{_HOST}:{place.ports.web}/
    break         {typed} fault jam a3-card-printer
    mend          {typed} mend
    ask           {program()} status --state {place.state}
    logs          {place.root}

  Who does not answer within 12 seconds is passed over here, so that it can be seen; the example mall says 5 minutes.
  Ctrl-C ends everything.
"""
