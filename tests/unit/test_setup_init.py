"""`mppmon init`: questions that follow from answers, and a configuration that is valid whatever was answered."""

import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from mppmon.cli.init import command
from mppmon.clock import Clock
from mppmon.config import load
from mppmon.i18n import LANGUAGES, speech
from mppmon.setup import parse
from mppmon.setup.answers import AgencyAnswers, Answers, LineAnswers, NoAnswers, PersonAnswers, TelegramAnswers
from mppmon.setup.create import Taken, create, refuse_taken
from mppmon.setup.parse import Parse
from mppmon.setup.render import render
from mppmon.setup.script import questions
from mppmon.setup.session import GaveUp, Session
from tests.unit.setup_kit import TODAY, english

NOW = datetime(2026, 11, 24, 2, 12, tzinfo=UTC)
SHORT = {
    "mall": "MPP Kota Harapan",
    "zone": "WITA",
    "hours": {"senin-kamis": "08.00-15.30"},
    "agencies": [
        {
            "short": "Dukcapil",
            "name": "Dinas",
            "services": ["KTP-el"],
            "counters": "Loket A1, Loket A2",
            "place": "Lt. 1",
        }
    ],
    "channel": {"type": "none"},
    "people": [{"name": "Budi Santoso"}],
}
LINES = ["MPP Kota Harapan", "WITA", "", "-", "Dukcapil", "", "KTP-el, KK", "A1-A3", "Lantai 1", "", "tidak", "3",
         "Budi", "tidak", "tidak", "ya"]  # fmt: skip


class Scripted:
    """A person who answers what was written down. `seen`: everything that was said."""

    live = True

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)
        self.seen: list[str] = []

    def say(self, text: str, colour: str | None = None) -> None:
        self.seen.append(f"[{colour}] {text}" if colour else text)

    def ask(self, text: str, *, default: str, hidden: bool) -> str:
        self.seen.append(f"{text} hidden" if hidden else text)
        if not self._answers:
            raise EOFError
        return self._answers.pop(0) or default


def session(person: Scripted) -> tuple[Answers, str | None]:
    given, secret = Session(person, "en", "http://127.0.0.1:9", NOW, test=False, _=english).run()
    return Answers.model_validate(given), secret


def test_a_pipe_of_lines_becomes_a_valid_mall(tmp_path: Path) -> None:
    place = tmp_path / "mal"
    result = CliRunner().invoke(command, [str(place), "--language", "id"], input="\n".join(LINES) + "\n")
    assert result.exit_code == 0, result.output
    loaded = load(place, today=TODAY)
    assert list(loaded.mall.counters) == ["a1", "a2", "a3"]
    assert loaded.mall.site.timezone == "Asia/Makassar"
    assert loaded.rotations["piket"].members == ("budi",)
    assert loaded.rotations["piket"].boundaries[0] < Clock().now()  # somebody is on duty from the first minute
    assert result.output.splitlines()[-4:] == [
        "  mppmon import template inventaris.xlsx   # isi dahulu, lalu: mppmon import inventory",
        f"  mppmon import inventory inventaris.xlsx --config {place}",
        "  export MPPMON_STATE=./data   # agar perintah lain tidak perlu --state",
        f"  mppmon doctor --config {place} && mppmon run {place}",
    ]


def test_answers_may_leave_out_what_enter_would_fill_in(tmp_path: Path) -> None:
    agency = {key: value for key, value in SHORT["agencies"][0].items() if key not in {"name", "place"}}  # type: ignore[index]  # a table
    answers = tmp_path / "a.json"
    answers.write_text(json.dumps({**SHORT, "agencies": [agency]}))
    result = CliRunner().invoke(command, [str(tmp_path / "mal"), "--answers", str(answers)])
    assert result.exit_code == 0, result.output
    mall = load(tmp_path / "mal", today=TODAY).mall
    assert (mall.agencies["dukcapil"].name, mall.counters["a1"].place) == ("Dukcapil", "Lantai 1")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (LINES[:-1], "Jawaban habis pada: Tulis ini?"),
        ([*LINES[:-1], "tidak"], "Tidak ada yang ditulis."),
        ([LINES[0], "WIBB"], "Seharusnya: WIB, WITA, atau WIT."),
        ([], "Jawaban habis pada: Apa nama mal"),
    ],
)
def test_without_a_yes_nothing_is_written(tmp_path: Path, lines: list[str], said: str) -> None:
    result = CliRunner().invoke(
        command, [str(tmp_path / "mal"), "--language", "id"], input="".join(f"{one}\n" for one in lines)
    )
    assert (result.exit_code, said in result.output) == (2, True), result.output
    assert list(tmp_path.iterdir()) == []


