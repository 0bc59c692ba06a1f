"""UPSes through `upsd`: one conversation per poll, within one deadline, in the poll loop."""

import asyncio
from pathlib import Path

from collectors.collector import Now, Target
from collectors.observation import Observation, Outcome, schema_of
from collectors.online.failure import Failed
from collectors.online.names import Names
from collectors.online.tcp import connect
from collectors.online.tls import Contexts, Trust
from collectors.power import decode
from collectors.power.talk import UNHEARD, Refused, talk
from collectors.power.wording import Variables
from collectors.settings import NutSettings

_RESOLVERS = 2  # look-ups cannot be stopped: they have a pool of their own
MAX_PASSWORD = 512  # bytes
_UNHEARD = schema_of(((decode.DRIVER_OK, ()),))


class NutCollector:
    """Way.NUT."""

    def __init__(self, *, now: Now) -> None:
        self._now = now
        self._names = Names(_RESOLVERS, "nut")
        self._contexts = Contexts()

    async def poll(self, target: Target) -> Observation:
        """Ask once, within `settings.timeout` seconds altogether. TypeError for another way's settings."""
        settings = target.settings
        if not isinstance(settings, NutSettings):
            raise TypeError(f"{target.check}: found {type(settings).__name__}, expected NutSettings")
        at, loop = self._now(), asyncio.get_running_loop()
        began = loop.time()

        def failed(outcome: Outcome, detail: str) -> Observation:
            return Observation(target.check, target.device, outcome, at, loop.time() - began, detail=detail)

        try:
            async with asyncio.timeout_at(began + settings.timeout):
                variables = await self._ask(target.address, settings, deadline=began + settings.timeout)
        except TimeoutError:
            return failed(Outcome.TIMEOUT, f"no whole answer within {settings.timeout:g} s")
        except Failed as error:
            return failed(error.outcome, error.detail)
        except Refused as error:
            if error.name not in UNHEARD:
                return failed(error.outcome, f"upsd refuses: {error.name}")
            detail = f"upsd does not hear the UPS ({error.name}): its cable, or its driver"
            seconds = loop.time() - began
            return Observation(target.check, target.device, error.outcome, at, seconds, _UNHEARD, (0.0,), detail=detail)
        found = decode.samples(variables, at)
        return Observation(
            target.check,
            target.device,
            Outcome.OK,
            at,
            loop.time() - began,
            schema_of(tuple(series for series, _ in found)),
            tuple(value for _, value in found),
            decode.texts(variables),
        )

    async def close(self) -> None:
        """Give the resolver's threads back."""
        self._names.close()

    async def _ask(self, host: str, settings: NutSettings, *, deadline: float) -> Variables:
        password = None if settings.password_file is None else _password(settings.password_file)
        context = self._contexts.of(Trust(settings.pin is None, settings.ca_file)) if settings.starttls else None
        sock = await connect(await self._names.resolve(host, settings.port, deadline=deadline), deadline=deadline)
        async with talk(sock) as upsd:
            if context is not None:
                await upsd.encrypt(context, host, settings.pin)
            if settings.user is not None:
                await upsd.sign_in(settings.user, password)
            ups = settings.ups or await upsd.only()
            try:
                return await upsd.variables(ups, decode.WANTED)
            except Refused as error:
                if error.name != "UNKNOWN-UPS":
                    raise
                has = await upsd.known()
                raise Failed(Outcome.UNEXPECTED, f"upsd knows no UPS {ups}; it has {has}") from error


def _password(file: Path) -> str:
    """Return the password, read anew each time so that it can be changed under a running daemon."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(MAX_PASSWORD + 1).strip(b"\r\n")
    except OSError as error:
        raise Failed(Outcome.LOCAL, f"password file {file}: {error.strerror}") from error
    if not raw or len(raw) > MAX_PASSWORD or not raw.isascii() or not raw.decode("ascii").isprintable():
        raise Failed(Outcome.LOCAL, f"password file {file}: expected one line of ASCII, at most {MAX_PASSWORD} bytes")
    return raw.decode("ascii")
