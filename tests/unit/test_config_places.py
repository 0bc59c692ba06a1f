"""What is not an ordinary file where one belongs: said at once, never waited for, never passed over."""

import os
import shutil
import socket
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from mppmon import config

GOOD = Path(__file__).parent / "bad_configs" / "good"
TODAY = date(2026, 11, 24)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOOD, tmp_path / "mall"))


def said(place: Path) -> list[str]:
    with pytest.raises(config.ConfigErrors) as caught:
        config.load(place, today=TODAY)
    return [str(one) for one in caught.value.problems]


def bind(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(path))  # the path of a socket has at most 107 characters


ODD: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe": (os.mkfifo, "found a named pipe, expected an ordinary file"),
    "directory": (Path.mkdir, "found a directory, expected an ordinary file"),
    "device": (
        lambda path: path.symlink_to("/dev/zero"),
        "found a device, which is no file, expected an ordinary file",
    ),
    "dangling": (
        lambda path: path.symlink_to("nowhere"),
        "found a link to a file that does not exist, expected the file itself, or a link to it",
    ),
    "loop": (lambda path: path.symlink_to(path.name), "found too many levels of symbolic links, expected "),
    "socket": (bind, "found no such device or address, expected a file that can be read"),
}


@pytest.mark.parametrize("name", ["devices.yaml", "daemon.yaml", "rules.yaml", "local.d/people.yaml"])
@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_file_is_named(place: Path, name: str, odd: str) -> None:
    make, message = ODD[odd]
    path = place / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    make(path)
    (problem,) = said(place)
    assert problem.startswith(f"{name}: {message}")


@pytest.mark.parametrize("odd", ODD)
def test_an_overlay_that_is_no_directory_is_named(place: Path, odd: str) -> None:
    if odd == "directory":
        (place / "local.d").write_text("")
    else:
        ODD[odd][0](place / "local.d")
    (problem,) = said(place)
    assert problem.startswith("local.d/: found ")
    assert "directory" in problem or "symbolic links" in problem


def test_what_is_no_configuration_is_left_alone(place: Path) -> None:
    (place / "secrets").mkdir()
    (place / "README").write_text("x")
    (place / "site.yaml.bak").write_text("{")
    os.mkfifo(place / ".hidden.yaml")
    assert config.load(place, today=TODAY).warnings == ()


def test_windows_hides_the_end_of_a_name(place: Path) -> None:
    (place / "site.yaml").rename(place / "site.yaml.txt")
    (problem,) = said(place)
    assert problem == (
        "site.yaml: found no such file, expected a file site.yaml in the directory (rename site.yaml.txt to site.yaml)"
    )


def test_a_file_for_a_directory_is_said(place: Path) -> None:
    (problem,) = said(place / "site.yaml")
    assert problem.endswith("site.yaml: found what is no directory, expected a directory with the files of a mall")


def test_a_file_that_may_not_be_read_is_said(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = os.open

    def refuse(path: Path, flags: int) -> int:  # as root every file can be read
        if Path(path).name == "people.yaml":
            raise PermissionError(13, "Permission denied")
        return asked(path, flags)

    monkeypatch.setattr(os, "open", refuse)
    (problem,) = said(place)
    assert problem == (
        "people.yaml: found what this user may not read, expected a file that mppmon's user may read "
        "(as root: chgrp mppmon people.yaml; chmod g+r people.yaml)"
    )


@pytest.mark.parametrize("odd", ["pipe", "directory", "device", "socket"])
def test_a_secret_that_is_no_file_is_an_error_with_its_line(place: Path, odd: str) -> None:
    ODD[odd][0](place / "token")
    (problem,) = said(place)
    assert problem.startswith("channels.yaml:8:38 channels.chat.token_file: found a ")
    assert problem.endswith("expected a file with one secret")


def test_a_token_for_the_name_of_its_file_is_not_repeated(place: Path) -> None:
    token = "123456789:AAF" + "x" * 32
    channels = place / "channels.yaml"
    channels.write_text(channels.read_text().replace("token_file: token", f"token_file: {token}"))
    (problem,) = said(place)
    assert "found the token itself (not shown), expected the name of a file in which the token is" in problem
    assert token not in problem
