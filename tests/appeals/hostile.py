"""Every kind of hostile file, made in code and nowhere kept: families of them, each file with why it is turned away."""

import io
import itertools
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from PIL import Image

from tests.appeals.files import CANARY, EICAR, MAKE, ORIENTATION, SCRIPT, document, document_with, photo, picture, told


@dataclass(frozen=True)
class Hostile:
    """`why` is the reason it must be turned away for; empty: it may come in, and its copy must be clean."""

    name: str
    data: bytes
    why: str = "*"


def png_of(width: int, height: int, *, depth: int = 8, colour: int = 2, rows: bytes = b"", extra: bytes = b"") -> bytes:
    """A PNG by hand: its head may say what its body does not hold."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def nested_zip(levels: int) -> bytes:
    data = b"0" * 1000
    for level in range(levels):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{level}.zip", data)
        data = out.getvalue()
    return data


def bombs() -> Iterator[Hostile]:
    for width, height in (
        (30_000, 30_000),
        (65_535, 65_535),
        (2**31 - 1, 2),
        (1, 2**31 - 1),
        (21_000, 1_000),
        (5_000, 5_000),
    ):
        yield Hostile(f"png of {width}x{height}", png_of(width, height))
    yield Hostile("png whose body is a bomb", png_of(100, 100, rows=b"\0" * 60_000_000), "")
    yield Hostile(
        "png whose comment is a bomb", png_of(9, 9, extra=chunk(b"zTXt", b"a\0\0" + zlib.compress(b"b" * 90_000_000)))
    )
    yield Hostile(
        "png whose profile is a bomb", png_of(9, 9, extra=chunk(b"iCCP", b"a\0\0" + zlib.compress(b"c" * 90_000_000)))
    )
    real = picture("JPEG", (64, 64))
    at = real.index(b"\xff\xc0") + 5
    for height, width in ((65_535, 65_535), (30_000, 30_000), (0, 64), (64, 0)):
        yield Hostile(f"jpeg of {width}x{height}", real[:at] + struct.pack(">HH", height, width) + real[at + 4 :])
    for levels in (1, 2, 42):
        yield Hostile(f"zip of {levels} levels", nested_zip(levels), "kind")
    webp = picture("WEBP", (64, 64), lossless=True)
    at = webp.index(b"VP8L") + 9
    yield Hostile("webp of 16384x16384", webp[:at] + b"\xff\xff\xff\x0f" + webp[at + 4 :])


def disguises() -> Iterator[Hostile]:
    """Something else under a picture's name; what it is called nobody looks at."""
    bodies = {
        "html": b"<!doctype html><html><body>" + SCRIPT,
        "html after blanks": b"\n\n  <html>" + SCRIPT,
        "html with a mark of order": b"\xef\xbb\xbf<html>" + SCRIPT,
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT,
        "svg with a head": b'<?xml version="1.0"?><svg onload="alert(1)"/>',
        "xml": b'<?xml version="1.0"?><a/>',
        "script": b"alert(1)",
        "shell": b"#!/bin/sh\nid",
        "php": b"<?php system('id');",
        "program": b"MZ\x90\0" + b"\0" * 99,
        "elf": b"\x7fELF\x02\x01\x01" + b"\0" * 60,
        "class": b"\xca\xfe\xba\xbe\0\0\x004",
        "gzip": b"\x1f\x8b\x08\0" + b"\0" * 20,
        "rar": b"Rar!\x1a\x07\0",
        "7z": b"7z\xbc\xaf\x27\x1c",
        "bz2": b"BZh91AY&SY",
        "eicar": EICAR,
        "text": b"hello",
        "gif": b"GIF89a\1\0\1\0\0\0\0;",
        "bmp": b"BM" + b"\0" * 60,
        "tiff": b"II*\0" + b"\0" * 60,
        "ico": b"\0\0\1\0" + b"\0" * 40,
        "psd": b"8BPS\0\1" + b"\0" * 40,
        "office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500,
        "rtf": b"{\\rtf1 }",
        "postscript": b"%!PS-Adobe-3.0\nshowpage",
        "url": b"[InternetShortcut]\nURL=file:///etc/passwd",
        "mp4": b"\0\0\0\x18ftypmp42",
        "riff sound": b"RIFF\x24\0\0\0WAVEfmt ",
        "json": b'{"a": 1}',
        "csv": b"=cmd|' /C calc'!A0",
        "one byte": b"\xff",
        "zeros": b"\0" * 5000,
        "mvg": b"push graphic-context\nimage over 0,0 0,0 'ephemeral:/etc/passwd'",
        "jp2": b"\0\0\0\x0cjP  \r\n\x87\n",
    }
    for name, data in bodies.items():
        yield Hostile(f"{name} named as a photo", data, "kind")
    for brand in (b"heic", b"heix", b"mif1", b"avif"):
        yield Hostile(f"{brand.decode()} container", b"\0\0\0\x18ftyp" + brand + b"\0" * 40, "heic")
    yield Hostile("nothing", b"", "empty")