def test_the_language_is_the_first_question(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, [str(tmp_path / "mal")], input="3\n2\nMPP\n")
    assert "Jawab 1 atau 2. Nama mal ditanyakan sesudah ini." in result.output
    assert "What is the mall called?" in result.output


def test_files_that_are_there_are_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "mal").mkdir()
    (tmp_path / "mal/site.yaml").write_text("mine")
    result = CliRunner().invoke(command, [str(tmp_path / "mal"), "--language", "en"], input="\n".join(LINES))
    assert result.exit_code == 2
    assert f"mv {tmp_path}/mal {tmp_path}/mal.old" in result.output
    assert "What is the mall called?" not in result.output  # said before the first question
    assert [path.name for path in (tmp_path / "mal").iterdir()] == ["site.yaml"]
    with pytest.raises(Taken, match="is no directory"):
        refuse_taken(tmp_path / "mal/site.yaml", english)
    with pytest.raises(Taken, match="mkdir -p"):
        refuse_taken(tmp_path / "a/b/c", english)


def test_a_person_may_go_back_and_is_asked_again() -> None:
    person = Scripted(
        "MPP", "WAB", "WIB", "back", "WIT", "mon 8-9", "mon-fri 8.00-15.00", "-", "Dukcapil", "", "KTP", "A1", "", "x",
        "12",        "yes", "Dukcapil", "Imigrasi", "", "Paspor", "A1", "B1", "", "", "no", "3", "Budi", "no", "no",
        "back", "yes", "10.0.0.1", "1.1.1.1", "yes",
    )  # fmt: skip
    answers, secret = session(person)
    assert secret is None
    assert answers.zone == "Asia/Jayapura"
    assert [(one.short, one.counters, one.citizens_per_hour) for one in answers.agencies] == [
        ("Dukcapil", ("Counter A1",), 12.0), ("Imigrasi", ("Counter B1",), 6.0),
    ]  # fmt: skip
    assert answers.line == LineAnswers(gateway="10.0.0.1", anchors=("1.1.1.1",))
    again = [text for text in person.seen if text.startswith("[yellow]")]
    assert again == [
        "[yellow] Expected: WIB, WITA or WIT.",
        "[yellow] Expected: days and hours such as: senin-kamis 08.00-15.30, jumat 08.00-16.00.",
        "[yellow] Expected: a number from 0 to 1000.",
        "[yellow] Expected: an agency that was not named before.",
        "[yellow] Expected: counters that no other agency has; Counter A1 is taken.",
    ]


def test_no_encryption_is_asked_for_in_the_readers_words() -> None:
    _ = speech("Asia/Jakarta")("id")._
    given: dict[str, object] = {"channel": "email", "host": "mail.go.id"}
    question = next(one for one in questions(given, _) if one.key == "security")
    assert question.text == "Pengamanan sambungan: starttls, tls, atau tanpa?"
    assert [question.parse(word, _) for word in ("tanpa", "none", "3")] == ["none"] * 3
    with pytest.raises(ValueError, match="tanpa"):
        question.parse("ssl", _)


def test_secrets_are_hidden_as_they_are_typed_and_not_in_the_summary() -> None:
    mail = [
        "2",
        "mail.go.id",
        "starttls",
        "",
        "mppmon@mpp.go.id",
        "",
        "s3cret-word",
        "no",
        "Budi",
        "budi@mpp.go.id",
        "no",
        "no",
        "yes",
    ]
    person = Scripted("MPP", "WIB", "", "-", "D", "", "K", "A1", "", "", "no", *mail)
    answers, secret = session(person)
    assert secret == "s3cret-word"  # noqa: S105  # the test's own
    assert "s3cret" not in str(answers) + "".join(person.seen)
    assert [text for text in person.seen if text.endswith(" hidden")] == ["The password? (typing is not shown) hidden"]


