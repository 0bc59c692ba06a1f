"""`mppmon init --answers`: what is wrong is named at the answer, in the language of the answers."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from mppmon.cli.init import command
from mppmon.config.problem import Problem
from mppmon.setup.given import blamed
from tests.unit.test_setup_init import answers_file


def test_no_channel_yet_is_said_in_one_word(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, [str(tmp_path / "mal"), "--answers", answers_file(tmp_path, channel="none")])
    assert result.exit_code == 0, result.output
    assert "type: email" in (tmp_path / "mal" / "channels.yaml").read_text()


def test_a_fault_of_what_no_answer_says_is_of_files_that_were_not_written(tmp_path: Path) -> None:
    fault = Problem("people.yaml", 7, 3, "people.budi", "'x'", "another")
    said = [str(one) for one in blamed([fault], Path(answers_file(tmp_path)))]
    assert said == [str(fault)]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"zone": "Mars/Base"}, "answers.json:1:"),
        ({"zone": "Mars/Base"}, " zone: found 'Mars/Base'"),
        ({"channel": "telegram"}, "channel.token_file: found nothing"),
        ({"channel": "pigeon"}, "channel: found 'pigeon', expected one of email, none, telegram"),
        ({"people": []}, "people: "),
        ({"channel": {"type": "telegram"}}, "channel.token_file: found nothing"),
        ({"channel": {"type": "telegram", "token_file": "gone"}}, "gone: there is no such file"),
        ({"channel": {"type": "pigeon"}}, "channel.type: found 'pigeon', expected one of email, none, telegram"),
        ({"hours": {"funday": "08.00-15.00"}}, "hours.funday"),
        ({"colour": "red"}, "colour: "),
    ],
)
def test_wrong_answers_in_a_file_are_named(tmp_path: Path, other: dict[str, object], said: str) -> None:
    answers = answers_file(tmp_path, **other)
    result = CliRunner().invoke(command, [str(tmp_path / "mal"), "--language", "en", "--answers", answers])
    assert result.exit_code == 2, result.output
    assert said in result.output
    assert not (tmp_path / "mal").exists()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"zone": "Mars/Base"}, " zone: terbaca 'Mars/Base', seharusnya zona waktu: Asia/Jakarta (WIB)"),
        ({"people": []}, "people: terbaca daftar kosong, seharusnya paling sedikit 1 isian"),
        ({"channel": {"type": "telegram"}}, "channel.token_file: kosong, seharusnya nama berkas berisi satu baris"),
        ({"channel": {"type": "telegram", "token_file": "gone"}}, "gone: berkas ini tidak ada"),
        ({"channel": {"type": "pigeon"}}, "terbaca 'pigeon', seharusnya salah satu dari email, none, telegram"),
        ({"hours": {"funday": "08.00-15.00"}}, "terbaca 'funday', seharusnya nama hari seperti senin-kamis"),
        ({"hours": {"senin": "8-99"}}, "seharusnya jam mulai dan selesai, seperti 08.00-15.30"),
        ({"hours": {"senin": "15.00-08.00"}}, "seharusnya jam selesai sesudah jam mulai"),
        ({"hours": "x"}, "baris `kunci: isi` di bawahnya"),
        ({"peple": []}, "terbaca kunci 'peple' yang tidak dikenal"),
        ({"peple": []}, "(mungkin maksudnya 'people'?)"),
        ({"people": ["Budi"]}, "(kunci yang dikenal: address, name)"),
        ({"mall": ""}, "mall: terbaca '', seharusnya teks yang tidak kosong"),
        ({"mall": ["x"]}, "seharusnya teks (tanpa [ ] dan tanpa `- ` di depannya)"),
        ({"mall": "x" * 300}, "seharusnya paling panjang 80 huruf, supaya muat di layar ponsel"),
        ({"line": {"gateway": "http://x", "anchors": ["1.1.1.1"]}}, "seharusnya alamat IP seperti 192.168.1.20"),
    ],
)
def test_wrong_answers_are_named_in_the_language_of_the_answers(
    tmp_path: Path, other: dict[str, object], said: str
) -> None:
    answers = answers_file(tmp_path, **other)
    result = CliRunner().invoke(command, [str(tmp_path / "mal"), "--answers", answers])
    assert result.exit_code == 2
    assert said in result.output
    assert not re.search(r"\b(found|expected|a line|a list|no text)\b", result.output)
