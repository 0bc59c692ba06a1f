"""What an enumeration's values are called, and what to do first about them, in both languages. Pure data and `fill`.

A rule's text is a template: `{label}` is the word for that label's value, `{label:step}` the first repair step for it,
`{value}` the reading, `{value:percent}` a ratio as percent, `{value:days}` seconds as whole days. `{kind}` is the
subject's kind. A kind may have words of its own (a card printer jams on cards). Other labels (an index, a configured
name) stand for themselves.
"""

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from alerts.model import Labels, Words

_PLACEHOLDER = re.compile(r"\{([a-z_]+)(?::([a-z]+))?\}")
_UNKNOWN = "?"
NUMBER = ("value", "value:percent", "value:days")
_DAY = 86_400  # seconds
SAID = ("kind",)
"""Placeholders of every rule, beside the labels of its metric."""
WITH_STEPS = frozenset({"error", "kind"})
"""Labels whose values have a first step of their own: `{error:step}`."""


class Word(NamedTuple):
    """A value's name and the first step about it."""

    name: Words
    step: Words


_LOOK = Words("baca pesan di layar perangkat dan ikuti petunjuknya", "read the device's display and follow it")
_CABLES = Words(
    "pastikan perangkat menyala, lalu periksa kabel daya dan kabel data",
    "make sure it is switched on, then check its power and data cables",
)


def _word(name_id: str, name_en: str, step_id: str = _LOOK.id, step_en: str = _LOOK.en) -> Word:
    return Word(Words(name_id, name_en), Words(step_id, step_en))


ERRORS: Mapping[str, Word] = MappingProxyType(
    {
        "low-paper": _word("kertas hampir habis", "paper low", "tambah kertas", "add paper"),
        "no-paper": _word(
            "kertas habis", "out of paper", "isi baki kertas, dorong sampai rapat", "fill the tray and push it fully in"
        ),
        "low-toner": _word("toner hampir habis", "toner low", "siapkan toner pengganti", "have a spare toner ready"),
        "no-toner": _word("toner habis", "out of toner", "pasang toner pengganti", "fit a new toner"),
        "door-open": _word("tutup terbuka", "cover open", "tutup rapat semua penutupnya", "close every cover firmly"),
        "jammed": _word(
            "kertas macet",
            "paper jam",
            "buka penutup, tarik kertas perlahan, tutup kembali",
            "open the cover, pull the paper out gently, close it again",
        ),
        "offline": _word(
            "printer dalam mode offline",
            "printer set offline",
            "tekan tombol Online di printer, atau matikan lalu nyalakan lagi",
            "press Online on the printer, or switch it off and on again",
        ),
        "service-requested": _word(
            "printer minta diservis",
            "printer asks for service",
            "catat pesan di layarnya, lalu hubungi penyedia servis",
            "note the message on its display, then call the service provider",
        ),
        "input-tray-missing": _word(
            "baki kertas tidak terpasang",
            "paper tray missing",
            "pasang baki kertas sampai rapat",
            "push the tray fully in",
        ),
        "output-tray-missing": _word(
            "baki keluaran tidak terpasang", "output tray missing", "pasang baki keluaran", "fit the output tray"
        ),
        "marker-supply-missing": _word(
            "toner tidak terpasang",
            "toner missing",
            "pasang toner sampai terkunci, tutup penutupnya",
            "push the toner in until it locks, close the cover",
        ),
        "output-near-full": _word(
            "baki keluaran hampir penuh", "output tray nearly full", "ambil hasil cetak", "take out the printed sheets"
        ),
        "output-full": _word(
            "baki keluaran penuh",
            "output tray full",
            "ambil hasil cetak dari baki keluaran",
            "take the printed sheets out of the output tray",
        ),
        "input-tray-empty": _word(
            "salah satu baki kertas kosong",
            "a paper tray is empty",
            "isi baki kertas yang kosong",
            "fill the empty tray",
        ),
        "overdue-maintenance": _word(
            "sudah lewat waktu perawatan",
            "maintenance overdue",
            "jadwalkan perawatan dengan penyedia servis",
            "arrange maintenance with the service provider",
        ),
    }
)

CARD_ERRORS: Mapping[str, Word] = MappingProxyType(
    {
        "low-paper": _word("kartu hampir habis", "cards low", "tambah kartu", "add cards"),
        "no-paper": _word(
            "kartu habis", "out of cards", "isi wadah kartu, tutup kembali", "fill the card feeder, close it"
        ),
        "low-toner": _word("pita hampir habis", "ribbon low", "siapkan pita pengganti", "have a spare ribbon ready"),
        "no-toner": _word(
            "pita habis", "out of ribbon", "pasang pita baru, tutup kembali", "fit a new ribbon, close it"
        ),
        "jammed": _word(
            "kartu macet",
            "card jammed",
            "buka penutup, keluarkan kartu, tutup kembali",
            "open the cover, take the card out, close it again",
        ),
        "marker-supply-missing": _word(
            "pita tidak terpasang", "ribbon missing", "pasang pita, tutup kembali", "fit the ribbon, close it"
        ),
        "input-tray-missing": _word(
            "wadah kartu tidak terpasang", "card feeder missing", "pasang wadah kartu", "fit the card feeder"
        ),
        "input-tray-empty": _word("wadah kartu kosong", "card feeder empty", "isi wadah kartu", "fill the card feeder"),
        "output-full": _word(
            "wadah kartu jadi penuh", "output hopper full", "ambil kartu yang sudah jadi", "take out the finished cards"
        ),
    }
)

