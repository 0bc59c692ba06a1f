"""Why an online system or a PC's agent gave no good answer: one word each, for `/metrics` and people's texts. Pure."""

from enum import StrEnum


class Reason(StrEnum):
    """Exported and recorded: never to be renamed. `alerts.failures` has what people read for each."""

    # the name
    NAME_UNKNOWN = "name-unknown"
    RESOLVER_SILENT = "resolver-silent"
    RESOLVER_FAILING = "resolver-failing"  # it answers that it cannot answer
    RESOLVER_REFUSES = "resolver-refuses"  # it will not answer us
    NAME_EMPTY = "name-empty"  # there is such a name, without what was asked for
    NAME_INVENTED = "name-invented"  # a name that is not there was given an address
    OTHER_ADDRESS = "other-address"  # the name points where the configuration says it never does
    # the connection
    REFUSED = "refused"
    NO_CONNECTION = "no-connection"
    NO_ROUTE = "no-route"
    PROXY_REFUSED = "proxy-refused"
    PROXY_DENIED = "proxy-denied"  # 407: it wants a user, or another one
    PROXY_FAILED = "proxy-failed"
    # TLS
    NO_TLS = "no-tls"
    TLS_SLOW = "tls-slow"
    TLS_FAILED = "tls-failed"
    CERTIFICATE_EXPIRED = "certificate-expired"
    CERTIFICATE_EARLY = "certificate-early"
    CERTIFICATE_NAME = "certificate-name"
    CERTIFICATE_SELF_SIGNED = "certificate-self-signed"
    CERTIFICATE_UNTRUSTED = "certificate-untrusted"
    CERTIFICATE_INCOMPLETE = "certificate-incomplete"  # the server did not send its issuer's
    CERTIFICATE_REVOKED = "certificate-revoked"
    CERTIFICATE_INVALID = "certificate-invalid"
    CLIENT_CERTIFICATE = "client-certificate"  # it wants one of us, or another one
    # the exchange
    NO_ANSWER = "no-answer"
    TOO_SLOW = "too-slow"
    TOO_MUCH = "too-much"
    BOMB = "bomb"
    CLOSED = "closed"
    RESET = "reset"
    BROKEN_OFF = "broken-off"
    WRONG_LENGTH = "wrong-length"
    DAMAGED = "damaged"
    NOT_HTTP = "not-http"
    # the answer
    SERVER_ERROR = "server-error"
    CLIENT_ERROR = "client-error"
    OTHER_STATUS = "other-status"
    REDIRECT = "redirect"  # one that is not followed
    REDIRECT_LOOP = "redirect-loop"
    REDIRECT_ELSEWHERE = "redirect-elsewhere"
    REDIRECT_INSECURE = "redirect-insecure"
    TEXT_MISSING = "text-missing"
    TEXT_FORBIDDEN = "text-forbidden"
    NOT_JSON = "not-json"
    OTHER_VALUE = "other-value"
    # the agent on a counter PC
    TOKEN = "token"  # noqa: S105  # it does not accept ours
    NOT_METRICS = "not-metrics"
    OTHER_MACHINE = "other-machine"  # by its certificate, or by its machine id
    # we
    OURS = "ours"
