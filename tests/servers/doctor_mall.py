"""A mall in which all is well, its peers real: an agent, snmpd, a mail server, a bot. One fault can then be made."""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from mppmon.clock import Clock
from mppmon.demo.workplace import free_port
from mppmon.doctor.checks import CHECKS
from mppmon.doctor.examine import examine
from mppmon.doctor.finding import Finding, State
from mppmon.doctor.visit import Visit, open_case
from tests.servers.online_fakes import hangs, serving
from tests.servers.pc_programs import agent
from tests.servers.smtp_servers import PASSWORD, Mailbox, certificate, mail_server
from tests.servers.snmp_servers import snmpd
from tests.servers.telegram_fake import TOKEN, TelegramFake

USERS = ('createUser mall SHA-256 "signed-by-me" AES "hidden-by-me"', "rouser mall priv")
"""Of snmpd, for SNMPv3."""
TOKEN_OF_AGENT = "t0ken-of-the-agent"  # noqa: S105  # the test's own


@dataclass(frozen=True)
class Peers:
    """What runs for a whole module of tests."""

    agent: int
    snmp: int


@contextmanager
def peers(folder: Path) -> Iterator[Peers]:
    """Start the agent and snmpd."""
    token = folder / "agent-token"
    token.write_text(f"{TOKEN_OF_AGENT}\n", encoding="utf-8")
    (folder / "usb").mkdir()
    with (
        agent(folder, f'usb_root = "{folder}/usb"\n', "--token-file", str(token)) as running,
        snmpd(folder, *USERS) as snmp,
    ):
        yield Peers(running.port, snmp)


@dataclass
class Mall:
    """The directory of a mall; `ports` and `secrets` may be changed, then `write` again."""

    folder: Path
    peers: Peers
    bot: TelegramFake
    mail: int = 0
    gateway: int = 0
    anchor: int = 0
    web: int = field(default_factory=free_port)
    mailbox: Mailbox = field(default_factory=Mailbox)
    secrets: dict[str, str] = field(
        default_factory=lambda: {
            "mail": PASSWORD,
            "bot": TOKEN,
            "agent": TOKEN_OF_AGENT,
            "community": "inside",
        }
    )
    more: dict[str, dict[str, Any]] = field(default_factory=dict)
    traps: dict[str, object] | None = None
    clock: Clock = field(default_factory=Clock)

    @property
    def config(self) -> Path:
        """The configuration directory."""
        return self.folder / "mall"

    @property
    def state(self) -> Path:
        """The state directory, not made yet."""
        return self.folder / "state"

    def write(self) -> None:
        """Write the configuration and its secrets."""
        self.config.mkdir(exist_ok=True)
        for name, secret in self.secrets.items():
            path = self.config / f"{name}-secret"
            path.write_text(f"{secret}\n", encoding="utf-8")
            path.chmod(0o600)
        for name, part in self._parts().items():
            text = yaml.safe_dump({"version": 1, **part}, allow_unicode=True, sort_keys=False)
            (self.config / name).write_text(text, encoding="utf-8")

    def _parts(self) -> Mapping[str, dict[str, Any]]:
        at = {"address": "127.0.0.1"}
        snmp = {"port": self.peers.snmp, "community_file": "community-secret"}
        devices: dict[str, dict[str, Any]] = {
            "line": {"kind": "passive", "name": "Internet"},
            "gw": {"kind": "router", "name": "Router", **at, "liveness": {"way": "tcp", "port": self.gateway}},
            "far": {"kind": "server", "name": "Jauh", **at, "liveness": {"way": "tcp", "port": self.anchor}},
            "printer": {"kind": "printer", "name": "Printer", **at, "parents": ["gw"], "snmp": snmp},
            "pc": {
                "kind": "pc",
                "name": "PC A1",
                **at,
                "parents": ["gw"],
                "agent": {"port": self.peers.agent, "token_file": "agent-secret"},
            },
            **self.more,
        }
        devices["far"]["outside"] = True
        mail = {
            "type": "email",
            "needs_internet": False,
            "host": "127.0.0.1",
            "port": self.mail,
            "security": "starttls",
            "username": "mppmon",
            "password_file": "mail-secret",
            "sender": "mppmon@mall.test",
        }
        service = {"name": "KTP-el", "needs": ["pc"]}
        counter = {"name": "Loket A1", "agency": "dukcapil", "place": "Lt. 1", "roles": {"pc": "pc"}}
        addresses = {"surat": "rina@mall.test", "bot": "4711"}
        roster = {"name": "Piket", "start": "2026-01-05", "members": ["rina"]}
        uplink = {"device": "line", "gateway": "gw", "anchors": ["far"]}
        return {
            "site.yaml": {
                "site": {"id": "mpp", "name": "MPP Uji", "uplink": uplink},
                "hours": {"open": {"mon-sun": "00:00-24:00"}},
                "holidays": {"country": None},
            },
            "agencies.yaml": {
                "agencies": {"dukcapil": {"name": "Dinas Dukcapil", "short": "Dukcapil", "services": {"ktp": service}}}
            },
            "counters.yaml": {"counters": {"a1": {**counter, "services": {"ktp": {"citizens_per_hour": 12}}}}},
            "devices.yaml": {"devices": devices},
            "people.yaml": {
                "people": {"rina": {"name": "Rina", "addresses": addresses}},
                "rosters": {"piket": roster},
                "policies": {"utama": {"steps": [{"notify": ["roster:piket"]}], "fallback": ["rina"]}},
            },
            "channels.yaml": {
                "channels": {
                    "surat": mail,
                    "bot": {"type": "telegram", "token_file": "bot-secret", "api": self.bot.url},
                }
            },
            "daemon.yaml": {"listen_port": self.web, **({"traps": self.traps} if self.traps else {})},
        }

    async def examine(self, *, send: str | None = None, offline: bool = False) -> list[Finding]:
        """Return all findings, as `mppmon doctor` would."""
        case = await open_case(Visit(self.config, self.state, send), self.clock)
        groups = await examine(case, CHECKS, offline=offline)
        return [finding for group in groups for finding in group.findings]

    def moved(self, hours: float) -> None:
        """Set this machine's clock wrong."""
        self.clock = Clock(offset=timedelta(hours=hours))


@asynccontextmanager
async def healthy(folder: Path, running: Peers, bot: TelegramFake) -> AsyncIterator[Mall]:
    """Write a mall in which nothing is broken; its daemon is not started."""
    mall = Mall(folder, running, bot)
    bot.always["getMe"] = 200, {"ok": True, "result": {"username": "mpp_uji_bot"}}
    server, _ = certificate(folder)
    trusted = {"SSL_CERT_FILE": str(folder / "server.pem")}  # as if a real authority had signed it
    async with serving(hangs) as door, mail_server(mall.mailbox, starttls=server, login=True) as mail:
        mall.mail, mall.gateway, mall.anchor = mail, door, door
        mall.write()
        with patch.dict(os.environ, trusted):
            yield mall


def red(findings: list[Finding]) -> dict[str, Finding]:
    """Return the red lines by name."""
    return {one.name: one for one in findings if one.state is State.BAD}