def polyglots() -> Iterator[Hostile]:
    """A true picture or document that is something else too."""
    archive = nested_zip(1)
    riders = {
        "zip": archive, "html": b"<html>" + SCRIPT, "script": SCRIPT, "svg": b"<svg onload=alert(1)>",
        "php": b"<?php id();", "pdf": document(), "program": b"MZ" + b"\0" * 200, "elf": b"\x7fELF\x02\x01\x01\0",
        "rar": b"Rar!\x1a\x07\x01\0", "7z": b"7z\xbc\xaf\x27\x1c\0\4", "gzip": b"\x1f\x8b\x08\0\0",
        "shell": b"#!/bin/sh\nid",
        "class": b"\xca\xfe\xba\xbe\0\0\0\x34", "phar": b"<?php __HALT_COMPILER(); ?>", "bz2": b"BZh91AY&SY",
    }  # fmt: skip
    hosts = {"jpeg": picture(), "png": picture("PNG"), "webp": picture("WEBP"), "lying jpeg": photo()}
    for (host, data), (rider, hidden) in itertools.product(hosts.items(), riders.items()):
        yield Hostile(f"{host} with {rider} behind it", data + hidden, "hidden")
    yield Hostile("jpeg with markup in its comment", picture("JPEG", comment=SCRIPT), "hidden")
    exif = Image.Exif()
    exif[MAKE] = SCRIPT.decode()
    yield Hostile("jpeg with markup in its EXIF", picture("JPEG", exif=exif), "hidden")
    yield Hostile("png with markup in its text", png_of(1, 1, extra=chunk(b"tEXt", b"a\0" + SCRIPT)), "hidden")
    yield Hostile("eicar behind a photo", picture() + EICAR, "virus")
    yield Hostile("eicar in a comment", picture("JPEG", comment=EICAR), "virus")
    yield Hostile("eicar in a document", document() + EICAR, "virus")
    yield Hostile("pdf that is a page of html", b"%PDF-1.4\n<html>" + SCRIPT + document()[9:], "hidden")
    yield Hostile("pdf that is an archive", document() + archive, "hidden")
    yield Hostile("pdf with html behind it", document() + b"<html>" + SCRIPT, "hidden")
    yield Hostile("pdf behind other bytes", b"GIF89a" + document(), "kind")
    yield Hostile("zip before a photo", archive + picture(), "kind")


def broken() -> Iterator[Hostile]:
    whole = {"jpeg": photo(), "png": picture("PNG"), "webp": picture("WEBP", lossless=True), "pdf": document()}
    for name, data in whole.items():
        for share in (2, 5, 10, 30, 50, 70):
            yield Hostile(f"{name}, {share} % of it", data[: max(12, len(data) * share // 100)])
    for name, data in whole.items():
        for seed in range(6):
            yield Hostile(f"{name} with bytes turned, {seed}", turned(data, seed), "")
    yield Hostile("png with a wrong sum", whole["png"][:-20] + b"\0" * 8 + whole["png"][-12:], "")
    yield Hostile("jpeg of markers only", b"\xff\xd8" + b"\xff\xe0\0\2" * 3000 + b"\xff\xd9")
    yield Hostile("jpeg of fill bytes", b"\xff\xd8" + b"\xff" * 9000)
    yield Hostile("png of chunks only", b"\x89PNG\r\n\x1a\n" + chunk(b"tEXt", b"a\0b") * 3000)
    yield Hostile("webp of nothing", b"RIFF\x04\0\0\0WEBP")
    yield Hostile("pdf of a head only", b"%PDF-1.7\n")
    yield Hostile("pdf without pages", document().replace(b"/Count 1", b"/Count 0").replace(b"/Kids [", b"/Kxds ["))


def turned(data: bytes, seed: int) -> bytes:
    """Every 97th byte after the head is another one; the same each time."""
    made = bytearray(data)
    for at in range(30 + seed, len(made), 97 + seed):
        made[at] ^= 0x55 + seed
    return bytes(made)


def moving() -> Iterator[Hostile]:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue", "green")]
    for kind in ("PNG", "WEBP"):
        out = io.BytesIO()
        frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=40)
        yield Hostile(f"moving {kind.lower()}", out.getvalue(), "moving")
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    yield Hostile("moving gif", out.getvalue(), "kind")


ACTIONS = {
    "JavaScript": {"JS": "app.alert(1)"}, "Launch": {"F": "/bin/sh"}, "SubmitForm": {"F": "http://example.invalid/"},
    "ImportData": {"F": "a.fdf"}, "GoToR": {"F": "other.pdf"}, "GoToE": {}, "Rendition": {}, "Movie": {}, "Sound": {},
}  # fmt: skip


def action(kind: str) -> pikepdf.Dictionary:
    words = {key: pikepdf.String(text) for key, text in ACTIONS[kind].items()}
    return pikepdf.Dictionary(S=pikepdf.Name(f"/{kind}"), **words)


def note(kind: str, **more: Any) -> pikepdf.Array:
    """One annotation on a page."""
    made = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name(f"/{kind}"), Rect=[0, 0, 9, 9], **more)
    return pikepdf.Array([made])


def acting_documents() -> Iterator[Hostile]:
    """PDFs that do something when they are opened, printed, closed or clicked on."""
    for name in ACTIONS:
        yield Hostile(f"{name} on opening", document(root={"/OpenAction": action(name)}), "acting")
        yield Hostile(f"{name} behind a link", document(page={"/Annots": note("Link", A=action(name))}), "acting")
        opening = pikepdf.Dictionary(O=action(name))
        yield Hostile(f"{name} when a page opens", document(page={"/AA": opening}), "acting")
        chained = pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=pikepdf.Array([0]), Next=action(name))
        yield Hostile(f"{name} after a jump", document(root={"/OpenAction": chained}), "acting")
    for key in ("/AA", "/JavaScript", "/EmbeddedFiles", "/XFA", "/Collection"):
        yield Hostile(f"{key} in the catalogue", document(root={key: pikepdf.Dictionary()}), "acting")
    tree = pikepdf.Dictionary(Names=pikepdf.Array([pikepdf.String("a"), action("JavaScript")]))
    yield Hostile("script by name", document(root={"/Names": pikepdf.Dictionary(JavaScript=tree)}), "acting")
    form = pikepdf.Dictionary(XFA=pikepdf.String("x"))
    yield Hostile("form with XFA", document(root={"/AcroForm": form}), "acting")
    for kind in ("RichMedia", "3D", "Movie", "Sound", "Screen", "FileAttachment"):
        yield Hostile(f"{kind} on a page", document(page={"/Annots": note(kind)}), "acting")
    yield from hidden_scripts()
    for owner, user in (("a", "b"), ("a", "")):
        lock = {"encryption": pikepdf.Encryption(owner=owner, user=user)}
        yield Hostile(f"locked for {user or 'nobody'}", document(save=lock), "locked")
    yield Hostile("600 pages", many_pages(600), "pages")


