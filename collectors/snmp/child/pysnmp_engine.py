"""pysnmp's engine behind datagrams of ours: it makes and reads messages, we own sockets, sources and deadlines.

pysnmp's own transports take replies from any source through one socket, and its timers count half seconds.
"""

import asyncio
from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

from pysnmp.carrier.asyncio.dgram.udp import SNMP_UDP_DOMAIN  # type: ignore[import-untyped]  # it ships no types
from pysnmp.carrier.base import AbstractTransportDispatcher  # type: ignore[import-untyped]  # it ships no types
from pysnmp.entity import config  # type: ignore[import-untyped]  # it ships no types
from pysnmp.entity.engine import SnmpEngine  # type: ignore[import-untyped]  # it ships no types
from pysnmp.proto.rfc1902 import OctetString  # type: ignore[import-untyped]  # it ships no types

TICK = 0.5  # seconds; pysnmp counts the ages of what it remembers in these
AUTH = {
    None: config.USM_AUTH_NONE,
    "md5": config.USM_AUTH_HMAC96_MD5,
    "sha": config.USM_AUTH_HMAC96_SHA,
    "sha224": config.USM_AUTH_HMAC128_SHA224,
    "sha256": config.USM_AUTH_HMAC192_SHA256,
    "sha384": config.USM_AUTH_HMAC256_SHA384,
    "sha512": config.USM_AUTH_HMAC384_SHA512,
}
PRIV = {
    None: config.USM_PRIV_NONE,
    "des": config.USM_PRIV_CBC56_DES,
    "aes": config.USM_PRIV_CFB128_AES,
    "aes192": config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "aes256": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "aes192c": config.USM_PRIV_CFB192_AES,
    "aes256c": config.USM_PRIV_CFB256_AES,
}


class Place(Protocol):
    """Where pysnmp sends to; it knows a peer by it (hashed)."""

    def send(self, data: bytes) -> None: ...


class Engine:
    """One SNMP engine without sockets."""

    def __init__(self) -> None:
        self.snmp = SnmpEngine()
        self._dispatcher = _Dispatcher()
        self.snmp.register_transport_dispatcher(self._dispatcher)
        self._users: dict[tuple[bytes, str], User] = {}

    def call_itself(self, engine_id: bytes, boots: int) -> None:
        """Take this engine ID and number of boots: those who send informs to us remember both.

        Not by the constructor: that keeps the boots in a file of a known name below /tmp.
        """
        own_id, own_boots = self.snmp.get_mib_builder().import_symbols(
            "__SNMP-FRAMEWORK-MIB", "snmpEngineID", "snmpEngineBoots"
        )
        own_id.syntax = own_id.syntax.clone(engine_id)
        own_boots.syntax = own_boots.syntax.clone(boots)
        self.snmp.snmpEngineID = own_id.syntax

    def received(self, place: Place, data: bytes) -> None:
        """Read a datagram; whoever waits for it is called meanwhile. May raise anything: it is a stranger's."""
        self.snmp.message_dispatcher.receive_message(self.snmp, SNMP_UDP_DOMAIN, place, data)

    def know(self, user: "User", engine_id: bytes) -> None:
        """Make sure that this is the user of its name at an engine. ValueError for a passphrase that cannot be one."""
        key = (engine_id, user.name)
        if self._users.get(key) == user:
            return
        auth, priv = AUTH[user.auth], PRIV[user.priv]
        config.add_v3_user(
            self.snmp,
            user.name,
            auth,
            _master_key(auth, user.auth_secret) if user.auth else None,
            priv,
            _master_privacy_key(auth, priv, user.priv_secret) if user.priv else None,
            securityEngineId=OctetString(engine_id),
            authKeyType=config.USM_KEY_TYPE_MASTER,
            privKeyType=config.USM_KEY_TYPE_MASTER,
        )
        self._users[key] = user

    def forget(self, name: str, engine_id: bytes) -> None:
        """Drop a user at an engine, if it is there."""
        if self._users.pop((engine_id, name), None) is not None:
            config.delete_v3_user(self.snmp, name, securityEngineId=OctetString(engine_id))

    def tick(self, now: float) -> None:
        """Let pysnmp forget what is old. `now`: by the loop's clock."""
        self._dispatcher.handle_timer_tick(now)


class User:
    """A user's name, protocols and passphrases. Compared whole, shown without what is secret."""

    __slots__ = ("_key", "auth", "auth_secret", "name", "priv", "priv_secret")

    def __init__(self, name: str, auth: str | None, auth_secret: bytes, priv: str | None, priv_secret: bytes) -> None:
        self.name, self.auth, self.auth_secret = name, auth, auth_secret
        self.priv, self.priv_secret = priv, priv_secret
        self._key = (name, auth, auth_secret, priv, priv_secret)

    @property
    def level(self) -> int:
        """Return the security level as pysnmp counts: 1 noAuthNoPriv, 2 authNoPriv, 3 authPriv."""
        return 1 + bool(self.auth) + bool(self.priv)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, User) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        return f"User({self.name!r}, {self.auth}, {self.priv})"


def user_of(message: "dict[str, str | None]") -> User:
    """Return the user that the daemon describes: `user`, `auth`, `priv`, and the passphrases as hexadecimal digits."""
    return User(
        str(message["user"]),
        message["auth"],
        bytes.fromhex(message["auth_secret"] or ""),
        message["priv"],
        bytes.fromhex(message["priv_secret"] or ""),
    )


async def ticking(engines: Iterable[Engine]) -> None:
    """Tick until cancelled."""
    loop = asyncio.get_running_loop()
    known = tuple(engines)
    while True:
        await asyncio.sleep(TICK)
        for engine in known:
            engine.tick(loop.time())


@lru_cache(maxsize=1024)
def _master_key(protocol: tuple[int, ...], passphrase: bytes) -> OctetString:
    """RFC 3414 A.2: a megabyte is hashed, once per passphrase."""
    return config.AUTH_SERVICES[protocol].hash_passphrase(OctetString(passphrase))


@lru_cache(maxsize=1024)
def _master_privacy_key(auth: tuple[int, ...], priv: tuple[int, ...], passphrase: bytes) -> OctetString:
    return config.PRIV_SERVICES[priv].hash_passphrase(auth, OctetString(passphrase))


class _Dispatcher(AbstractTransportDispatcher):  # type: ignore[misc]  # likewise
    """Hands datagrams to the place they are meant for."""

    def send_message(self, outgoingMessage: bytes, transportDomain: tuple[int, ...], transportAddress: Place) -> None:  # noqa: ARG002, N803  # pysnmp's names
        transportAddress.send(outgoingMessage)
