"""Every reason has words in both languages and a first step; the policy of redirects; values of JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.failures import FAILURES, explain
from alerts.model import Words
from collectors.online.answer import Answer
from collectors.online.failure import Failed
from collectors.online.judge import judge, same
from collectors.online.reason import Reason
from collectors.online.redirect import MOST, Policy, follow
from collectors.settings import HttpSettings, JsonSettings

URL = "https://pusat.example/masuk"


def led(location: str, policy: Policy) -> str | Failed:
    """Return where a redirect leads, or why it is not followed."""
    try:
        return follow(URL, location, policy=policy, seen=(URL,))
    except Failed as failed:
        return failed


CALL = FAILURES["refused"].step


def test_each_reason_has_words_and_no_words_are_without_a_reason() -> None:
    assert FAILURES.keys() == {one.value for one in Reason}
    for word in FAILURES.values():
        assert all((word.name.id, word.name.en, word.step.id, word.step.en))
        assert len(word.name.id) <= 50, "a message is one phone screen"
    assert len({word.name.id for word in FAILURES.values()}) == len(FAILURES), "two reasons that read alike"


def test_what_is_no_reason_of_ours_changes_nothing() -> None:
    what, step = Words("a", "b"), Words("c", "d")
    assert explain(what, step, "") == (what, step)
    assert explain(what, step, "<b>") == (what, step)


def test_no_help_desk_of_an_agency_is_called_about_a_pc_of_the_mall() -> None:
    what, step = Words("a", "b"), Words("c", "d")
    assert explain(what, step, "refused") == (Words("a: sambungan ditolak", "b: the connection is refused"), CALL)
    assert explain(what, step, "refused", agencys=False)[1] == step
    assert explain(what, step, "token", agencys=False)[1] == FAILURES["token"].step


@pytest.mark.parametrize(
    ("location", "policy", "wanted"),
    [
        ("/lain", "same-host", "https://pusat.example/lain"),
        ("?x=1#y", "same-host", "https://pusat.example/masuk?x=1"),
        ("https://PUSAT.example/a", "same-host", "https://PUSAT.example/a"),
        ("//pusat.example:8443/", "same-host", "https://pusat.example:8443/"),
        ("https://lain.example/", "any", "https://lain.example/"),
        ("https://lain.example/", "same-host", Reason.REDIRECT_ELSEWHERE),
        ("https://pusat.example.lain.example/", "same-host", Reason.REDIRECT_ELSEWHERE),
        ("http://pusat.example/", "any", Reason.REDIRECT_INSECURE),
        ("javascript:alert(1)", "any", Reason.REDIRECT_ELSEWHERE),
        ("file:///etc/passwd", "any", Reason.REDIRECT_ELSEWHERE),
        ("https://user:secret@lain.example/", "any", Reason.REDIRECT_ELSEWHERE),
        ("https://lain.example:99999/", "any", Reason.REDIRECT_ELSEWHERE),
        ("https://[::1/", "any", Reason.REDIRECT_ELSEWHERE),
        (URL, "any", Reason.REDIRECT_LOOP),
        (f"{URL}#again", "any", Reason.REDIRECT_LOOP),
    ],
)
def test_where_a_redirect_may_lead(location: str, policy: Policy, wanted: str | Reason) -> None:
    found = led(location, policy)
    assert (found.reason if isinstance(found, Failed) else found) == wanted
    assert "secret" not in str(found)


def test_steps_without_end_end() -> None:
    seen = tuple(f"https://pusat.example/{one}" for one in range(MOST + 1))
    with pytest.raises(Failed) as caught:
        follow(seen[-1], "/next", policy="any", seen=seen)
    assert caught.value.reason is Reason.REDIRECT_LOOP


@given(st.text(max_size=60))
def test_whatever_a_location_says_it_is_http_or_refused(location: str) -> None:
    found = led(location, "any")
    assert isinstance(found, Failed) or found.lower().startswith("https://")


@pytest.mark.parametrize(
    ("found", "wanted", "alike"),
    [
        ("UP", "UP", True),
        ("up", "UP", False),
        (True, "true", True),
        (True, "1", False),
        (1, "true", False),
        (3, "3", True),
        (3.0, "3", True),
        (3, "drei", False),
        (None, "null", True),
        ("null", "null", True),
        (["UP"], "UP", False),
        (10**400, "3", False),
    ],
)
def test_what_a_json_value_is_alike(found: object, wanted: str, alike: bool) -> None:  # noqa: FBT001  # parametrised
    assert same(found, wanted) is alike


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"a": [{"b": "UP"}]}', None),
        (b'{"a": [{"b": "DOWN"}]}', Reason.OTHER_VALUE),
        (b'{"a": []}', Reason.OTHER_VALUE),
        (b'{"a": {"0": {"b": "UP"}}}', None),
        (b'{"a": "UP"}', Reason.OTHER_VALUE),
        (b"[1", Reason.NOT_JSON),
        (b"\xff\xfe\x00", Reason.NOT_JSON),
        (b"[" * 100_000, Reason.NOT_JSON),
        (b'{"a": ' + b"9" * 9999 + b"}", Reason.NOT_JSON),
    ],
)
def test_a_value_of_a_json_answer(body: bytes, reason: Reason | None) -> None:
    settings = HttpSettings(url=URL, json_value=JsonSettings(path="a.0.b", expected=("UP",)))
    answer = Answer(200, "application/json", body, False, 0.1, 0.1, 0.2, None)  # noqa: FBT003  # a record
    assert judge(answer, settings).reason is reason
