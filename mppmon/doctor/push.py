"""Whether the door is open for PCs that push, and ours."""

import contextlib
import hashlib
import ipaddress
import socket
import ssl
from collections.abc import Sequence

from collectors.pc.push.pin import pin_of
from collectors.settings import PushDoorSettings
from mppmon.doctor.bound import in_thread
from mppmon.doctor.case import Case
from mppmon.doctor.finding import Finding, bad, fine, warn
from mppmon.state import push_certificate

_NAME = "push"
_PATIENCE = 2.0
_LOOK = b"GET / HTTP/1.1\r\nHost: mppmon\r\nConnection: close\r\n\r\n"
_FEW = 1024


async def check_push(case: Case) -> Sequence[Finding]:
    """Knock, and look at the certificate; nothing is said where there is no door."""
    door = case.loaded.settings.push if case.loaded is not None else None
    if door is None:
        return []
    return await in_thread(lambda: [_look(door, case)])


def _look(door: PushDoorSettings, case: Case) -> Finding:
    try:
        expected = pin_of((door.certificate_file or push_certificate(case.state)).read_text("ascii"))
    except (OSError, ValueError):
        expected = None  # not this user's to read, or not made yet
    where = f"{door.listen_host} port {door.listen_port}"
    return judge_push(where, _knock(door), expected, alive=case.daemon.alive, port=door.listen_port)


def _knock(door: PushDoorSettings) -> str | None:
    """Return the pin of the certificate shown there, an empty word where something else answers, None for nobody."""
    host = ipaddress.ip_address(door.listen_host)
    near = {4: "127.0.0.1", 6: "::1"}[host.version] if host.is_unspecified else door.listen_host
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # whose it is says its pin
    context.verify_mode = ssl.CERT_NONE  # likewise
    try:
        with socket.create_connection((near, door.listen_port), timeout=_PATIENCE) as plain:
            try:
                with context.wrap_socket(plain) as secured:
                    shown = hashlib.sha256(secured.getpeercert(binary_form=True) or b"").hexdigest()
                    with contextlib.suppress(OSError):  # without a word it would be counted as broken
                        secured.sendall(_LOOK)
                        secured.recv(_FEW)
                    return shown
            except OSError:  # ssl.SSLError and a time-out too
                return ""
    except OSError:
        return None


def judge_push(where: str, shown: str | None, expected: str | None, *, alive: bool, port: int) -> Finding:
    """Return whether PCs can push. `shown`: see `_knock`; `expected`: the pin of our certificate, None: not known."""
    cure = f"see who it is (sudo ss -ltnp 'sport = :{port}'), end it or choose another listen_port"
    if shown is None:
        if alive:
            said = f"nobody listens on {where}, though the daemon runs: it does not know of it yet, or could not"
            return warn(_NAME, said, "mppmon reload; then journalctl -u mppmon -g 'push door'")
        return fine(_NAME, f"{where} is free")
    if not alive or not shown or expected not in {None, shown}:
        return bad(_NAME, f"another program listens on {where}", cure)
    return fine(_NAME, f"PCs may push to {where}; its pin is {shown}")
