"""The questions of `mppmon init`, in their order: what comes next depends on what was answered. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mppmon.setup import parse
from mppmon.setup.parse import Parse
from mppmon.setup.words import Translate, folded

Given = Mapping[str, object]
"""Key of a question -> its answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `example`: of an answer; `default`: what Enter answers; `hidden`: not shown as it is typed."""

    key: str
    text: str
    parse: Parse
    example: str = ""
    default: str = ""
    hidden: bool = False


def questions(given: Given, _: Translate) -> Iterator[Question]:
    """Yield all questions up to the first that is not answered, and those after it that no answer can change."""
    yield Question("mall", _("What is the mall called?"), parse.name, _("Mal Pelayanan Publik Kota Harapan"))
    yield Question("zone", _("Which time zone is it in: WIB, WITA or WIT?"), parse.zone, default="WIB")
    week = _("mon-thu 08:00-15:30, fri 08:00-16:00")
    yield Question("hours", _("When is it open?"), parse.week, week, week)
    rest = _("mon-thu 12:00-13:00, fri 11:30-13:00")
    yield Question("breaks", _("When is the break? (- for none)"), parse.week_or_none, rest, rest)
    yield from _agencies(given, _)
    yield from _channel(given, _)
    yield from _people(given, _)
    yield from _line(given, _)


def pending(given: Given, _: Translate) -> Question | None:
    """Return the question that comes next, None when all are answered."""
    return next((one for one in questions(given, _) if one.key not in given), None)


def _agencies(given: Given, _: Translate) -> Iterator[Question]:
    number = 0
    while True:
        at = f"agency.{number}"
        yield Question(
            f"{at}.short",
            _("Agency {number}: its short name?").format(number=number + 1),
            _unused(given, at),
            _("Disdukcapil"),
        )
        short = str(given.get(f"{at}.short", ""))
        yield Question(
            f"{at}.name", _("{agency}: its full name?").format(agency=short), parse.name,
            _("Dinas Kependudukan dan Pencatatan Sipil"), short,
        )  # fmt: skip
        yield Question(
            f"{at}.services", _("{agency}: its services, with a comma between them?").format(agency=short), parse.names,
            _("KTP-el, Kartu Keluarga"),
        )  # fmt: skip
        yield Question(
            f"{at}.counters",
            _("{agency}: its counters?").format(agency=short),
            _new_counters(given, at),
            _("A1-A4, or A1, A2"),
        )
        yield Question(
            f"{at}.place", _("{agency}: where are they?").format(agency=short), parse.name, default=_("Floor 1")
        )
        asked = _("{agency}: citizens that one counter serves in an hour, about?")
        yield Question(
            f"{at}.citizens_per_hour", asked.format(agency=short),
            parse.number, default="6",
        )  # fmt: skip
        yield Question(f"{at}.more", _("Another agency?"), parse.yes, _("yes or no"), _("no"))
        if not given.get(f"{at}.more"):
            return
        number += 1


def _unused(given: Given, at: str) -> Parse:
    def check(text: str, _: Translate) -> str:
        found = parse.name(text, _)
        others = {
            folded(str(one)) for key, one in given.items() if key.endswith(".short") and not key.startswith(f"{at}.")
        }
        if folded(found) in others or not folded(found):
            raise ValueError(_("an agency that was not named before"))
        return found

    return check


def _new_counters(given: Given, at: str) -> Parse:
    def check(text: str, _: Translate) -> tuple[str, ...]:
        found = parse.counters(text, _)
        taken = {
            folded(one)
            for key, many in given.items()
            if key.endswith(".counters") and not key.startswith(f"{at}.") and isinstance(many, tuple)
            for one in many
        }
        again = [one for one in found if folded(one) in taken]
        if again:
            raise ValueError(_("counters that no other agency has; {names} is taken").format(names=", ".join(again)))
        return found

    return check


def channel_words(_: Translate) -> dict[str, str]:
    """Return type of channel -> the word for it, in the order in which they are offered."""
    return {"telegram": "Telegram", "email": _("e-mail"), "none": _("none yet")}


def _channel(given: Given, _: Translate) -> Iterator[Question]:
    kinds = channel_words(_)
    text = _("How shall people be called: {choices}?").format(
        choices=", ".join(f"{number} {word}" for number, word in enumerate(kinds.values(), start=1))
    )
    yield Question("channel", text, parse.one_of(tuple(kinds), kinds), default=kinds["telegram"])
    if given.get("channel") == "telegram":
        text = _(
            "The bot's token? In Telegram write /newbot to @BotFather; it answers with the token (typing is not shown)"
        )
        yield Question("token", text, parse.token, "123456789:AAF...", hidden=True)
    elif given.get("channel") == "email":
        yield Question("host", _("The mail server?"), parse.host, "mail.go.id")
        yield Question(
            "security",
            _("Encryption: starttls, tls or none?"),
            parse.one_of(("starttls", "tls", "none"), {"none": _("none")}),
            default="starttls",
        )
        usual = {"tls": "465", "none": "25"}.get(str(given.get("security")), "587")
        yield Question("port", _("Its port?"), parse.port, default=usual)
        yield Question("sender", _("From which address are the mails sent?"), parse.mail, "mppmon@mpp.go.id")
        sender = str(given.get("sender", ""))
        text = _("The user name for sending? (- for no sign-in)")
        yield Question("username", text, parse.optional, default=sender if given.get("security") != "none" else "-")
        if given.get("username"):
            yield Question("password", _("The password? (typing is not shown)"), parse.secret, hidden=True)
        text = _("Is the mail server inside the mall, so that it works without internet?")
        yield Question("local", text, parse.yes, _("yes or no"), _("no"))


def _people(given: Given, _: Translate) -> Iterator[Question]:
    number = 0
    while True:
        at = f"person.{number}"
        text = (
            _("Who is on duty?") if number == 0 else _("Who takes turns as number {number}?").format(number=number + 1)
        )
        yield Question(f"{at}.name", text, parse.name, "Budi Santoso")
        name = str(given.get(f"{at}.name", ""))
        if given.get("channel") == "telegram":
            yield Question(
                f"{at}.address", _("Which chat is {name}'s?").format(name=name), _new_chat(given, at), "123456789"
            )
        elif given.get("channel") == "email":
            yield Question(
                f"{at}.address", _("The e-mail address of {name}?").format(name=name), parse.mail, "budi@mpp.go.id"
            )
        yield Question(f"{at}.more", _("Does somebody else take turns?"), parse.yes, _("yes or no"), _("no"))
        if not given.get(f"{at}.more"):
            return
        number += 1


def _new_chat(given: Given, at: str) -> Parse:
    def check(text: str, _: Translate) -> str:
        found = parse.chat(text, _)
        if any(one == found for key, one in given.items() if key.endswith(".address") and not key.startswith(f"{at}.")):
            raise ValueError(_("a chat of this person's own: in a shared one it cannot be told who answers"))
        return found

    return check


def _line(given: Given, _: Translate) -> Iterator[Question]:
    text = _("Shall the mall's own internet line be watched? Then a cut line does not look like everybody's fault")
    yield Question("line", text, parse.yes, _("yes or no"), _("yes"))
    if given.get("line"):
        yield Question("gateway", _("The address of the mall's router?"), parse.host, "192.168.1.1", "192.168.1.1")
        text = _("Two well-run hosts on the internet, of different providers?")
        yield Question("anchors", text, parse.hosts, "1.1.1.1, 8.8.8.8", "1.1.1.1, 8.8.8.8")


def collected(given: Given, language: str, api: str) -> dict[str, object]:
    """Return the answers in the shape of `Answers`; the secrets are left out."""
    whole: dict[str, object] = {
        "language": language,
        **{key: given[key] for key in ("mall", "zone", "hours", "breaks")},
    }
    whole["agencies"] = _numbered(given, "agency")
    whole["people"] = _numbered(given, "person")
    kind = given["channel"]
    channel: dict[str, object] = {"type": kind}
    if kind == "telegram":
        channel["api"] = api
    elif kind == "email":
        channel |= {key: given[key] for key in ("host", "port", "security", "sender", "username")}
        channel["needs_internet"] = not given["local"]
    whole["channel"] = channel
    if given["line"]:
        whole["line"] = {"gateway": given["gateway"], "anchors": given["anchors"]}
    return whole


def _numbered(given: Given, word: str) -> list[dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for key, value in given.items():
        sort, _, rest = key.partition(".")
        number, _, field = rest.partition(".")
        if sort == word and field != "more":
            found.setdefault(number, {})[field] = value
    return [found[number] for number in sorted(found, key=int)]
