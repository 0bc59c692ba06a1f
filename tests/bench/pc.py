"""Counter PCs: what the agent costs there beside node_exporter, and what 500 of them cost the daemon.

The agent is the real one, with a USB tree, required processes and peripherals, asked over TLS with its token; both are
asked every 15 s in the same two minutes. The 500 PCs have a peripheral each, so that check-config gives them 15 s, and
show as many lines as our agent does; all answer from one program beside. Then the same as pushes: `pc_push`.
"""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import requests

from mppmon.clock import Clock
from mppmon.setup.enrolment import agent_toml, enrol
from tests.bench.daemon_thousand import child_port, cpu_seconds, daemon, figure, free_port, lateness, p99, pause, write
from tests.bench.pc_push import figures
from tests.servers.pc_programs import Running, agent, node_exporter

PCS = 500
EVERY = 15.0  # seconds
SCRAPES = 8
MEASURED = 60.0  # seconds of the daemon
_USB = (("1-1", "1c7a", "0570"), ("1-2", "0f49", "0a00"), ("1-3", "05e0", "1200"))
_LINES = [
    *(f'mppmon_pc_cpu_seconds_total{{mode="{mode}"}} 1234.5' for mode in ("user", "system", "idle", "other")),
    *(f"mppmon_pc_{name} 1" for name in ("default_route", "spooler_running", "reboot_pending", "antivirus_running")),
    *(f"mppmon_pc_{name}_bytes 4e9" for name in ("memory_available", "memory_size")),
    *(f'mppmon_pc_disk_{what}{{disk="0"}} 0.5' for what in ("free_bytes", "size_bytes", "free_ratio")),
    *(f'mppmon_pc_network_errors_total{{direction="{way}"}} 0' for way in ("receive", "transmit")),
    *(f'mppmon_pc_updates_pending{{type="{kind}"}} 3' for kind in ("security", "other")),
    *(f"mppmon_pc_updates_{what}_age_seconds 9000" for what in ("checked", "installed")),
    "mppmon_pc_cpu_ratio 0.07",
    "mppmon_pc_boot_time_seconds 1.79e9",
    'mppmon_pc_info{os="Linux",release="Debian",machine_id="ab",agent="mppmon-agent 0.1.0"} 1',
    *(f'mppmon_pc_source_available{{source="{one}"}} 1' for one in ("usb", "printing", "disks", "route", "updates")),
]


def run() -> Iterator[dict[str, object]]:
    """Yield the figures."""
    yield from _agent()
    yield from _daemon()
    yield from figures(_LINES)


def _agent() -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = enrol("pc", now=Clock().now())
        secrets = {"token": made.token.encode(), "key.pem": made.key, "certificate.pem": made.certificate}
        for file, content in secrets.items():
            (folder / file).write_bytes(content)
        for port, vendor, product in _USB:
            (folder / "usb" / port).mkdir(parents=True)
            (folder / "usb" / port / "idVendor").write_text(vendor, encoding="utf-8")
            (folder / "usb" / port / "idProduct").write_text(product, encoding="utf-8")
        config = agent_toml((), port=0, folder=name) + f'usb_root = "{folder}/usb"\n[processes]\nours = "python"\n'
        config += "".join(f'[peripherals.p{n}]\nusb = "{v}:{p}"\n' for n, (_, v, p) in enumerate(_USB))
        with agent(folder, config) as ours, node_exporter(folder) as peer:
            token = {"Authorization": f"Bearer {made.token}"}
            _ask(ours, token)
            _ask(peer, {})
            began = ours.cpu_seconds(), peer.cpu_seconds()
            for _ in range(SCRAPES):
                pause(EVERY)
                _ask(ours, token)
                _ask(peer, {})
            seconds = SCRAPES * EVERY
            shares = [(one.cpu_seconds() - before) / seconds for one, before in zip((ours, peer), began, strict=True)]
            memory = [one.status("VmRSS") / 1024 for one in (ours, peer)]
    yield _beside("PC agent, RSS", "MiB", 35.0, *memory)
    yield _beside(f"PC agent, share of one core at {EVERY:g} s", "core", 0.002, *shares)


def _ask(running: Running, headers: dict[str, str]) -> None:
    scheme = "https" if headers else "http"
    url = f"{scheme}://127.0.0.1:{running.port}/metrics"
    answer = requests.get(url, headers=headers, timeout=10, verify=False)  # noqa: S501  # its pin is not the matter
    answer.raise_for_status()


def _beside(name: str, unit: str, budget: float, value: float, peer: float) -> dict[str, object]:
    beside = {"peer": "node_exporter", "peer_value": round(peer, 4), "ratio": round(value / peer, 3) if peer else None}
    return {**figure(name, value, unit, budget, {"scrapes": SCRAPES}), **beside}


def _daemon() -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory() as name, child_port("tests.bench.pc") as pages:
        port = free_port()
        devices: dict[str, object] = {}
        for n in range(PCS):
            its = {"port": pages, "path": f"/{n}"}
            pc = {"kind": "pc", "name": f"PC {n}", "agency": "satu", "address": "127.0.0.1", "agent": its}
            devices[f"pc-{n}"] = {**pc, "liveness": {"way": "tcp"}}
            devices[f"finger-{n}"] = {"kind": "peripheral", "name": f"Sidik jari {n}", "via": f"pc-{n}"}
        roles = {f"c{n}": {"pc": f"pc-{n}", "fingerprint": f"finger-{n}"} for n in range(PCS)}
        config = write(Path(name) / "mall", devices, roles, port, "fingerprint")
        with daemon(config, Path(name) / "state") as process:
            late, cpu = lateness(port), cpu_seconds(process)
            pause(MEASURED)
            share = (cpu_seconds(process) - cpu) / MEASURED
            latest = p99(late, lateness(port))
    spread = {"seconds": MEASURED, "lateness p99, s, at most": latest}
    yield figure(f"daemon, share of one core, {PCS} PCs at {EVERY:g} s", share, "core", 0.25, spread)


async def _page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one question; a connection without one asks whether we are alive."""
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        head = await reader.readuntil(b"\r\n\r\n")
        number = head.split(b" ", 2)[1].decode().removeprefix("/")
        lines = [*_LINES, f'mppmon_pc_peripheral_present{{peripheral="finger-{number}"}} 1', ""]
        body = "\n".join(lines).encode()
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n")
        writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
    writer.close()


async def main() -> None:
    """Serve the pages for ever."""
    server = await asyncio.start_server(_page, "127.0.0.1", 0, backlog=1000)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