def hidden_scripts() -> Iterator[Hostile]:
    """The same script where a search for its name does not find it."""
    modes = pikepdf.ObjectStreamMode
    plain = document(root={"/OpenAction": action("JavaScript")}, save={"object_stream_mode": modes.disable})
    for spelling in (b"/J#61vaScript", b"/#4aavaScript", b"/JavaScrip#74"):
        yield Hostile(f"script spelt {spelling.decode()}", plain.replace(b"/JavaScript", spelling), "acting")
    packed = {"object_stream_mode": modes.generate, "compress_streams": True}
    yield Hostile("packed script", document(root={"/OpenAction": action("JavaScript")}, save=packed), "acting")


def many_pages(count: int) -> bytes:
    made = pikepdf.new()
    for _page in range(count):
        made.add_blank_page(page_size=(10, 10))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def odd_but_honest() -> Iterator[Hostile]:
    """Strange and harmless: they come in, and their copies say nothing of where they come from."""
    for mode in ("RGB", "L", "CMYK"):
        yield Hostile(f"jpeg {mode}", picture("JPEG", (300, 200), mode, comment=CANARY), "")
    for mode in ("RGB", "RGBA", "L", "LA", "P", "1", "I;16"):
        yield Hostile(f"png {mode}", picture("PNG", (300, 200), mode), "")
    yield Hostile("progressive jpeg", photo(progressive=True), "")
    for turn in range(9):
        exif = told()
        exif[ORIENTATION] = turn
        yield Hostile(f"jpeg turned {turn}", picture("JPEG", (300, 200), exif=exif), "")
    yield Hostile("jpeg with a broken place", photo().replace(b"\x88\x25", b"\x88\xff"), "")
    yield Hostile("jpeg with a film behind it", photo() + b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 200, "")
    yield Hostile("jpeg with another behind it", photo() + picture("JPEG", (80, 60)), "")
    yield Hostile("png with words", png_with_words(), "")
    yield Hostile("long screenshot", picture("PNG", (720, 9000)), "")
    yield Hostile("one pixel", picture("PNG", (1, 1)), "")
    yield Hostile("webp with EXIF", picture("WEBP", exif=told()), "")
    yield Hostile("document", document(), "")
    yield Hostile("document with a photo", document_with(photo()), "")
    yield Hostile(
        "document that begins on a page", document(root={"/OpenAction": pikepdf.Array([0, pikepdf.Name.Fit])}), ""
    )


def png_with_words() -> bytes:
    words = chunk(b"tEXt", b"Author\0" + CANARY) + chunk(b"eXIf", told().tobytes()[6:])
    return png_of(2, 2, rows=b"\0" + b"\1" * 6 + b"\0" + b"\2" * 6, extra=words)


FAMILIES = (bombs, disguises, polyglots, broken, moving, acting_documents, odd_but_honest)


def all_of_them() -> list[Hostile]:
    return [one for family in FAMILIES for one in family()]
