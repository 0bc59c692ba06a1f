"""Who is this? The profile that reads a device, and the device's words about itself, from a few requests."""

from dataclasses import dataclass

from collectors.observation import clean_text
from collectors.snmp.asking import Asking
from collectors.snmp.library import Candidate, Profiles
from collectors.snmp.profile import Profile
from collectors.snmp.wire import ber, oid
from collectors.snmp.wire.ber import VarBind
from collectors.snmp.wire.codec import Pdu
from collectors.snmp.wire.errors import NoAnswer
from collectors.snmp.wire.request import Request
from collectors.snmp.wire.walk import Column

SYS_DESCR = oid.encode("1.3.6.1.2.1.1.1.0")
SYS_OBJECT_ID = oid.encode("1.3.6.1.2.1.1.2.0")
_FALLBACK = "system"
_DESCRIPTION = 512  # octets of sysDescr that signs look at
_FACT_ROWS = 4  # the first entries of a table of parts; the chassis is among them


@dataclass(frozen=True, slots=True)
class Identity:
    """A device's profile, and texts: kind, profile, vendor, model, serial, sysdescr (those that are known)."""

    profile: Profile
    texts: tuple[tuple[str, str], ...]


async def identify(session: Asking, profiles: Profiles, name: str | None) -> Identity:
    """Find the profile (`name`, else by sysObjectID, else by what the device has) and read the facts.

    Raises what the wire raises; ProfileError for a name that no profile has.
    """
    ask = Request(
        Pdu.GET,
        [SYS_DESCR, SYS_OBJECT_ID],
        version=session.credentials.version,
        community=session.credentials.community,
    )
    description, object_id = await session.get(ask)
    number = oid.decode(object_id[2]) if object_id[1] == ber.OBJECT_ID and isinstance(object_id[2], bytes) else ""
    profile = profiles.named(name) if name else await _recognise(session, profiles, number, _described(description))
    vendor = profiles.vendor(number) or profile.vendor or ""
    texts = {"kind": profile.kind, "profile": profile.name, "vendor": vendor}
    try:
        facts = await _facts(session, profile)
        texts |= facts | {"vendor": vendor or facts.get("vendor", "")}  # its own word only where nothing else tells
    except NoAnswer:  # some agents never answer where they have nothing; what it is stays known
        session.troubles.append("no answer about model and serial")
    texts["sysdescr"] = _words(description)
    return Identity(profile, tuple((key, text) for key, text in texts.items() if text))


async def _recognise(session: Asking, profiles: Profiles, number: str, description: str) -> Profile:
    """Return the likeliest profile; what words cannot tell, the device is asked whether it has, all at once."""
    asked: list[Candidate] = []
    certain = profiles.named(_FALLBACK)
    for candidate in profiles.candidates(number, description):
        if candidate.sign.has is None:
            certain = candidate.profile
            break
        asked.append(candidate)
    found = await session.columns([oid.encode(candidate.sign.has or "") for candidate in asked], rows=1)
    return next((one.profile for one, column in zip(asked, found, strict=True) if column.cells), certain)


def _described(description: VarBind) -> str:
    """Return sysDescr as signs read it: one line of at most 512 octets."""
    value = description[2]
    raw = value[:_DESCRIPTION] if description[1] == ber.OCTETS and isinstance(value, bytes) else b""
    return " ".join(raw.decode("latin-1").split())


async def _facts(session: Asking, profile: Profile) -> dict[str, str]:
    """Read the first words that any column of a fact has, in the profile's order."""
    columns = [(fact, oid.encode(column.oid)) for fact, wanted in profile.facts.items() for column in wanted]
    if not columns:
        return {}
    found = await session.columns([raw for _, raw in columns], rows=_FACT_ROWS)
    facts: dict[str, str] = {}
    for (fact, _), column in zip(columns, found, strict=True):
        text = _first_words(column)
        if text and fact not in facts:
            facts[fact] = text
    return facts


def _first_words(column: Column) -> str:
    for tag, value in column.cells.values():
        if tag == ber.OCTETS and isinstance(value, bytes):
            text = clean_text(value)
            if text:
                return text
    return ""


def _words(varbind: VarBind) -> str:
    value = varbind[2]
    return clean_text(value) if varbind[1] == ber.OCTETS and isinstance(value, bytes) else ""
