"""Why an online system or a PC's agent gives no good answer, as people read it, and what to do first. Pure data.

The words are those of `mppmon_check_reason`. What is the agency's own to mend says so: then the first step is a call.
"""

from collections.abc import Mapping
from types import MappingProxyType

from alerts.model import Words
from alerts.words import Word

_CALL = Words(
    "hubungi pusat layanan instansinya dan sebutkan sebab ini",
    "call the agency's help desk and name this reason",
)
_TRY = Words(
    "coba masuk ke sistem itu dari komputer loket; bila gagal, hubungi pusat layanan instansinya",
    "try to sign in from a counter computer; if that fails, call the agency's help desk",
)
_RENEW = Words(
    "minta pusat layanan instansinya memperbarui atau memperbaiki sertifikat sistemnya",
    "ask the agency's help desk to renew or mend the system's certificate",
)
_LINE = Words(
    "buka situs lain dari komputer loket; bila terbuka, hubungi pusat layanan instansinya",
    "open another site from a counter computer; if it opens, call the agency's help desk",
)
_RESOLVER = Words(
    "periksa server DNS mal; bila milik penyedia internet, hubungi penyedianya",
    "check the mall's DNS server; if it is the provider's, call the provider",
)
_PROXY = Words(
    "periksa server proksi mal beserta nama pengguna dan sandinya",
    "check the mall's proxy, and the user and password for it",
)
_AGENT = Words(
    "periksa program pemantau di komputer itu, beserta tokennya",
    "check the monitoring agent on that computer, and its token",
)
_OURS = Words(
    "periksa server pemantau dengan perintah mppmon doctor",
    "check the monitoring server with the command mppmon doctor",
)


def _word(name_id: str, name_en: str, step: Words) -> Word:
    return Word(Words(name_id, name_en), step)


