"""Mail by SMTP: one message to one person, plain text."""

import smtplib
import socket
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses, parseaddr

from alerts.channels.base import Failed, Reason, Result, Sent, said
from alerts.channels.pool import Line, Pool
from alerts.message import shorten
from alerts.model import Notification
from alerts.settings import EmailSettings

_WORKERS = 4
_LIMIT = 20_000
_PERMANENT = 500  # SMTP: 4xx later, 5xx never
_MAILBOX_FULL = 552  # permanent by its number, but it is emptied some day (RFC 5321 section 4.5.3.1.10)
_REASONS = (  # the first that fits: smtplib's errors are OSErrors too
    (ssl.SSLError, Reason.TLS),
    (smtplib.SMTPNotSupportedError, Reason.TLS),
    (TimeoutError, Reason.TIMEOUT),
    (OSError, Reason.UNREACHABLE),
)


class EmailChannel:
    """One SMTP server. The password file is read for every send, so that a new one needs no restart."""

    concurrency = _WORKERS
    limit = _LIMIT

    def __init__(self, id: str, settings: EmailSettings, *, context: ssl.SSLContext | None = None) -> None:  # noqa: A002  # as in config
        self.name = id
        self.needs_internet = settings.needs_internet
        self._settings = settings
        self._context = context  # None: the system's authorities, made when first needed
        self._pool = Pool(_WORKERS, f"email-{id}")

    async def send(self, notification: Notification) -> Result:
        """Hand the message to the server. Never raises for what the server or the network does."""
        try:
            message = compose(notification, sender=self._settings.sender, limit=self.limit)
        except (ValueError, IndexError) as error:
            return Failed(retry=False, reason=Reason.ADDRESS, detail=type(error).__name__)
        return await self._hand_over(message)

    async def rehearse(self) -> Result:
        """Do all of a send but the message: connect, encrypt, sign in. Sent: the server would listen to us now."""
        return await self._hand_over(None)

    async def _hand_over(self, message: EmailMessage | None) -> Result:
        seconds = self._settings.timeout
        try:
            return await self._pool.call(lambda line: self._deliver(message, line), deadline=seconds)
        except TimeoutError:
            return Failed(retry=True, reason=Reason.TIMEOUT, detail=f"no end within {seconds:g} s")

    async def close(self) -> None:
        """Give up what is under way."""
        self._pool.close()

    def _deliver(self, message: EmailMessage | None, line: Line) -> Result:
        settings, path, password = self._settings, self._settings.password_file, ""
        if path is not None:
            try:
                password = path.read_text("utf-8").strip()
            except (OSError, ValueError) as error:
                detail = f"password file {path.name}: {type(error).__name__}"
                return Failed(retry=True, reason=Reason.CREDENTIALS, detail=detail)
        try:
            with _Session(settings, self._tls() if settings.security != "none" else None, line) as session:
                if settings.username is not None:
                    session.login(settings.username, password)
                if message is not None:
                    session.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            return _failed(error, password)
        return Sent("" if message is None else str(message["Message-ID"]))

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = ssl.create_default_context()
        return self._context


class _Session(smtplib.SMTP):
    """An SMTP connection that is encrypted as the settings say before anything is said, and that a Line can cut."""

    def __init__(self, settings: EmailSettings, context: ssl.SSLContext | None, line: Line) -> None:
        self._line = line
        self._wrap = context if settings.security == "tls" else None
        name = domain(settings.sender)  # asking for our own name could hang in a resolver
        super().__init__(settings.host, settings.port, local_hostname=name, timeout=settings.timeout)
        try:
            if settings.security == "starttls":
                self.starttls(context=context)
        except BaseException:
            self.close()
            raise

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        try:
            self._line.adopt(plain)
            return self._wrap.wrap_socket(plain, server_hostname=host) if self._wrap else plain
        except BaseException:
            plain.close()
            raise

    def __exit__(self, *_: object) -> None:
        """Say goodbye without listening: the message was taken or refused before, nothing can change that now."""
        with suppress(OSError):
            self.putcmd("quit")
        self.close()


def domain(address: str) -> str:
    """Return the part of an address after the at sign; `localhost` when there is none."""
    return parseaddr(address)[1].rpartition("@")[2] or "localhost"


def compose(notification: Notification, *, sender: str, limit: int) -> EmailMessage:
    """Return the mail. Its Message-ID is the notification's key, so that a repeat can be told from a second message.

    ValueError for an address that is none. A line break in a subject becomes a space: no header can be smuggled in.
    """
    short = shorten(notification.message, limit)
    place = domain(sender)
    found = getaddresses([notification.address])
    if len(found) != 1 or "@" not in found[0][1] or not notification.address.isascii():
        raise ValueError("no e-mail address")  # a domain of other letters is written in its xn-- form
    message = EmailMessage()
    message["Message-ID"] = f"<{notification.key}@{place}>"
    message["References"] = f"<incident-{notification.incident}@{place}>"  # one thread per incident
    message["Date"] = format_datetime(notification.created_at)
    message["From"] = sender
    message["To"] = notification.address
    message["Subject"] = " ".join(short.subject.split())
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers, please
    message.set_content(f"{short.text}\n", charset="utf-8", cte="quoted-printable")
    return message


def _failed(error: Exception, password: str) -> Failed:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _refused(*next(iter(error.recipients.values())), password)
    if isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code >= _PERMANENT:
        # About us, not about whom it is for (sign in first, this sender may not): mended in our settings or there.
        return Failed(
            retry=True, reason=Reason.CREDENTIALS, detail=f"{error.smtp_code} {said(error.smtp_error, password)}"
        )
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
        return _refused(error.smtp_code, error.smtp_error, password)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Failed(retry=True, reason=Reason.CREDENTIALS, detail=f"{error.smtp_code}")
    if isinstance(error, smtplib.SMTPResponseException):
        # About the server, not about this message (greeting, HELO, STARTTLS): mended there, whatever its code says.
        detail = f"{error.smtp_code} {said(error.smtp_error, password)}"
        return Failed(retry=True, reason=Reason.TEMPORARY if error.smtp_code > 0 else Reason.INVALID, detail=detail)
    reason = next((reason for kind, reason in _REASONS if isinstance(error, kind)), Reason.INVALID)
    return Failed(retry=True, reason=reason, detail=type(error).__name__)


def _refused(code: int, text: bytes | str, password: str) -> Failed:
    detail = f"{code} {said(text, password)}"
    if code >= _PERMANENT and code != _MAILBOX_FULL:
        return Failed(retry=False, reason=Reason.REFUSED, detail=detail)
    return Failed(retry=True, reason=Reason.TEMPORARY, detail=detail)
