"""500 counter PCs that push every 15 s: what they cost the daemon, each push a TLS connection from its own address; and
what the agent that pushes costs its PC.
"""

import asyncio
import gzip
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import requests
import yaml
from prometheus_client.parser import text_string_to_metric_families

from collectors.pc.push.pin import pin_of
from mppmon.state import push_certificate
from tests.bench.daemon_thousand import cpu_seconds, daemon, figure, free_port, pause, write
from tests.servers.pc_programs import ROOT, pusher
from tests.servers.push_door import hashed

PCS = 500
EVERY = 15.0  # seconds
MEASURED = 60.0  # seconds
_REAL = "real"  # the PC on which our agent runs


def figures(lines: Sequence[str]) -> Iterator[dict[str, object]]:
    """Yield the figures; `lines`: what each PC shows, but for its peripheral."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config, web, door = _mall(folder / "mall")
        (folder / "lines").write_text("\n".join(lines), encoding="utf-8")
        argv = [sys.executable, "-m", "tests.bench.pc_push", str(door), str(folder / "lines")]
        with subprocess.Popen(argv, cwd=ROOT) as pcs:  # it waits until the door is open
            try:
                with daemon(config, folder / "state") as process:
                    pin = pin_of(push_certificate(folder / "state").read_text("ascii"))
                    push: dict[str, str | float] = {"url": f"https://127.0.0.1:{door}", "pin": pin, "every": EVERY}
                    push |= {"token": f"token-{_REAL}"}
                    with pusher(folder / "agent", push) as agent:
                        before, cpu, own = _counts(web), cpu_seconds(process), agent.cpu_seconds()
                        pause(MEASURED)
                        share = (cpu_seconds(process) - cpu) / MEASURED
                        after = _counts(web)
                        its, memory = (agent.cpu_seconds() - own) / MEASURED, agent.status("VmRSS") / 1024
            finally:
                pcs.terminate()
    taken = {name: after[name] - before.get(name, 0.0) for name in after}
    spread = {"seconds": MEASURED, "pushes": taken}
    yield figure(f"daemon, share of one core, {PCS} PCs that push at {EVERY:g} s", share, "core", 0.25, spread)
    yield figure("PC agent that pushes, RSS", memory, "MiB", 35.0, {})
    yield figure(f"PC agent that pushes, share of one core at {EVERY:g} s", its, "core", 0.002, {"seconds": MEASURED})


def _mall(folder: Path) -> tuple[Path, int, int]:
    web, door = free_port(), free_port()
    devices: dict[str, object] = {}
    for name in (*map(str, range(PCS)), _REAL):
        push = {"tokens": hashed(f"token-{name}"), "every": EVERY}
        devices[f"pc-{name}"] = {"kind": "pc", "name": f"PC {name}", "agency": "satu", "agent": {"push": push}}
        devices[f"finger-{name}"] = {"kind": "peripheral", "name": f"Sidik jari {name}", "via": f"pc-{name}"}
    roles = {f"c{n}": {"pc": f"pc-{n}", "fingerprint": f"finger-{n}"} for n in range(PCS)}
    config = write(folder, devices, roles, web, "fingerprint")
    daemon_file = {"version": 1, "listen_port": web, "push": {"listen_host": "127.0.0.1", "listen_port": door}}
    (folder / "daemon.yaml").write_text(yaml.safe_dump(daemon_file), encoding="utf-8")
    return config, web, door


def _counts(web: int) -> dict[str, float]:
    page = requests.get(f"http://127.0.0.1:{web}/metrics", timeout=30).text
    for family in text_string_to_metric_families(page):
        if family.name == "mppmon_daemon_pushes":
            return {one.labels["outcome"]: one.value for one in family.samples}
    return {}


async def _pc(number: int, door: int, lines: str, context: ssl.SSLContext) -> None:
    """Push for ever, in a turn of its own."""
    body = gzip.compress(f'{lines}\nmppmon_pc_peripheral_present{{peripheral="finger-{number}"}} 1\n'.encode())
    head = f"POST /push HTTP/1.1\r\nHost: m\r\nAuthorization: Bearer token-{number}\r\nContent-Encoding: gzip\r\n"
    raw = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    source = (f"127.1.{number // 250}.{number % 250 + 1}", 0)
    loop = asyncio.get_running_loop()
    due = loop.time() + EVERY * number / PCS
    while True:
        await asyncio.sleep(max(0.0, due - loop.time()))
        due = max(due + EVERY, loop.time())  # whoever is late is not late for ever
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", door, ssl=context, local_addr=source)
            writer.write(raw)
            await reader.read()
            writer.close()
        except OSError:
            continue  # the door is not open yet


async def main(door: int, lines: str) -> None:
    """Be all PCs."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    await asyncio.gather(*(_pc(number, door, lines, context) for number in range(PCS)))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]).read_text("utf-8")))
