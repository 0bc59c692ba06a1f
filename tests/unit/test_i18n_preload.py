"""Words need no file once they are loaded: pages and messages go out when descriptors are used up."""

import subprocess
import sys

_NO_DESCRIPTORS = """
import resource, sys
from datetime import UTC, datetime
from mppmon import i18n
if sys.argv[1] == "loaded":
    i18n.preload()
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
at = datetime(2026, 11, 24, 2, 12, tzinfo=UTC)
for language in i18n.LANGUAGES:
    speak = i18n.speech("Asia/Makassar")(language)
    text = speak.plural("{count} minute", "{count} minutes", 2).format(count=2)
    print(text, speak.date(at), speak.time(at), speak.number(1234.5), speak.percent(0.5), sep=" | ")
"""


def run(how: str) -> "subprocess.CompletedProcess[str]":
    argv = [sys.executable, "-c", _NO_DESCRIPTORS, how]
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)


def test_both_languages_speak_without_a_descriptor() -> None:
    done = run("loaded")
    assert done.stdout.splitlines() == [
        "2 menit | 24 November 2026 | 10.12 WITA | 1.234,5 | 50,00%",
        "2 minutes | 24 November 2026 | 10.12 WITA | 1,234.5 | 50.00%",
    ], done.stderr[-400:]


def test_without_loading_they_would_not() -> None:
    assert "Too many open files" in run("not").stderr