RECEIPT_ERRORS: Mapping[str, Word] = MappingProxyType(
    {
        "low-paper": _word("kertas struk hampir habis", "roll low", "siapkan gulungan baru", "have a new roll ready"),
        "no-paper": _word(
            "kertas struk habis",
            "out of receipt paper",
            "pasang gulungan kertas baru, tutup kembali",
            "fit a new paper roll, close it",
        ),
        "jammed": _word(
            "kertas struk macet",
            "receipt paper jam",
            "buka penutup, luruskan kertas, tutup kembali",
            "open the cover, straighten the paper, close it",
        ),
    }
)

SUPPLIES: Mapping[str, Word] = MappingProxyType(
    {
        "toner": _word("toner", "toner"),
        "toner-cartridge": _word("toner", "toner"),
        "ink": _word("tinta", "ink"),
        "ink-cartridge": _word("tinta", "ink"),
        "solid-ink": _word("tinta", "ink"),
        "ink-ribbon": _word("pita", "ribbon"),
        "ribbon": _word("pita", "ribbon"),
        "drum": _word("drum", "drum"),
        "opc": _word("drum", "drum"),
        "developer": _word("developer", "developer"),
        "fuser": _word("fuser", "fuser"),
        "transfer-unit": _word("unit transfer", "transfer unit"),
        "cleaner-unit": _word("unit pembersih", "cleaner unit"),
        "staples": _word("staples", "staples"),
        "waste-toner": _word("ruang penampung toner bekas", "room for waste toner"),
        "waste-ink": _word("ruang penampung tinta bekas", "room for waste ink"),
        "waste-paper": _word("ruang penampung sisa kertas", "room for waste paper"),
        "other": _word("persediaan", "supply"),
        "unknown": _word("persediaan", "supply"),
    }
)

KINDS: Mapping[str, Word] = MappingProxyType(
    {
        "pc": _word(
            "komputer",
            "computer",
            "pastikan komputer menyala dan kabel jaringannya terpasang",
            "make sure the computer is on and its network cable is in",
        ),
        "switch": _word(
            "switch",
            "switch",
            "periksa lampu switch; bila padam, periksa stopkontak dan adaptornya",
            "look at its lights; if they are dark, check socket and adapter",
        ),
        "router": _word(
            "router",
            "router",
            "periksa lampu router; bila padam, periksa stopkontak dan adaptornya",
            "look at its lights; if they are dark, check socket and adapter",
        ),
        "access-point": _word(
            "titik akses Wi-Fi",
            "access point",
            "periksa lampunya, lalu kabel jaringan yang memberinya daya",
            "look at its light, then at the network cable that powers it",
        ),
        "ups": _word(
            "UPS", "UPS", "periksa lampu UPS dan dengarkan bunyinya", "look at the UPS's lights and listen to it"
        ),
        "server": _word(
            "server",
            "server",
            "periksa lampu server dan kabel jaringannya; jangan matikan paksa",
            "check the server's lights and network cable; do not force it off",
        ),
        "passive": _word(
            "perangkat",
            "device",
            "periksa daya dan kabel di lokasi itu",
            "check power and cables at that place",
        ),
    }
)

_BY_LABEL: Mapping[str, Mapping[str, Word]] = MappingProxyType({"error": ERRORS, "type": SUPPLIES, "kind": KINDS})
_BY_KIND: Mapping[tuple[str, str], Mapping[str, Word]] = MappingProxyType(
    {
        ("error", "card-printer"): CARD_ERRORS,
        ("error", "receipt-printer"): RECEIPT_ERRORS,
    }
)


def fill(template: Words, labels: Labels, value: float, *, kind: str = "") -> Words:
    """Return a rule's text for one reading of one kind of subject, in both languages. A label it lacks is `?`."""
    found = {**dict(labels), "kind": kind}

    def put(language: str, text: str) -> str:
        return _PLACEHOLDER.sub(lambda place: _say(place[1], place[2] or "", found, value, language), text)

    return Words(put("id", template.id), put("en", template.en))


def _days(seconds: float, language: str) -> str:
    """Return how many whole days there are in seconds: of what is nearly over, that it is less than one."""
    days = max(0, math.floor(seconds / _DAY))
    if language != "en":
        return f"{days} hari" if days else "kurang dari 1 hari"
    return "less than a day" if not days else "1 day" if days == 1 else f"{days} days"


def _say(name: str, form: str, labels: Mapping[str, str], value: float, language: str) -> str:
    if name == "value" and form == "days":
        return _days(value, language)
    if name == "value":
        number = f"{value * 100:.0f}%" if form == "percent" else f"{value:g}"
        return number if language == "en" else number.replace(".", ",")
    if name not in labels:
        return _UNKNOWN
    word = _BY_KIND.get((name, labels["kind"]), {}).get(labels[name]) or _BY_LABEL.get(name, {}).get(labels[name])
    if form == "step":
        default = _CABLES if name == "kind" else _LOOK
        return (word.step if word else default).of(language)
    return word.name.of(language) if word else labels[name]
