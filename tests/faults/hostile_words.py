"""Hostile strings, each with a plain mark in it, so that an output that shows one can be told.

`DEVICE`: what a device says, in bytes of every kind. `NAMES`: what a configuration may name things, and check-config
takes. `REFUSED`: what it must refuse, and what nobody may type. Bidirectional overrides are written as escapes.
"""

from collections.abc import Mapping
from types import MappingProxyType

MARK = "MARK"
SAID = "SAID"
"""The mark in every word of a device: outside `*_info`, texts of a poll and their own page nobody may show it."""

ANSI = "\x1b[31m\x1b]0;owned\x07\x9b2J"
BIDI = "\u202e\u2066\u200f"
SURROGATES = b"\xed\xa0\x80\xed\xbf\xbf"  # a lone high and a lone low one, as CESU would write them

_TEXTS = (
    "<script>alert(1)</script><svg/onload=alert(1)>",
    ANSI,
    BIDI,
    "\r\nBcc: all@mall.test\r\n\r\n<b>body</b>",
    "=cmd|' /C calc'!A0",
    "*bold* _it_ [a](http://evil.test) `code`",
    '"} 1\nevil_metric{a="\\',
    "{who} {0.__class__} {{7*7}} ${7*7} %s %(x)s %n",
    "e" + "\u0301" * 400,
    "\0nul\0",
    "\u2028\u2029\x85\x0b\x0c",
    "[/red][link=http://evil.test]x[/]",
    "W" * 1200,
)
DEVICE: tuple[bytes, ...] = (
    *(f"{SAID}{number} {text}".encode() for number, text in enumerate(_TEXTS)),
    SAID.encode() + SURROGATES + b"\xff\xfe\xc0\x80\xf5 " + ANSI.encode("latin-1"),
    SAID.encode() + b" ERROR mppmon.engine: forged\nERROR mppmon.engine: forged line\n",
)
LONG = SAID.encode() + ANSI.encode() + b"<b>" * 10_000
"""As much as a datagram carries beside other answers."""

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "site": f'<script>alert("{MARK}-site")</script>',
        "agency": f"=cmd|' /C calc'!A0 {MARK}-agency",
        "short": f"@SUM(1) {MARK}-short",
        "ktp": f"{{who}} {{0.__class__}} %s %(x)s %n {{{{7*7}}}} ${{7*7}} {MARK}-ktp",
        "kk": f'*a* _b_ [x](http://evil.test) <b>{MARK}-kk</b> & "q" \' \\ `c`',
        "counter": f'"><img src=x onerror=alert(1)> {MARK}-counter',
        "place": f"[/red][link=http://evil.test]{MARK}-place[/]",
        "core": f"[bold red]{MARK}-core[/nope] \\[x] %d",
        "printer": f'=1+1 "}} 1 \\n \\ {MARK}-printer e' + "\u0301" * 20,
        "pc": f"'; DROP TABLE page;-- [/b] [red] ]]> {MARK}-pc",
        "card": f"</li></ul><svg/onload=alert(1)> {MARK}-card",
        "finger": f"{MARK}-finger" + "W" * 67,
        "web": f"-2+3 javascript:alert(1) {MARK}-web",
        "tls": f"\u05d0\u05d1 \u0627\u0644 {MARK}-tls &lt;b&gt; &#x27;",
        "ani": f"<i>Ani</i> {{text}} {MARK}-ani",
        "budi": f"*Budi* [/x] {MARK}-budi",
        "roster": f"[/x] %d {{name}} {MARK}-roster",
        "window": f"+1 [blink] <u>{MARK}-window</u>",
        "reason": f"=HYPERLINK(1) {{time}} [/b] <u>{MARK}-reason</u>",
    }
)
"""What it stands for -> a name of at most 80 characters, all of which can be shown."""

NOTE = f"<img src=x onerror=alert(1)> {{who}} %s [/red] =1+1 *b* \\ {MARK}-note " + "e\u0301" * 30

REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "ansi": f"{MARK}-refused {ANSI}",
        "bidi": f"{MARK}-refused {BIDI}",
        "nul": f"{MARK}-refused \0",
        "crlf": f"{MARK}-refused \r\nBcc: all@mall.test",
        "separators": f"{MARK}-refused \u2028\u2029\x85 lines",
        "surrogate": f"{MARK}-refused \ud800",
        "long": f"{MARK}-refused " + "x" * 60_000,
    }
)
