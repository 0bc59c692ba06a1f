"""The agent's config: what it takes, and how it says what is wrong."""

from pathlib import Path

import pytest

from collectors.pc.agent import __main__ as agent
from collectors.pc.agent.config import ConfigError, Peripheral, address, load


def written(folder: Path, text: str) -> Path:
    file = folder / "agent.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_example_in_the_docstring_is_a_good_config(tmp_path: Path) -> None:
    example = (agent.__doc__ or "").split("::\n", 1)[1]
    config = load(written(tmp_path, example))
    assert config.listen == ("0.0.0.0", 9182)  # noqa: S104  # as written in the example, which has a token
    assert config.token_file == Path("/etc/mppmon-agent/token")
    assert config.processes == {"antrean": "antrean-loket"}
    assert config.services == {"cups": "cups.service"}
    assert config.peripherals == (
        Peripheral("a3-sidik-jari", usb="1c7a:0570"),
        Peripheral("a3-printer-kartu", usb_class="07", product="Primacy", queue="Evolis"),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("listen = ", "not TOML"),
        ("lissten = 'x'", "lissten: unknown key, expected one of certificate, key, listen"),
        ("listen = '9182'", "listen: found '9182', expected HOST:PORT such as 127.0.0.1:9182"),
        ("key = 'k'", "certificate: missing, expected both or neither"),
        ("certificate = 'c'", "key: missing, expected both or neither"),
        ("tls = 'no'", "tls: found 'no', expected true or false"),
        (
            "[software.siak]\npackage = 'x'\nfile = '/y'",
            "software.siak: found ['package'], expected one of package, file",
        ),
        ("[software.siak]\nat_least = '1'", "software.siak: found ['at_least'], expected one of package, file"),
        (
            "[software.siak]\nfile = 'y'",
            "software.siak.file: found 'y', expected the whole path, such as /opt/siak/VERSION",
        ),
        ("[software.siak]\nfiel = '/y'", "software.siak.fiel: unknown key, expected one of at_least, file, package"),
        ("[systems]\nsiak = 'siak.example'", "systems.siak: found 'siak.example', expected a URL such as https://"),
        ("[systems]\nsiak = 'https://me:secret@x/'", "systems.siak: found a user name or password in it"),
        ("[systems]\n" + "".join(f"s{one} = 'http://x/'\n" for one in range(9)), "systems: found 9 of them"),
        ("[systems.a]\ncontains = 'x'", "systems.a.url: missing, expected a URL"),
        ("[systems.a]\nurl = 'x'", "systems.a.url: found 'x', expected a URL such as"),
        (
            "[systems.a]\nurl = 'http://x/'\njson_path = 'a'",
            "systems.a.json_expected: missing, expected both or neither",
        ),
        (
            "[systems.a]\nurl = 'http://x/'\ntext = 'a'",
            "systems.a.text: unknown key, expected one of contains, json_exp",
        ),
        ("listen = 9182", "listen: found 9182, expected a text of 1 to 128 characters"),
        ("listen = '127.0.0.1:99999'", "listen: found '127.0.0.1:99999'"),
        ("processes = ['x']", "processes: found list, expected a table of at most 64 entries"),
        ("[services]\nCups = 'x'", "services.Cups: the name must match"),
        ("[services]\ncups = 1", "services.cups: found 1, expected a text"),
        ("[peripherals]\na = 'x'", "peripherals.a: found str, expected a table"),
        ("[peripherals.a]", "peripherals.a: empty, expected at least one of"),
        (
            "[peripherals.a]\nusb = '1C7A:0570'",
            "peripherals.a.usb: found '1C7A:0570', expected lower-case hex such as '1c7a:0570'",
        ),
        ("[peripherals.a]\nusb_class = '7'", "peripherals.a.usb_class: found '7', expected lower-case hex"),
        ("[peripherals.a]\nvid = '1c7a'", "peripherals.a.vid: unknown key, expected one of port, product, queue"),
    ],
)
def test_a_fault_names_file_key_found_and_expected(tmp_path: Path, text: str, words: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(ConfigError) as raised:
        load(file)
    assert str(raised.value).startswith(f"{file}: ")
    assert words in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.toml: No such file"):
        load(tmp_path / "gone.toml")


def test_addresses() -> None:
    assert address("127.0.0.1:0") == ("127.0.0.1", 0)
    assert address("[::1]:9182") == ("::1", 9182)
    with pytest.raises(ValueError, match="expected HOST:PORT"):
        address("::1:9182")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--listen", "0.0.0.0:0"], "listen: found 0.0.0.0 without token_file"),
        (["--listen", "0.0.0.0:0", "--token-file", "/nowhere/token"], "/nowhere/token: No such file"),
        (["--listen", "nine"], "--listen: found 'nine'"),
        (["--config", "/nowhere/agent.toml"], "/nowhere/agent.toml: No such file"),
    ],
)
def test_bad_arguments_end_with_2(arguments: list[str], words: str, caplog: pytest.LogCaptureFixture) -> None:
    assert agent.main(arguments) == 2
    assert words in caplog.text


def test_an_empty_token_is_no_token(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    token = tmp_path / "token"
    token.write_text("\n", encoding="utf-8")
    assert agent.main(["--listen", "127.0.0.1:0", "--token-file", str(token)]) == 2
    assert "expected one line of ASCII" in caplog.text
