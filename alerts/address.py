"""Addresses as people write them: hosts, e-mail, and telephone numbers of Indonesia and elsewhere. Pure."""

import ipaddress
import re
from email.message import EmailMessage
from email.policy import SMTP

_MAILBOX = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*\.?")
_LONGEST = 254  # characters of an address (RFC 5321 section 4.5.3.1.3, less its brackets)
_LONGEST_NAME = 64  # before the at sign (section 4.5.3.1.1)
_HOME = "62"
_NUMBER = re.compile(r"[1-9]\d{7,14}")  # E.164: at most 15 digits
_NATIONAL = re.compile(r"[1-9]\d{6,11}")  # what follows +62


def host(text: str) -> str:
    """Return an IP address (in its short form) or a host name; ValueError says what was expected."""
    text = text.strip()
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        if _HOST.fullmatch(text) and not re.fullmatch(r"[0-9.]+", text):
            return text
    raise ValueError("an IP address such as 192.168.1.20 or a host name, without http:// and without port")


def email_address(text: str) -> str:
    """Return an e-mail address without spaces around it; ValueError says what was expected."""
    text = text.strip()
    good = _MAILBOX.fullmatch(text) and len(text) <= _LONGEST and text.index("@") <= _LONGEST_NAME
    if not good or not _builds(text):
        raise ValueError("an e-mail address such as mppmon@mpp.example.go.id")
    return text


def sender(text: str) -> str:
    """Return an address, perhaps with a name: `MPP Harapan <mpp@example.go.id>`; ValueError says what was expected."""
    text = text.strip()
    if _builds(text):
        header = EmailMessage(policy=SMTP)
        header["From"] = text
        (found,) = header["From"].addresses
        email_address(found.addr_spec)
        return text
    raise ValueError("an e-mail address such as mppmon@mpp.example.go.id, or `MPP Harapan <mppmon@mpp.example.go.id>`")


def chat(address: str) -> str:
    """Return where a message goes: of `-1001234567890/123456789`, a person in a group, the group's chat."""
    return address.partition("/")[0]


def member(address: str) -> str:
    """Return whose answers these are: of a person in a group the number behind the slash, else the chat itself."""
    return address.partition("/")[2] or address


def phone(text: str) -> str:
    """Return a telephone number as E.164 (`+6281234567890`), from `0812-3456-7890`, `62 812...`, `+62 (812) ...`.

    Without a country it is Indonesian. ValueError says what was expected.
    """
    digits = re.sub(r"[\s().\-\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{NO-BREAK SPACE}]", "", text)
    digits = re.sub(r"^\+?62\+?(?:0)(?=[1-9])", "+62", digits)  # `+62 (0)812`, `62 0812`
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("0"):
        digits = f"+{_HOME}{digits[1:]}"
    elif digits.startswith(_HOME):
        digits = f"+{digits}"
    elif digits.startswith("8"):
        digits = f"+{_HOME}{digits}"  # a spreadsheet has eaten the zero
    number = digits.removeprefix("+")
    good = digits.startswith("+") and number.isascii() and _NUMBER.fullmatch(number)
    if not good or (number.startswith(_HOME) and not _NATIONAL.fullmatch(number[len(_HOME) :])):
        raise ValueError("a telephone number such as 081234567890 or +6281234567890")
    return digits


def _builds(text: str) -> bool:
    """Whether the mail library makes a header of it with one address: what it refuses here would refuse every mail."""
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = text
        message.as_bytes()
        header = message["From"]
        return len(header.addresses) == 1 and not header.defects
    except (ValueError, IndexError, AttributeError):  # what the library raises for odd texts
        return False
