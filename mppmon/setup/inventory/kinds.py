"""The words in which lists say what a thing is -> kind of device and role at a counter."""

import re
from typing import NamedTuple

from mppmon.mall.model import DeviceKind
from mppmon.setup.words import Translate, closest, folded


class Sort(NamedTuple):
    """What a thing is, and the role it has at a counter unless the list says another."""

    kind: DeviceKind
    role: str


_K = DeviceKind
_WORDS = """
card-printer card-printer: printer kartu | pencetak kartu | card printer | printer ktp | printer id card
card-printer card-printer: kartu printer
receipt-printer receipt-printer: printer struk | printer tiket | printer thermal | printer termal
receipt-printer receipt-printer: printer antrean | printer antrian | printer karcis | receipt printer
receipt-printer receipt-printer: thermal printer | pencetak struk | printer kasir | printer pos
printer printer: printer | pencetak | mesin cetak | mesin printer | mfp | multifungsi | mesin multifungsi
printer printer: mesin fotokopi
scanner scanner: scanner | pemindai | pemindai dokumen | document scanner | mesin pemindai
kiosk kiosk: kios | kiosk | mesin antrean | mesin antrian | anjungan | anjungan mandiri | anjungan antrean
kiosk kiosk: layar sentuh
display display: layar | layar antrean | layar antrian | tv | televisi | display | monitor antrean | signage
display display: videotron
switch switch: switch | switch jaringan | sakelar jaringan | hub | switch hub | network switch | switch poe
switch switch: lan switch | hub switch
router router: router | perute | mikrotik | firewall | modem | gateway | routerboard
access-point access-point: access point | wifi | wi fi | titik akses | ap | hotspot | wireless access point
ups ups: ups | uninterruptible power supply | catu daya cadangan | ups server | catu daya
camera camera: kamera | cctv | kamera pengawas | kamera cctv | camera | ip camera | kamera pemantau
server server: server | peladen | komputer server | pc server | nas | nvr | dvr | mesin absensi
online-system online-system: sistem online | sistem daring | aplikasi | aplikasi daring | online system | situs
online-system online-system: website | layanan daring
peripheral fingerprint: sidik jari | pembaca sidik jari | fingerprint | finger print | alat sidik jari
peripheral fingerprint: pemindai sidik jari
peripheral signature-pad: tanda tangan | papan tanda tangan | signature pad | alat tanda tangan
peripheral signature-pad: pad tanda tangan
peripheral iris: iris | pemindai iris | iris scanner | kamera iris | alat iris
peripheral card-reader: pembaca kartu | card reader | smart card reader | pembaca ktp | pembaca ktp el
peripheral card-reader: reader ktp
peripheral webcam: webcam | kamera web | kamera usb | kamera foto | kamera perekaman
peripheral barcode: barcode scanner | pemindai barcode | barcode | pemindai kode batang | pembaca barcode
peripheral peripheral: peripheral | periferal | perangkat usb | alat usb
passive passive: pasif | passive | panel listrik | mcb | stop kontak | sakelar listrik | patch panel
passive passive: switch biasa | unmanaged switch
pc pc: pc | komputer | pc unit | p c unit | personal computer | personal komputer | laptop | lap top | notebook
pc pc: note book | komputer pc | pc loket | aio | all in one | pc all in one | komputer jinjing | computer
pc pc: workstation | desktop | cpu | mini pc | komputer loket | komputer desktop
"""
"""Kind and role: words for it. In a phrase the longer word wins, "printer kartu" before "printer"."""


def _read(text: str) -> dict[str, Sort]:
    found: dict[str, Sort] = {}
    for line in text.strip().splitlines():
        head, _, words = line.partition(":")
        kind, _, role = head.partition(" ")
        found.update(dict.fromkeys(map(folded, words.split("|")), Sort(DeviceKind(kind), role)))
    return found


_KNOWN = _read(_WORDS)
_BY_LENGTH = sorted(_KNOWN, key=lambda word: (-len(word.split()), -len(word), word))


def sort_of(text: str) -> Sort | None:
    """Return what a word or phrase is, None when it says nothing we know.

    Our own words (`card-printer`) are known too. In a longer phrase the longest known one counts: "Printer Kartu
    Evolis" is a card printer, "Scanner (Peralatan Personal Komputer)" a scanner.
    """
    words = folded(re.sub(r"\(.*?\)", " ", text)) or folded(text)
    if words in _KNOWN:
        return _KNOWN[words]
    phrase = f" {words} "
    return next((_KNOWN[word] for word in _BY_LENGTH if f" {word} " in phrase), None)


def is_sort(text: str) -> bool:
    """Whether a text is nothing but the word for a kind, as "P.C Unit" in a register: no name by which to find it."""
    return folded(text) in _KNOWN


def nearest_kind(text: str) -> str | None:
    """Return the known word that looks most like this one."""
    return closest(text, _KNOWN, cutoff=0.7)


def role_of(text: str) -> str:
    """Return the role of a word in a list's role column: ours, one that belongs to a kind, or a new one made of it."""
    words = folded(text)
    if words in _KNOWN:
        return _KNOWN[words].role
    return words.replace(" ", "-")[:40].strip("-")


def kind_word(kind: DeviceKind, _: Translate) -> str:
    """Return how people call a kind, for a thing that the list gives no name."""
    return {
        _K.PC: _("PC"),
        _K.PRINTER: _("Printer"),
        _K.CARD_PRINTER: _("Card printer"),
        _K.RECEIPT_PRINTER: _("Receipt printer"),
        _K.SCANNER: _("Scanner"),
        _K.KIOSK: _("Queue kiosk"),
        _K.DISPLAY: _("Display"),
        _K.SWITCH: _("Switch"),
        _K.ROUTER: _("Router"),
        _K.ACCESS_POINT: _("Wi-Fi access point"),
        _K.UPS: _("UPS"),
        _K.CAMERA: _("Camera"),
        _K.SERVER: _("Server"),
        _K.ONLINE_SYSTEM: _("Online system"),
        _K.PERIPHERAL: _("USB device"),
        _K.PASSIVE: _("Passive device"),
    }[kind]
