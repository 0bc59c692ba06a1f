"""The fake, the token, and that nobody reads the token anywhere."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.telegram_fake import TOKEN, TelegramFake, telegram_fake


@pytest.fixture(autouse=True)
def _no_leak(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a test does: the token is in no log, not even in urllib3's at debug level."""
    caplog.set_level(logging.DEBUG)
    yield
    said = "".join(record.getMessage() for record in caplog.get_records("call"))
    assert "TOKEN-that" not in said


@pytest.fixture
def fake() -> Iterator[TelegramFake]:
    with telegram_fake() as one:
        yield one


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n", "utf-8")
    return path
