"""What a file with a secret must hold, by what it is for: the one place that knows. What is in it is never said."""

import re
import ssl
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from collectors.online.collector import MAX_PASSWORD as PROXY_PASSWORD
from collectors.pc.collector import MAX_TOKEN
from collectors.power.collector import MAX_PASSWORD as NUT_PASSWORD
from collectors.snmp.v3.secrets import LONGEST, SHORTEST

_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_SAVE = "one line in plain text without it: in Notepad, Save as, Encoding UTF-8 (not: with BOM)"
_MAIL_PASSWORD = 1024
_MAX_URL = 2048
MAX_BYTES = 65_536
"""More than any of these may hold, also a chain of certificates."""
TELEGRAM = re.compile(r"\d{6,}:[A-Za-z0-9_-]{30,}")
"""A token as Telegram gives it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `least` to `most` octets, `ascii`: of ASCII alone. `kept`: spaces around it are part of the secret.

    `pattern`: what it looks like, `example`: said to people.
    """

    what: str
    least: int = 1
    most: int = 1024
    ascii: bool = True
    kept: bool = False
    pattern: re.Pattern[str] | None = None
    example: str = ""

    @property
    def expected(self) -> str:
        """What should be in the file, as an error says it."""
        octets = f"{self.least} to {self.most} octets" if self.least > 1 else f"at most {self.most} octets"
        return f"{self.what}: one line, {self.example or octets}"


class SecretKind(Enum):
    """What a file is for. A value that is no Line: what OpenSSL reads."""

    COMMUNITY = Line("a community", most=LONGEST, kept=True)
    PASSPHRASE = Line("an SNMPv3 passphrase (RFC 3414)", least=SHORTEST, most=LONGEST, kept=True)
    TELEGRAM = Line("the bot's token", pattern=TELEGRAM, example="such as 123456789:AA and 33 more letters or digits")
    TOKEN = Line("a token", most=MAX_TOKEN)
    MAIL_PASSWORD = Line("the mail server's password", most=_MAIL_PASSWORD)
    NUT_PASSWORD = Line("the password of NUT's user", most=NUT_PASSWORD)
    PROXY_PASSWORD = Line("the proxy's password", most=PROXY_PASSWORD, ascii=False)
    URL = Line(
        "the heartbeat's URL", most=_MAX_URL, pattern=re.compile(r"https?://[^\s/]+\S*"), example="begun with https://"
    )
    KEY = "a key in PEM"
    CERTIFICATE = "certificates in PEM"

    @property
    def public(self) -> bool:
        """Whether everybody may read it."""
        return self is SecretKind.CERTIFICATE


@dataclass(frozen=True, slots=True)
class Secret:
    """A file with a secret that the configuration names. `place`: file, line and column of its name.

    `path`: absolute. `certificate`: what a KEY has to fit; the same file where both are in one.
    """

    place: tuple[str, int, int]
    key: str
    path: Path
    kind: SecretKind
    certificate: Path | None = None


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with what is in a file: never a part of it."""

    found: str
    expected: str


def wrong(secret: Secret) -> Wrong | None:
    """Read an ordinary file and return what is wrong with its content. OSError when it cannot be read."""
    with secret.path.open("rb") as opened:
        raw = opened.read(MAX_BYTES + 1)
    if isinstance(secret.kind.value, Line):
        return wrong_line(secret.kind.value, raw)
    if secret.kind is SecretKind.CERTIFICATE:
        return _wrong_certificate(secret.path, raw)
    return _wrong_key(secret.certificate or secret.path, secret.path, raw)


def wrong_line(line: Line, raw: bytes) -> Wrong | None:
    """Return what is wrong with the bytes of a file that should hold this line."""
    if raw.startswith(_BOMS):
        return Wrong("an invisible mark of Windows before the text", _SAVE)
    found = _shape(line, raw)
    return Wrong(found, line.expected) if found else None


def _shape(line: Line, raw: bytes) -> str:
    lines = raw.splitlines()
    said = [one for one in lines if one.strip()]
    if not raw or not lines:
        return "an empty file"
    if not said:
        return "nothing but spaces and empty lines"
    if len(lines) > 1 and (len(said) > 1 or line.kept):
        return f"{len(lines)} lines"
    text = lines[0] if line.kept else said[0].strip()
    return _letters(line, text)


def _letters(line: Line, raw: bytes) -> str:
    if line.kept and raw != raw.strip():
        return "a space before or after it, which would be part of it"
    if not line.least <= len(raw) <= line.most:
        return f"fewer than {line.least} octets" if len(raw) < line.least else f"more than {line.most} octets"
    return "" if line.kept else _text(line, raw)


def _text(line: Line, raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return "what is no text in UTF-8"
    if line.ascii and not text.isascii():
        return "a letter that is not ASCII"
    if not text.isprintable():
        return "an invisible character"
    if line.pattern is not None and not line.pattern.fullmatch(text):
        return "a text of another form"
    return ""


def _wrong_certificate(file: Path, raw: bytes) -> Wrong | None:
    if not raw.strip():
        return Wrong("an empty file", "one certificate or more, in PEM")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=file)
    except ssl.SSLError:
        return Wrong("no certificate in PEM", "one certificate or more, in PEM")
    return None


def _wrong_key(certificate: Path, key: Path, raw: bytes) -> Wrong | None:
    if not raw.strip():
        return Wrong("an empty file", "a private key in PEM")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    asked = False

    def password() -> str:  # OpenSSL would ask at the terminal
        nonlocal asked
        asked = True
        return ""

    try:
        context.load_cert_chain(certificate, key, password=password)
    except ssl.SSLError as error:
        if asked:
            return Wrong("a key that is encrypted", "the key without a passphrase, in a file of mode 0600")
        if error.reason == "KEY_VALUES_MISMATCH":
            return Wrong(f"a key that does not fit its certificate {certificate.name}", "the key that was made with it")
        return Wrong(
            f"no certificate and key in PEM ({certificate.name}, {key.name})", "a certificate and its key, in PEM"
        )
    return None