def test_choices_are_offered_in_words_that_people_use(tmp_path: Path) -> None:
    """No English names of types in an Indonesian question, and what can be answered is no "example"."""
    lines = [*LINES[:11], "belum", *LINES[12:]]
    result = CliRunner().invoke(command, [str(tmp_path / "mal"), "--language", "id"], input="\n".join(lines) + "\n")
    assert result.exit_code == 0, result.output
    assert "Petugas dihubungi lewat apa: 1 Telegram, 2 surel, 3 belum ada? [Telegram]: belum" in result.output
    assert "(ya atau tidak) [tidak]: tidak" in result.output
    assert "misalnya: ya" not in result.output
    assert "saluran: belum ada" in result.output
    parsed = parse.one_of(("telegram", "email", "none"), {"email": "surel", "none": "belum ada"})
    assert [parsed(word, english) for word in ("Surel", "email", "TELE", "3", "none")] == [
        "email", "email", "telegram", "none", "none",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="one of telegram, surel, belum ada"):
        parsed("sms", english)


def test_a_place_in_a_list_that_is_not_there_is_no_chat() -> None:
    bot = ["1", "123456789:AAFabcdefgh", "Budi", "1", "100", "no", "no", "yes"]
    person = Scripted("MPP", "WIB", "", "-", "D", "", "K", "A1", "", "", "no", *bot)
    answers, _secret = session(person)
    assert [one.address for one in answers.people] == ["100"]
    assert "[yellow] Expected: a chat's number such as 123456789; there is no list yet." in person.seen
    assert not [text for text in person.seen if text.startswith("Answer with a number of the list")]


def test_two_people_need_a_chat_each() -> None:
    bot = ["1", "123456789:AAFabcdefgh", "Budi", "100", "yes", "Sari", "100", "200", "no", "no", "yes"]
    person = Scripted("MPP", "WIB", "", "-", "D", "", "K", "A1", "", "", "no", *bot)
    answers, _secret = session(person)
    assert [one.address for one in answers.people] == ["100", "200"]
    assert any("in a shared one it cannot be told who answers" in text for text in person.seen)


def test_a_no_at_the_end_gives_up() -> None:
    with pytest.raises(GaveUp, match="Nothing was written"):
        session(Scripted("MPP", "WIB", "", "-", "D", "", "K", "A1", "", "", "no", "3", "Budi", "no", "no", "no"))


def answers_file(place: Path, **other: object) -> str:
    file = place / "answers.json"
    file.write_text(json.dumps({**SHORT, **other}))
    return str(file)


