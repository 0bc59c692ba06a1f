"""The agent's config file (TOML) and its faults, each with file, key, what was found and what was expected."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

from .push_settings import Push, read_push
from .unknown import unknown

_SLUG = re.compile(r"[a-z0-9-]{1,40}")
_USB = re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}")
_CLASS = re.compile(r"[0-9a-f]{2}")
_ADDRESS = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([^\[\]:]+)):(\d{1,5})")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MOST = 64  # entries of a table
_SYSTEMS = 8  # each may take its five seconds
_LONGEST = 128  # characters of a text
DEFAULT_LISTEN = "127.0.0.1:9182"


class ConfigError(ValueError):
    """Names the file, the key, what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class Peripheral:
    """How to know a peripheral on this PC; all that is given must fit. `queue`: its print queue.

    `usb`: `vendor:product` in lower-case hex. `usb_class`: device or interface class. `product`, `serial`: parts of
    what it calls itself. `port`: where it is plugged in, as sysfs says (`1-1.2`), to tell twins apart.
    """

    id: str
    usb: str | None = None
    usb_class: str | None = None
    product: str | None = None
    serial: str | None = None
    port: str | None = None
    queue: str | None = None

    @property
    def by_usb(self) -> bool:
        """Whether it is looked for on USB; otherwise it is there when its print queue is."""
        return any((self.usb, self.usb_class, self.product, self.serial, self.port))


@dataclass(frozen=True, slots=True)
class Programme:
    """Whose version is told: a Debian package, or a file whose first line is it. `at_least`: older is outdated."""

    package: str | None = None
    file: Path | None = None
    at_least: str | None = None


@dataclass(frozen=True, slots=True)
class System:
    """An online system to look at. `contains`: a text that its page has; `lacks`: one that it has not, in any case.
    `json_path`: such as `data.0.status`, whose value is to be `json_expected` (true, false, null, numbers as in JSON).
    """

    url: str
    contains: str | None = None
    lacks: str | None = None
    json_path: str | None = None
    json_expected: str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """`processes`: name in the metrics -> name of the executable. `services`: likewise -> unit or service. `software`:
    likewise -> where its version stands. `systems`: by the device id of an online system. `tls`: false lets it listen
    beyond loopback in clear. `printing`: whether this PC prints, so that a spooler that is stopped is a fault; None: it
    finds out by the queues. `listen`: None where it only sends, by `push`.
    """

    listen: tuple[str, int] | None = ("127.0.0.1", 9182)
    token_file: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    tls: bool = True
    processes: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)
    peripherals: tuple[Peripheral, ...] = ()
    software: Mapping[str, Programme] = field(default_factory=dict)
    systems: Mapping[str, System] = field(default_factory=dict)
    usb_root: Path = Path("/sys/bus/usb/devices")
    printing: bool | None = None
    push: Push | None = None


def address(text: str) -> tuple[str, int]:
    """Return host and port of `HOST:PORT` (`[::1]:9182` for IPv6). ValueError otherwise."""
    match = _ADDRESS.fullmatch(text)
    if match is None or int(match[3]) > 65_535:  # noqa: PLR2004  # 16 bits
        raise ValueError(f"found {text!r}, expected HOST:PORT such as {DEFAULT_LISTEN} or [::1]:9182")
    return match[1] or match[2], int(match[3])


def load(file: Path) -> Config:
    """Return the config in `file`. ConfigError for all that is wrong with it, the first fault found."""
    try:
        raw = tomllib.loads(_decoded(file))
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: not TOML: {error}") from error
    try:
        return _config(raw)
    except ValueError as error:
        raise ConfigError(f"{file}: {error}") from error


def _decoded(file: Path) -> str:
    """Return the text in `file`, without the mark that Windows puts before it. OSError, ConfigError."""
    raw = file.read_bytes()
    if raw.startswith(_UTF16):
        raise ConfigError(f"{file}: found UTF-16, expected UTF-8 (in Notepad: Save as, Encoding UTF-8)")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{file}: not TOML: a letter that is not UTF-8 (at line {line})") from error