FAILURES: Mapping[str, Word] = MappingProxyType(
    {
        "name-unknown": _word("nama alamatnya tidak dikenal", "its name is not known", _CALL),
        "resolver-silent": _word("server DNS tidak menjawab", "the DNS server gives no answer", _RESOLVER),
        "resolver-failing": _word("server DNS tidak dapat mencari nama", "the DNS server cannot resolve", _RESOLVER),
        "resolver-refuses": _word("server DNS menolak pertanyaan", "the DNS server refuses to answer", _RESOLVER),
        "name-empty": _word("nama alamatnya ada, tetapi kosong", "its name has no such record", _CALL),
        "name-invented": _word("server DNS mengarang alamat", "the DNS server makes an address up", _RESOLVER),
        "other-address": _word(
            "namanya menunjuk ke alamat yang salah", "its name points to another address", _RESOLVER
        ),
        "refused": _word("sambungan ditolak", "the connection is refused", _CALL),
        "no-connection": _word("sambungan tidak terjawab", "no connection comes about", _LINE),
        "no-route": _word("tidak ada jalur ke alamatnya", "there is no way to its address", _LINE),
        "proxy-refused": _word("server proksi menolak sambungan", "the proxy refuses the connection", _PROXY),
        "proxy-denied": _word("server proksi meminta nama dan sandi", "the proxy wants a user and password", _PROXY),
        "proxy-failed": _word("server proksi tidak meneruskan", "the proxy gives no way through", _PROXY),
        "no-tls": _word("tidak memakai sambungan aman (TLS)", "it does not speak TLS", _CALL),
        "tls-slow": _word("sambungan aman (TLS) tidak selesai", "the TLS handshake does not end", _CALL),
        "tls-failed": _word("sambungan aman (TLS) gagal", "the TLS handshake fails", _CALL),
        "certificate-expired": _word("sertifikatnya sudah kedaluwarsa", "its certificate has expired", _RENEW),
        "certificate-early": _word("sertifikatnya belum berlaku", "its certificate is not valid yet", _RENEW),
        "certificate-name": _word("sertifikatnya untuk nama lain", "its certificate is for another name", _RENEW),
        "certificate-self-signed": _word("sertifikatnya dibuat sendiri", "its certificate is self-signed", _RENEW),
        "certificate-untrusted": _word(
            "penerbit sertifikatnya tidak dipercaya", "its certificate's issuer is not trusted", _RENEW
        ),
        "certificate-incomplete": _word(
            "rantai sertifikatnya tidak lengkap", "its chain of certificates is incomplete", _RENEW
        ),
        "certificate-revoked": _word("sertifikatnya sudah dicabut", "its certificate was revoked", _RENEW),
        "certificate-invalid": _word("sertifikatnya tidak sah", "its certificate is not valid", _RENEW),
        "client-certificate": _word("menolak sertifikat kita", "it does not accept our certificate", _CALL),
        "no-answer": _word("tersambung, tetapi tidak menjawab", "it accepts, but does not answer", _TRY),
        "too-slow": _word("jawabannya terlalu lambat", "its answer is too slow", _TRY),
        "too-much": _word("jawabannya terlalu besar", "its answer is too large", _CALL),
        "bomb": _word("jawabannya mengembang tanpa batas", "its compressed answer grows without end", _CALL),
        "closed": _word("memutus sambungan tanpa jawaban", "it hangs up without an answer", _TRY),
        "reset": _word("memutus sambungan secara paksa", "it hangs up by force", _TRY),
        "broken-off": _word("jawabannya terputus di tengah", "its answer breaks off", _TRY),
        "wrong-length": _word("panjang jawabannya tidak sesuai", "its answer is not as long as it says", _TRY),
        "damaged": _word("jawabannya rusak", "its answer is damaged", _CALL),
        "not-http": _word("jawabannya bukan HTTP", "its answer is not HTTP", _CALL),
        "server-error": _word("kesalahan di server instansi (5xx)", "an error of the agency's server (5xx)", _TRY),
        "client-error": _word("halamannya ditolak atau tidak ada (4xx)", "the page is refused or missing (4xx)", _CALL),
        "other-status": _word("kode jawabannya tidak seperti biasa", "its status is not the usual one", _TRY),
        "redirect": _word("dialihkan ke halaman lain", "it leads to another page", _TRY),
        "redirect-loop": _word("dialihkan berputar-putar", "it leads in a circle", _CALL),
        "redirect-elsewhere": _word("dialihkan ke situs lain", "it leads to another site", _CALL),
        "redirect-insecure": _word("dialihkan ke sambungan tidak aman", "it leads to an insecure connection", _CALL),
        "text-missing": _word("isi halamannya tidak seperti biasa", "the page is not the usual one", _TRY),
        "text-forbidden": _word("halamannya berisi pemberitahuan gangguan", "the page tells of a fault", _TRY),
        "not-json": _word("jawabannya bukan JSON yang benar", "its answer is not valid JSON", _CALL),
        "other-value": _word("sistemnya sendiri melapor terganggu", "the system itself says that it is not well", _TRY),
        "token": _word("menolak token kita", "it does not accept our token", _AGENT),
        "not-metrics": _word("jawabannya bukan data pemantauan", "its answer is not monitoring data", _AGENT),
        "other-machine": _word("komputer lain yang menjawab di alamat itu", "another machine answers there", _AGENT),
        "ours": _word("tidak dapat diperiksa oleh server pemantau", "the monitoring server could not ask it", _OURS),
    }
)


RESOLVERS = frozenset(name for name, word in FAILURES.items() if word.step is _RESOLVER)
"""What the keeper of the resolver looks at first."""


_ANYBODYS = RESOLVERS | {"token", "not-metrics", "other-machine", "ours"}
"""Reasons whose first step is right for every device; those of the others lead to an agency's help desk."""


SENDS_NO_MORE = Word(
    Words("tidak mengirim data lagi", "sends no more"),
    Words(
        "pastikan komputer itu menyala dan dapat membuka situs; lalu periksa layanan mppmon-agent di sana",
        "make sure that the computer is on and can open a website; then check the service mppmon-agent there",
    ),
)
"""Of a PC that nobody can ask: not that it does not answer."""


def explain(what: Words, step: Words, reason: str, *, agencys: bool = True) -> tuple[Words, Words]:
    """Return a rule's text and first step with the reason for it; both as they are where it is none of ours.

    `agencys`: it is about an agency's online system. Of the mall's own devices the rule's step stays: no help desk of
    an agency mends a PC.
    """
    word = FAILURES.get(reason)
    if word is None:
        return what, step
    first = word.step if agencys or reason in _ANYBODYS else step
    return Words(f"{what.id}: {word.name.id}", f"{what.en}: {word.name.en}"), first
