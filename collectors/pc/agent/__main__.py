"""`mppmon-agent [--config FILE] [--listen HOST:PORT] [--token-file FILE]`.

A config file, all of it optional::

    listen = "0.0.0.0:9182"
    token_file = "/etc/mppmon-agent/token"      # one line; needed unless it listens on loopback only
    certificate = "/etc/mppmon-agent/certificate.pem"   # likewise, with its key
    key = "/etc/mppmon-agent/key.pem"

    [processes]                                 # name in the metrics = name of the executable
    antrean = "antrean-loket"

    [services]                                  # name in the metrics = systemd unit
    cups = "cups.service"

    [peripherals.a3-sidik-jari]                 # the device's id in mppmon's inventory
    usb = "1c7a:0570"                           # vendor:product, as lsusb says

    [peripherals.a3-printer-kartu]
    usb_class = "07"
    product = "Primacy"
    queue = "Evolis"                            # its print queue: jobs and errors

    [push]                                      # where nobody can ask this PC: it sends; then without `listen`
    url = "https://192.0.2.10:9743/push"
    token_file = "/etc/mppmon-agent/push-token"
    pin = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"  # as `mppmon agent enroll` prints it
"""

import argparse
import ipaddress
import logging
import signal
import ssl
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from prometheus_client import CollectorRegistry

from . import __version__, clock
from .collect import AgentCollector
from .config import Config, ConfigError, address, load
from .push import Pusher
from .readers.here import identity, readers
from .server import AgentServer, Answers

_LOG = logging.getLogger("mppmon-agent")
_MAX_TOKEN = 1024  # bytes
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def _asked_token(file: Path | None, listen: tuple[str, int] | None, key: str) -> bytes | None:
    """Return the token of those who ask. ConfigError when the file is no good, or when anybody on the network could
    read without one.
    """
    if file is None:
        if listen is not None and not _loopback(listen[0]):
            raise ConfigError(f"listen: found {listen[0]} without token_file, expected one, or 127.0.0.1")
        return None
    return _token(file, key)


def _token(file: Path, key: str) -> bytes:
    try:
        token = file.read_bytes().strip()
    except OSError as error:
        raise ConfigError(f"{key}: {file}: {error.strerror}") from error
    if not token or len(token) > _MAX_TOKEN or b"\n" in token or not token.isascii():
        raise ConfigError(f"{key}: {file}: expected one line of ASCII, 1 to {_MAX_TOKEN} bytes")
    return token


def _tls(config: Config) -> ssl.SSLContext | None:
    """Return the context that shows the certificate. ConfigError when it is no good, or when all would go in clear."""
    if config.certificate is None or config.key is None:
        if config.tls and config.listen is not None and not _loopback(config.listen[0]):
            raise ConfigError(
                f"listen: found {config.listen[0]} without certificate and key, expected them, or `tls = false`"
            )
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(config.certificate, config.key)
    except OSError as error:  # ssl.SSLError too
        why = error.strerror if not isinstance(error, ssl.SSLError) else None
        raise ConfigError(f"certificate, key: {config.certificate}, {config.key}: {why or 'no such pair'}") from error
    return context


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("mppmon-agent", description="Shows this PC's state as Prometheus text.")
    parser.add_argument("--config", type=Path, metavar="FILE", help="TOML file; see docs/agent.md")
    parser.add_argument("--listen", metavar="HOST:PORT", help="overrides the config file's listen")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="overrides the config file's token_file")
    parser.add_argument("--machine-id", action="version", version=identity(__version__)["machine_id"] or "none")
    parser.add_argument("--version", action="version", version=f"mppmon-agent {__version__}")
    return parser.parse_args(arguments)


def _config(given: argparse.Namespace) -> Config:
    config = load(given.config) if given.config else Config()
    if given.listen:
        try:
            config = replace(config, listen=address(given.listen))
        except ValueError as error:
            raise ConfigError(f"--listen: {error}") from error
    return replace(config, token_file=given.token_file) if given.token_file else config


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT. Exit status: 0 ended, 1 the port cannot be had, 2 a bad config."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    given = _arguments(sys.argv[1:] if arguments is None else arguments)
    where = ""
    try:
        config = _config(given)
        where = f"{given.config}: " if given.config else ""
        token = _asked_token(config.token_file, config.listen, "--token-file" if given.token_file else "token_file")
        tls = _tls(config)
        send_as = _token(config.push.token_file, "push.token_file") if config.push else b""
    except ConfigError as error:
        _LOG.error("%s%s", "" if str(error).startswith("--") else where, error)  # a person's mistake: no traceback
        return 2
    registry = CollectorRegistry()
    registry.register(AgentCollector(config, readers(config), now=clock.now, identity=identity(__version__)))
    answers = Answers(registry, monotonic=clock.monotonic)
    try:
        pusher = Pusher(config.push, send_as, answers.text, monotonic=clock.monotonic) if config.push else None
    except OSError as error:  # ssl.SSLError too
        why = error.strerror if not isinstance(error, ssl.SSLError) else None
        file = config.push.ca_file if config.push else None
        _LOG.error("%spush.ca_file: %s: %s", where, file, why or "no certificates in it")  # likewise
        return 2
    server = None
    if config.listen is not None:
        try:
            server = AgentServer(config.listen, answers, token=token, monotonic=clock.monotonic, tls=tls)
        except OSError as error:
            _LOG.error("cannot listen on %s:%d: %s", *config.listen, error.strerror)  # likewise
            return 1
    _serve(server, pusher)
    return 0


class _Stop(Exception):
    """Somebody ends us."""


def _stop(*_: object) -> None:
    for one in _SIGNALS:
        signal.signal(one, signal.SIG_IGN)  # we are ending: a second one would break off what is said of it
    raise _Stop


def _serve(server: AgentServer | None, pusher: Pusher | None) -> None:
    for one in _SIGNALS:
        signal.signal(one, _stop)
    try:
        if server is not None:
            host, port = server.server_address[:2]
            _LOG.info("mppmon-agent %s listens on %s:%d", __version__, host, port)
        if pusher is not None:
            _LOG.info("mppmon-agent %s pushes to %s", __version__, pusher.url)
        if server is None and pusher is not None:
            pusher.run()
        elif server is not None:
            if pusher is not None:
                threading.Thread(target=pusher.run, name="push", daemon=True).start()
            server.serve_forever(poll_interval=60.0)  # it wakes by the connection or the signal, not by the interval
    except _Stop:
        _LOG.info("ended")
    finally:
        if pusher is not None:
            pusher.stop()
        if server is not None:
            server.server_close()


if __name__ == "__main__":
    sys.exit(main())