def _config(raw: Mapping[str, object]) -> Config:
    known = {one.name for one in fields(Config)}
    for key in raw:
        if key not in known:
            raise ValueError(unknown(key, known))
    try:
        only_sends = "push" in raw and "listen" not in raw
        listen = None if only_sends else address(_text(raw.get("listen", DEFAULT_LISTEN), "listen"))
    except ValueError as error:
        raise ValueError(str(error) if str(error).startswith("listen") else f"listen: {error}") from error
    files = {key: Path(_text(raw[key], key)) for key in ("token_file", "certificate", "key") if key in raw}
    if ("certificate" in files) != ("key" in files):
        raise ValueError(f"{'certificate' if 'key' in files else 'key'}: missing, expected both or neither of them")
    switches = {"tls": raw.get("tls", True), "printing": raw.get("printing")}
    for key, value in switches.items():
        if key in raw and not isinstance(value, bool):
            raise ValueError(f"{key}: found {value!r:.60}, expected true or false")
    systems = {name: _system(f"systems.{name}", value) for name, value in _table(raw, "systems")}
    if len(systems) > _SYSTEMS:
        raise ValueError(f"systems: found {len(systems)} of them, expected at most {_SYSTEMS}")
    return Config(
        listen=listen,
        **files,
        tls=switches["tls"] is not False,
        processes=dict(_named(raw, "processes")),
        services=dict(_named(raw, "services")),
        peripherals=tuple(_peripheral(name, value) for name, value in _table(raw, "peripherals")),
        software={name: _programme(name, value) for name, value in _table(raw, "software")},
        systems=systems,
        printing=None if switches["printing"] is None else switches["printing"] is True,
        usb_root=Path(_text(raw.get("usb_root", str(Config().usb_root)), "usb_root")),
        push=read_push(raw["push"], _text) if "push" in raw else None,
    )


def _text(value: object, key: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST or not value.isprintable():
        raise ValueError(f"{key}: found {value!r:.60}, expected a text of 1 to {_LONGEST} characters")
    return value


def _table(raw: Mapping[str, object], key: str) -> Iterator[tuple[str, object]]:
    value = raw.get(key, {})
    if not isinstance(value, dict) or len(value) > _MOST:
        raise ValueError(f"{key}: found {type(value).__name__}, expected a table of at most {_MOST} entries")
    for name, entry in value.items():
        if not _SLUG.fullmatch(name):
            raise ValueError(f"{key}.{name}: the name must match {_SLUG.pattern}")
        yield name, entry


def _named(raw: Mapping[str, object], key: str) -> Iterator[tuple[str, str]]:
    for name, value in _table(raw, key):
        yield name, _text(value, f"{key}.{name}")


def _url(value: str, key: str) -> str:
    expected = "expected a URL such as https://siak.example.go.id/status"
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or " " in value or not value.isascii():
        raise ValueError(f"{key}: found {value!r:.60}, {expected}")
    if "@" in urlsplit(value).netloc:
        raise ValueError(f"{key}: found a user name or password in it, {expected}")
    return value


def _system(key: str, value: object) -> System:
    """Return what a URL alone says, or a table with one."""
    if not isinstance(value, dict):
        return System(_url(_text(value, key), key))
    words = _words(key, value, System)
    if "url" not in words:
        raise ValueError(f"{key}.url: missing, expected a URL")
    if ("json_path" in words) != ("json_expected" in words):
        missing = "json_path" if "json_expected" in words else "json_expected"
        raise ValueError(f"{key}.{missing}: missing, expected both or neither of json_path, json_expected")
    return System(url=_url(words.pop("url"), f"{key}.url"), **words)


def _words(key: str, value: object, kind: type[Peripheral | Programme | System]) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError(f"{key}: found {type(value).__name__}, expected a table")  # noqa: TRY004  # one error for all
    known = {one.name for one in fields(kind)} - {"id"}
    for each in value:
        if each not in known:
            raise ValueError(unknown(f"{key}.{each}", known))
    if not value:
        raise ValueError(f"{key}: empty, expected at least one of {', '.join(sorted(known))}")
    return {each: _text(text, f"{key}.{each}") for each, text in value.items()}


def _programme(name: str, value: object) -> Programme:
    key = f"software.{name}"
    words = _words(key, value, Programme)
    file = words.pop("file", None)
    if (file is None) == ("package" not in words):
        raise ValueError(f"{key}: found {sorted(words)}, expected one of package, file")
    if file is not None and not Path(file).is_absolute():
        raise ValueError(f"{key}.file: found {file!r}, expected the whole path, such as /opt/siak/VERSION")
    return Programme(file=None if file is None else Path(file), **words)


def _peripheral(name: str, value: object) -> Peripheral:
    key = f"peripherals.{name}"
    words = _words(key, value, Peripheral)
    for each, pattern, example in (("usb", _USB, "1c7a:0570"), ("usb_class", _CLASS, "07")):
        if each in words and not pattern.fullmatch(words[each]):
            raise ValueError(f"{key}.{each}: found {words[each]!r}, expected lower-case hex such as {example!r}")
    return Peripheral(id=name, **words)