def test_answers_in_a_file_with_the_token_in_another(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("123456789:AAFabcdefgh\n")
    file = answers_file(
        tmp_path, channel={"type": "telegram", "token_file": "token"}, people=[{"name": "Budi", "address": "-100"}]
    )
    place = tmp_path / "mal"
    result = CliRunner().invoke(command, [str(place), "--answers", file, "--no-test"])
    assert result.exit_code == 0, result.output
    token = place / "secrets/telegram-token"
    assert token.read_text() == "123456789:AAFabcdefgh\n"
    assert (stat.S_IMODE(token.stat().st_mode), stat.S_IMODE(token.parent.stat().st_mode)) == (0o600, 0o700)
    assert [path for path in place.glob("*.yaml") if "AAF" in path.read_text()] == []


def test_the_language_of_the_answers_is_spoken_also_of_what_is_wrong_with_them(tmp_path: Path) -> None:
    answers = answers_file(tmp_path, language="en", people=[])
    result = CliRunner().invoke(command, [str(tmp_path / "mal"), "--answers", answers])
    assert "people: found an empty list, expected at least 1 entry" in result.output


def test_hours_that_cannot_be_are_explained_in_the_readers_words() -> None:
    with pytest.raises(ValueError, match="jam selesai sesudah jam mulai"):
        parse.week("senin 15.00-08.00", speech("Asia/Jakarta")("id")._)


@pytest.mark.parametrize(
    ("check", "text", "found"),
    [
        (
            parse.week,
            "Senin - Kamis: 08.00 - 15.30; Jum'at 8.00 s/d 11.00",
            {"senin-kamis": ("08:00-15:30",), "jumat": ("08:00-11:00",)},
        ),
        (parse.week, "mon,wed 08:00-12:00, sat 09:00-11:00", {"mon,wed": ("08:00-12:00",), "sat": ("09:00-11:00",)}),
        (parse.counters, "A1-A3, Meja Depan", ("Counter A1", "Counter A2", "Counter A3", "Meja Depan")),
        (parse.counters, "Loket 1 - 3", ("Loket 1", "Loket 2", "Loket 3")),
        (parse.yes, "Ya", True),
        (parse.zone, "wita", "Asia/Makassar"),
        (parse.one_of(("telegram", "email")), "2", "email"),
        (parse.one_of(("telegram", "email")), "te", "telegram"),
        (parse.hosts, "1.1.1.1, dns.google", ("1.1.1.1", "dns.google")),
    ],
)
def test_what_people_type_is_understood(check: Parse, text: str, found: object) -> None:
    assert check(text, english) == found


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (parse.week, "senin"),
        (parse.week, "08.00-15.00"),
        (parse.week, "senin 15.00-08.00"),
        (parse.week, "kamis-senin 08.00-15.00"),
        (parse.counters, "A1, a1"),
        (parse.counters, "A1-A999"),
        (parse.chat, "@grup"),
        (parse.token, "hello"),
        (parse.mail, "budi"),
        (parse.host, "10.0.0.300"),
        (parse.port, "0"),
        (parse.number, "-1"),
        (parse.name, "\x07"),
    ],
)
def test_what_cannot_be_is_refused(check: Parse, text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        check(text, english)


NAME = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=20).filter(
    lambda text: bool(text.strip()) and text.isprintable()
)
AGENCY = st.builds(
    AgencyAnswers,
    short=NAME, name=NAME, place=NAME,
    services=st.lists(NAME, min_size=1, max_size=3).map(tuple),
    counters=st.lists(NAME, min_size=1, max_size=3).map(tuple),
)  # fmt: skip
ANSWERS = st.builds(
    Answers,
    language=st.sampled_from(LANGUAGES),
    mall=NAME,
    zone=st.sampled_from(["WIB", "WITA", "WIT"]),
    hours=st.just({"mon-fri": ("08:00-15:00",)}),
    agencies=st.lists(AGENCY, min_size=1, max_size=3).map(tuple),
    channel=st.sampled_from([NoAnswers(type="none"), TelegramAnswers(type="telegram")]),
    people=st.lists(st.builds(PersonAnswers, name=NAME, address=st.just("100")), min_size=1, max_size=3).map(tuple),
    roster=st.sampled_from([None, "solo", "weekly", "daily"]),
    line=st.sampled_from([None, LineAnswers(gateway="10.0.0.1", anchors=("1.1.1.1", "8.8.8.8"))]),
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    root, numbers = tmp_path_factory.mktemp("malls"), iter(range(1_000_000))
    return lambda: root / str(next(numbers))


@given(answers=ANSWERS)
def test_whatever_is_answered_the_configuration_is_valid(folders: Callable[[], Path], answers: Answers) -> None:
    no_mail = answers.channel.type == "telegram"
    people = answers.people if no_mail else tuple(PersonAnswers(name=one.name) for one in answers.people)
    answers = answers.model_copy(update={"people": people})
    _ = speech("Asia/Jakarta")(answers.language)._
    loaded = create(folders(), render(answers, TODAY, _), {}, today=TODAY)
    assert len(loaded.mall.counters) == sum(len(one.counters) for one in answers.agencies)
    assert len(loaded.mall.services) == sum(len(one.services) for one in answers.agencies)
    assert len(loaded.people) == len(answers.people)
