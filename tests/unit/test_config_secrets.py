"""What is in files with secrets: found wrong without a word of it being said."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mppmon import config
from mppmon.config.secret_files import check_secret_files
from mppmon.config.secret_kinds import Line, Secret, SecretKind, wrong, wrong_line
from mppmon.doctor.configuration import judge_contents
from mppmon.doctor.finding import State
from tests.servers.online_pki import issue
from tests.unit.test_config_bad import HERE, TODAY

_BAD = [
    (SecretKind.COMMUNITY, b"", "an empty file"),
    (SecretKind.COMMUNITY, b" \n\t\n", "nothing but spaces and empty lines"),
    (SecretKind.COMMUNITY, b"\n", "nothing but spaces and empty lines"),
    (SecretKind.COMMUNITY, b"hunter2\nhunter3\n", "2 lines"),
    (SecretKind.COMMUNITY, b"hunter2\n\n", "2 lines"),
    (SecretKind.COMMUNITY, b"hunter2 \n", "a space before or after it, which would be part of it"),
    (SecretKind.COMMUNITY, b"h" * 256, "more than 255 octets"),
    (SecretKind.COMMUNITY, b"\xef\xbb\xbfhunter2\n", "an invisible mark of Windows before the text"),
    (SecretKind.PASSPHRASE, b"hunter2\n", "fewer than 8 octets"),
    (SecretKind.TELEGRAM, b"hunter2\n", "a text of another form"),
    (SecretKind.TELEGRAM, b"\n\n", "nothing but spaces and empty lines"),
    (SecretKind.MAIL_PASSWORD, "hunter2é".encode(), "a letter that is not ASCII"),
    (SecretKind.MAIL_PASSWORD, b"hunter2\nhunter3\n", "2 lines"),
    (SecretKind.TOKEN, b"hunter2\x00\n", "an invisible character"),
    (SecretKind.TOKEN, b"h" * 1025, "more than 1024 octets"),
    (SecretKind.NUT_PASSWORD, b"h" * 513, "more than 512 octets"),
    (SecretKind.PROXY_PASSWORD, b"hunter2\xff", "what is no text in UTF-8"),
    (SecretKind.URL, b"hunter2.example/ping\n", "a text of another form"),
]
_GOOD = [
    (SecretKind.COMMUNITY, b"h"),
    (SecretKind.COMMUNITY, b"hunter2\r\n"),
    (SecretKind.PASSPHRASE, b"hunter22\n"),
    (SecretKind.PASSPHRASE, b"h" * 255),
    (SecretKind.TELEGRAM, b"123456789:AAhunter2AAhunter2AAhunter2AAhunter\n\n"),
    (SecretKind.TOKEN, b" hunter2 \n"),
    (SecretKind.PROXY_PASSWORD, "hunter2é\n".encode()),
    (SecretKind.URL, b"https://hc.example/hunter2\n"),
]


def said(kind: SecretKind, raw: bytes) -> str:
    assert isinstance(kind.value, Line)
    found = wrong_line(kind.value, raw)
    assert "hunter" not in str(found)
    return found.found if found else ""


@pytest.mark.parametrize(("kind", "raw", "found"), _BAD)
def test_what_can_never_be_right(kind: SecretKind, raw: bytes, found: str) -> None:
    assert said(kind, raw) == found


@pytest.mark.parametrize(("kind", "raw"), _GOOD)
def test_what_may_be_right(kind: SecretKind, raw: bytes) -> None:
    assert said(kind, raw) == ""


def _pair(folder: Path, name: str) -> tuple[Path, Path]:
    begins = datetime(2026, 11, 24, tzinfo=UTC)
    issued = issue(name, by=None, start=begins, end=begins + timedelta(days=9))
    key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
    key.write_bytes(issued.private)
    certificate.write_bytes(issued.pem)
    return certificate, key


def test_a_key_has_to_fit_its_certificate(tmp_path: Path) -> None:
    (first, key), (other, _) = _pair(tmp_path, "a"), _pair(tmp_path, "b")

    def found(certificate: Path, secret: Path) -> str:
        fault = wrong(Secret(("devices.yaml", 1, 1), "key_file", secret, SecretKind.KEY, certificate))
        return fault.found if fault else ""

    assert found(first, key) == ""
    assert found(other, key) == "a key that does not fit its certificate b.pem"
    assert found(first, first) == "no certificate and key in PEM (a.pem, a.pem)"
    both = tmp_path / "both.pem"
    both.write_bytes(first.read_bytes() + key.read_bytes())
    assert found(both, both) == ""
    key.write_bytes(b"\n")
    assert found(first, key) == "an empty file"


def test_the_doctor_says_it_too_and_a_file_of_many_devices_once(tmp_path: Path) -> None:
    shutil.copytree(HERE / "good", tmp_path / "mall")
    devices = tmp_path / "mall" / "devices.yaml"
    devices.write_text(
        devices.read_text("utf-8").replace("snmp: {}", "snmp: {community_file: secret}")
        + "  sw2: {kind: switch, name: Sw, address: 127.0.0.99, snmp: {community_file: secret}}\n",
        "utf-8",
    )
    (tmp_path / "mall" / "secret").write_bytes(b"hunter2\nhunter3\n")
    loaded = config.load(tmp_path / "mall", today=TODAY)
    assert [one.key for one in loaded.secrets].count("devices.gw.snmp.community_file") == 1
    (found,) = judge_contents(loaded.secrets)
    assert (found.state, "hunter" in f"{found}") == (State.BAD, False)
    assert found.said == f"{tmp_path / 'mall' / 'secret'}: 2 lines (devices.gw.snmp.community_file)"


def _checked(folder: Path, daemon: str, devices: str = "") -> list[str]:
    if not folder.exists():
        shutil.copytree(HERE / "good", folder)
    (folder / "daemon.yaml").write_text(f"version: 1\n{daemon}", "utf-8")
    (folder / "devices.yaml").write_text((HERE / "good" / "devices.yaml").read_text("utf-8") + devices, "utf-8")
    errors, warnings = check_secret_files(config.load(folder, today=TODAY))
    marked = (("error", errors), ("warning", warnings))
    found = [f"{mark} {one.key}: {one.found}".replace(f"{folder}/", "") for mark, some in marked for one in some]
    return [one for one in found if " push." in one or ".ca_file" in one]


def test_the_doors_certificate_is_judged_also_where_it_has_no_key_file(tmp_path: Path) -> None:
    mall = tmp_path / "mall"
    one = "push: {certificate_file: door.pem}\n"
    assert _checked(mall, one) == ["warning push.certificate_file: no such file or directory: door.pem"]
    (mall / "door.pem").write_text("garbage\n", "utf-8")
    (mall / "door.pem").chmod(0o600)
    garbage = "error push.certificate_file: no certificate and key in PEM (door.pem, door.pem), in door.pem"
    assert _checked(mall, one) == [garbage]
    two = "push: {certificate_file: door.pem, key_file: a.key}\n"
    (_, key), (other, _) = _pair(mall, "a"), _pair(mall, "b")
    key.chmod(0o600)
    found = _checked(mall, two)
    assert "error push.certificate_file: no certificate in PEM, in door.pem" in found
    (mall / "door.pem").unlink()
    assert _checked(mall, two) == ["warning push.certificate_file: no such file or directory: door.pem"]
    shutil.copy(other, mall / "door.pem")
    (mall / "door.pem").chmod(0o644)  # a certificate is no secret
    assert _checked(mall, two) == [
        "error push.key_file: a key that does not fit its certificate door.pem, in a.key",
    ]


def test_an_authority_that_is_not_there_or_holds_no_certificate_is_named(tmp_path: Path) -> None:
    mall = tmp_path / "mall"
    devices = (
        "  web: {kind: online-system, name: Web, http: {url: 'https://web.example/', ca_file: ca.pem}}\n"
        "  ups9: {kind: ups, name: Ups, address: 127.0.0.98, nut: {ups: u, starttls: yes, ca_file: ca.pem}}\n"
    )
    missing = "warning devices.web.http.ca_file: no such file or directory: ca.pem"
    assert _checked(mall, "", devices) == [missing]  # the same file once
    (mall / "ca.pem").write_bytes(b"\n")
    assert _checked(mall, "", devices) == ["error devices.web.http.ca_file: an empty file, in ca.pem"]
    (mall / "ca.pem").write_bytes(b"hunter2\n")
    assert _checked(mall, "", devices) == ["error devices.web.http.ca_file: no certificate in PEM, in ca.pem"]
    shutil.copy(_pair(mall, "root")[0], mall / "ca.pem")
    assert _checked(mall, "", devices) == []
