"""Polls devices by SNMP: liveness by sysUpTime, telemetry by the device's profile."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from collectors.collector import Kind, Now, Target
from collectors.observation import EMPTY, Observation, Outcome, Schema, schema_of
from collectors.settings import SnmpSettings
from collectors.snmp.asking import Asking
from collectors.snmp.child.process import Child
from collectors.snmp.device import Device
from collectors.snmp.library import Profiles, builtin
from collectors.snmp.located import ProfileError
from collectors.snmp.session import Session
from collectors.snmp.v3.secrets import read_community, read_secrets
from collectors.snmp.v3.wire import Peer, V3Wire
from collectors.snmp.wire import codec, oid
from collectors.snmp.wire.asker import Asker, Where
from collectors.snmp.wire.codec import Pdu
from collectors.snmp.wire.errors import (
    AUTHORIZATION_ERROR,
    NO_ACCESS,
    Denied,
    ErrorStatus,
    Invalid,
    Local,
    NoAnswer,
    Refused,
    Unreachable,
    WireError,
)
from collectors.snmp.wire.request import Request
from collectors.snmp.wire.resolve import Resolver
from collectors.snmp.wire.transport import Counts, Limits, Wire
from collectors.snmp.wire.walk import Credentials

_VERSIONS: Final = {"1": codec.V1, "2c": codec.V2C, "3": codec.V3}
_V3: Final = Credentials(codec.V3, b"")
_SYS_UP_TIME = oid.encode("1.3.6.1.2.1.1.3.0")
_FORGET = 3600.0  # seconds after its last poll that a device's state is kept: it may have left the inventory
_WHOLE = 30.0  # seconds that a telemetry poll may take, if the device answers each question
_BACK_OFF = 5  # silent polls in a row, more than it takes to call a device down
_TROUBLES = 5  # that are told of one poll
_OUTCOMES: dict[type[WireError], Outcome] = {
    NoAnswer: Outcome.TIMEOUT,
    Refused: Outcome.REFUSED,
    Unreachable: Outcome.UNREACHABLE,
    Denied: Outcome.DENIED,
    Invalid: Outcome.INVALID,
    Local: Outcome.LOCAL,
}


@dataclass(frozen=True, slots=True)
class _Answer:
    outcome: Outcome = Outcome.OK
    detail: str = ""
    schema: Schema = EMPTY
    values: tuple[float, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    heard_at: float | None = None  # loop time of the newest answer, of a poll that then went on in vain


class SnmpCollector:
    """Asks all devices through one wire, those of SNMPv3 through `child`, which whoever made it keeps running. `start`
    opens the wire in the running loop, `close` closes it.

    `monotonic` measures durations (default: the loop's clock). One question ends after `timeout * (retries + 1)`
    seconds, and so does liveness, whatever the device does; telemetry of a slow device is given half its interval.
    What has been silent for long is asked once per poll, without repeats.
    """

    def __init__(
        self,
        *,
        now: Now,
        monotonic: Callable[[], float] | None = None,
        profiles: Profiles | None = None,
        limits: Limits | None = None,
        child: Child | None = None,
    ) -> None:
        self._now = now
        self._monotonic = monotonic
        self._profiles = profiles or builtin()
        self._limits = limits
        self._wire: Wire | None = None
        self._child = child
        self._v3: V3Wire | None = None
        self._resolver = Resolver()
        self._devices: dict[str, Device] = {}
        self._forget_at = 0.0

    async def start(self) -> None:
        """Make the wire in the running loop; its sockets open at the first request of their family."""
        self._wire = Wire(self._limits)
        self._v3 = V3Wire(self._child) if self._child is not None else None

    async def close(self) -> None:
        """Close the wire; polls under way end as local."""
        if self._wire is not None:
            self._wire.close()
        self._resolver.close()

    @property
    def profiles(self) -> Profiles:
        """How devices are read at present."""
        return self._profiles

    def use(self, profiles: Profiles | None) -> None:
        """Read devices by these profiles from now on (None: ours); where they are others, all are learnt anew."""
        wanted = profiles or builtin()
        if wanted != self._profiles:
            self._profiles = wanted
            self._devices.clear()

    @property
    def counts(self) -> Counts:
        """What the wire saw so far."""
        return self._wire.counts if self._wire is not None else Counts()

    async def poll(self, target: Target) -> Observation:
        """Ask once; see Collector."""
        clock = self._monotonic or asyncio.get_running_loop().time
        at, begin, asked = self._now(), clock(), asyncio.get_running_loop().time()
        answer = await self._answer(target)
        return Observation(
            check=target.check,
            device=target.device,
            outcome=answer.outcome,
            at=at,
            seconds=clock() - begin,
            schema=answer.schema,
            values=answer.values,
            texts=answer.texts,
            detail=answer.detail,
            heard=answer.heard_at - asked if answer.heard_at is not None else None,
        )

    async def _answer(self, target: Target) -> _Answer:
        settings = target.settings
        if self._wire is None or not isinstance(settings, SnmpSettings):
            return _Answer(Outcome.LOCAL, "not started" if self._wire is None else "the target has no SNMP settings")
        patience = settings.timeout * (settings.retries + 1)
        whole = patience if target.kind is Kind.LIVENESS else max(patience, min(_WHOLE, target.interval / 2))
        now = asyncio.get_running_loop().time()
        device = self._device(target)
        try:
            await self._locate(self._wire, device, settings, target.address, now + patience)
            session = self._session(self._wire, device, settings, now + whole)
        except (Local, OSError, ValueError) as error:
            return _Answer(Outcome.LOCAL, _reason(error))
        if target.kind is Kind.LIVENESS:
            return await _liveness(session, device)
        return await self._telemetry(session, device, settings)

    def _device(self, target: Target) -> Device:
        """Return the device's state, anew when its target changed."""
        now = asyncio.get_running_loop().time()
        device = self._devices.get(target.check)
        if device is None or (device.target is not target and device.target != target):
            self._forget(now)
            device = self._devices[target.check] = Device(target)
        device.used = now
        return device

    def _forget(self, now: float) -> None:
        """Drop what was not asked for long; looked through now and then, for it may be very many."""
        if now < self._forget_at:
            return
        self._forget_at = now + _FORGET / 10
        for check in [check for check, other in self._devices.items() if now - other.used > _FORGET]:
            del self._devices[check]

    async def _locate(self, wire: Wire, device: Device, settings: SnmpSettings, address: str, deadline: float) -> None:
        """Find out where the device is and read its community or passphrases, both anew after a poll that failed."""
        if device.doubted:
            self._resolver.doubt(address, settings.port)
        family, where = await self._resolver.resolve(address, settings.port, deadline=deadline)
        if settings.version == "3":
            if device.peer is None or device.peer.address != where or device.doubted:
                device.meet(Peer(device.target.check, device.target.device, where, settings, read_secrets(settings)))
            return
        endpoint = device.endpoint
        if endpoint is None or endpoint.address != where:
            endpoint = wire.endpoint(family, where)
            endpoint.any_source = settings.any_source
        if endpoint is not device.endpoint or device.credentials is None or device.doubted:
            device.believe(endpoint, Credentials(_VERSIONS[settings.version], _community(settings)))

    def _session(self, wire: Wire, device: Device, settings: SnmpSettings, deadline: float) -> Asking:
        if settings.version == "3":
            if self._v3 is None or device.peer is None:
                raise Local("no SNMPv3 process")
            return _converse(self._v3, device.peer, _V3, device, settings, deadline)
        if device.endpoint is None or device.credentials is None:
            raise RuntimeError("a device that was not located")
        return _converse(wire, device.endpoint, device.credentials, device, settings, deadline)

    async def _telemetry(self, session: Asking, device: Device, settings: SnmpSettings) -> _Answer:
        try:
            await device.read(session, self._profiles, settings.profile)
        except ProfileError as error:
            return _Answer(Outcome.LOCAL, str(error))
        except WireError as error:
            outcome, detail = _outcome(error)
            device.failed(silent=outcome is Outcome.TIMEOUT and not session.answered)
            in_part = outcome is Outcome.TIMEOUT and session.answered
        else:
            device.answered()
            outcome, detail = Outcome.OK, _told(session.troubles)
            in_part = bool(session.lost)
        if in_part:
            outcome, detail = Outcome.UNEXPECTED, f"answered only in part: {detail}"
        found = device.samples(self._now())
        device.let_go()
        return _Answer(
            outcome,
            detail,
            schema_of(tuple(series for series, _ in found)),
            tuple(value for _, value in found),
            device.texts,
            session.answered_at if in_part else None,
        )


def _converse(
    asker: Asker[Where],
    endpoint: Where,
    credentials: Credentials,
    device: Device,
    settings: SnmpSettings,
    deadline: float,
) -> Session[Where]:
    patience = settings.timeout * (settings.retries + 1)
    return Session(
        wire=asker,
        endpoint=endpoint,
        credentials=credentials,
        timeout=settings.timeout if device.silent < _BACK_OFF else patience,
        patience=patience,
        deadline=deadline,
        repetitions=settings.max_repetitions,
        manners=device.manners,
        expected=device.silent == 0,
    )


async def _liveness(session: Asking, device: Device) -> _Answer:
    """GET sysUpTime.0. An agent without it answers noSuchObject, which is an answer."""
    credentials = session.credentials
    request = device.liveness = device.liveness or Request(
        Pdu.GET, [_SYS_UP_TIME], version=credentials.version, community=credentials.community
    )
    try:
        await session.get(request)
    except WireError as error:
        device.failed(silent=isinstance(error, NoAnswer))
        return _Answer(*_outcome(error))
    device.answered()
    return _Answer()


def _told(troubles: Sequence[str]) -> str:
    more = len(troubles) - _TROUBLES
    return "; ".join((*troubles[:_TROUBLES], *((f"and {more} more",) if more > 0 else ())))


def _outcome(error: WireError) -> tuple[Outcome, str]:
    if isinstance(error, ErrorStatus):
        denied = error.status in {NO_ACCESS, AUTHORIZATION_ERROR}
        return (Outcome.DENIED if denied else Outcome.UNEXPECTED), str(error)
    return next(outcome for kind, outcome in _OUTCOMES.items() if isinstance(error, kind)), str(error)


def _community(settings: SnmpSettings) -> bytes:
    """Return the community. OSError or ValueError, free of its text, when its file cannot be used."""
    if settings.community_file is None:
        return settings.community.get_secret_value().encode()
    return read_community(settings.community_file)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'cannot ask'}: {error.strerror or 'error'}"
    return str(error)
