"""Where a redirect may lead. Pure."""

from typing import Literal
from urllib.parse import urljoin, urlsplit

from collectors.observation import Outcome
from collectors.online.failure import Failed
from collectors.online.reason import Reason

Policy = Literal["none", "same-host", "any"]
MOST = 5
"""Steps; browsers take 20, but a status page needs one or two."""


def follow(url: str, location: str, *, policy: Policy, seen: tuple[str, ...]) -> str:
    """Return where to go next from `url`; `seen` are the URLs that were asked. `Failed` UNEXPECTED, when the policy
    forbids it: never from https back to http, and with `same-host` to no other name.
    """
    try:
        target = urlsplit(urljoin(url, location))
        here, port = urlsplit(url), target.port
    except ValueError as error:
        raise _bad("a redirect to what is no URL", Reason.REDIRECT_ELSEWHERE) from error
    if target.scheme not in {"http", "https"} or not target.hostname or "@" in target.netloc or port == 0:
        raise _bad("a redirect to what is no plain http or https URL", Reason.REDIRECT_ELSEWHERE)
    if here.scheme == "https" and target.scheme == "http":
        raise _bad("a redirect from https to http", Reason.REDIRECT_INSECURE)
    if policy == "same-host" and target.hostname != here.hostname:
        raise _bad("a redirect to another host", Reason.REDIRECT_ELSEWHERE)
    there = target._replace(fragment="").geturl()
    if there in seen:
        raise _bad("redirects in a circle", Reason.REDIRECT_LOOP)
    if len(seen) > MOST:
        raise _bad(f"more than {MOST} redirects", Reason.REDIRECT_LOOP)
    return there


def _bad(words: str, reason: Reason) -> Failed:
    return Failed(Outcome.UNEXPECTED, words, reason)
