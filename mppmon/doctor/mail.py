"""Mail servers: all of a send but the message."""

import asyncio
from collections.abc import Sequence

from alerts.channels.base import Failed, Reason, Result
from alerts.channels.email import EmailChannel
from alerts.settings import EmailSettings
from mppmon.doctor.case import Case
from mppmon.doctor.finding import Finding, bad, fine, skipped

_PATIENCE = 6.0


async def check_mail(case: Case) -> Sequence[Finding]:
    """Connect, encrypt and sign in, on every mail channel at once; nothing is said where there is none."""
    if case.loaded is None:
        return []
    mails = {name: one for name, one in case.loaded.channels.items() if isinstance(one, EmailSettings)}
    return await asyncio.gather(*(_rehearse(name, settings) for name, settings in mails.items()))


async def _rehearse(name: str, settings: EmailSettings) -> Finding:
    hurried = settings.model_copy(update={"timeout": min(settings.timeout, _PATIENCE)})
    channel = EmailChannel(name, hurried)
    try:
        return judge_mail(name, settings, await channel.rehearse())
    finally:
        await channel.close()


def judge_mail(name: str, settings: EmailSettings, result: Result) -> Finding:
    """Return what the server's answer means. The password is in none of its texts."""
    line, where = f"mail ({name})", f"{settings.host}:{settings.port}"
    if not isinstance(result, Failed):
        signed = f", signed in as {settings.username}" if settings.username else ", no sign-in"
        return fine(line, f"{where} listens, {_SECURED[settings.security]}{signed}; no mail was sent")
    if result.reason is Reason.CREDENTIALS and result.detail.startswith("password file"):
        return skipped(line, f"not asked: {result.detail} (see secret files)")
    words = _SAID.get(result.reason, "it answered in an unknown way")
    if result.detail == "SMTPNotSupportedError":  # smtplib: STARTTLS or AUTH is not on the server's list
        words = "it offers no STARTTLS, or no sign-in without encryption"
    said = f"{where}: {words} ({result.detail})"
    return bad(line, said, _cure(name, settings, result))


_SECURED = {"none": "not encrypted", "starttls": "encrypted (STARTTLS)", "tls": "encrypted (TLS)"}
_SAID = {
    Reason.CREDENTIALS: "it refuses our user name or password",
    Reason.UNREACHABLE: "no connection",
    Reason.TIMEOUT: "connected or not, nothing came back",
    Reason.TLS: "no trustworthy encryption",
    Reason.TEMPORARY: "it wants to be asked later",
}


def _cure(name: str, settings: EmailSettings, failed: Failed) -> str:
    key = f"channels.{name}"
    if failed.reason is Reason.CREDENTIALS:
        return f"correct {key}.username, and the password in {settings.password_file}"
    if failed.reason is Reason.TLS:
        other = "tls (port 465) or starttls (port 587)"
        return f"{key}.security: {other}, as the server has it; its certificate must be for {settings.host}"
    if failed.reason in {Reason.UNREACHABLE, Reason.TIMEOUT}:
        ports = "587 or 465; 25 is often blocked"
        return f"correct {key}.host and port ({ports}); try: nc -vz {settings.host} {settings.port}"
    return "ask the operator of the mail server, with the words above"
