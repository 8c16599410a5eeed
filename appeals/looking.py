"""Looks into one file somebody sent and makes the copies that others may open: a program of its own, python looking.py.

It stands alone (nothing of the portal, no settings, no keys, no database) and is started for a single file, with limits
on memory and time: what a file does to the decoder it does to this process, and to nothing else. The file comes on
standard input and nothing is written to the disk. The answer on standard output is one line of JSON, then the copies,
as long as that line says: {"kind": ..., "copy": bytes, "small": bytes, "pages": n} or {"why": ...}.
"""

import io
import json
import math
import re
import resource
import sys

import pikepdf
from PIL import Image, ImageFile

MEMORY, SECONDS = 768 * 2**20, 20
# a screenshot has some 5 million; a photo is decoded at a fraction of its size, so it may have more
PICTURE_PIXELS, PHOTO_PIXELS, PROGRESSIVE_PIXELS = 20_000_000, 120_000_000, 40_000_000
EDGE, SMALL_EDGE = 2560, 360
# from three times as long as wide on it is a screenshot of a whole page
LONG, LONG_WIDTH, LONG_EDGE, LONG_PIXELS = 3, 1440, 30_000, 16_000_000
ORIENTATION = 0x0112
PAGES, OBJECTS = 500, 100_000
NEST = 40

HEADS = ((b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"%PDF-", "pdf"))
EICAR = b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!"
# markup inside what says it is a picture is there for somebody who opens it as something else
MARKUP = re.compile(rb"(?i)<script|<html|<!doctype|<svg[\s>]|<\?php|<iframe|javascript:|__HALT_COMPILER")
# what may not follow a picture's end: archives, programs, documents; short marks only where a file would begin
HIDDEN = re.compile(
    rb"Rar!\x1a\x07|7z\xbc\xaf\x27|\x7fELF[\x01\x02]|%PDF-\d|\xca\xfe\xba\xbe\x00|BZh\d1AY|^\s*(PK|MZ|\x1f\x8b|#!)"
)
# names in a document that do something instead of showing something
ACTING = frozenset(
    {
        "/JavaScript", "/JS", "/AA", "/Launch", "/EmbeddedFiles", "/EmbeddedFile", "/EF", "/XFA", "/RichMedia",
        "/RichMediaContent", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound", "/3D",
        "/FileAttachment", "/Screen", "/Collection",
    }
)  # fmt: skip
TELLING = ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/OpenAction", "/AF")


class Turned(Exception):
    """Why the file is not taken, in a word; the sentence is the portal's to say."""


def kind_of(data: bytes) -> str:
    """What it is by its first bytes; what it is called, or says of itself elsewhere, counts for nothing."""
    if not data:
        raise Turned("empty")
    for head, kind in HEADS:
        if data.startswith(head):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif"):
        raise Turned("heic")
    raise Turned("kind")


# -- pictures ---------------------------------------------------------------------------------------------------------


def look_at_picture(data: bytes, kind: str) -> tuple[dict, list[bytes]]:
    if MARKUP.search(data) or HIDDEN.search(data[end_of_picture(data, kind) :]) or has_archive_end(data):
        raise Turned("hidden")
    shown = upright(open_picture(data, kind))
    quality = 82 if kind == "jpeg" else 90
    copy = written(shown, quality)
    return {"kind": kind}, [copy, written(reduced(shown), 72)]


def open_picture(data: bytes, kind: str) -> Image.Image:
    """The picture, not decoded yet. A photo is asked for at the smallest size that is still large enough."""
    formats = {"jpeg": ("JPEG", "MPO"), "png": ("PNG",), "webp": ("WEBP",)}[kind]
    image = Image.open(io.BytesIO(data), formats=formats)
    width, height = image.size
    is_photo = kind == "jpeg" and image.mode in ("RGB", "L")
    most = PICTURE_PIXELS
    if is_photo:
        most = PROGRESSIVE_PIXELS if image.info.get("progressive") else PHOTO_PIXELS
    if width * height > most:
        raise Turned("pixels")
    if kind != "jpeg" and getattr(image, "n_frames", 1) > 1:
        raise Turned("moving")
    if is_photo:
        image.draft(image.mode, sized(image.size))
    return image


def sized(size: tuple[int, int]) -> tuple[int, int]:
    """How large the copy is. A long screenshot keeps its width, else nobody could read it."""
    short, long = sorted(size)
    scale = EDGE / long
    if long > LONG * short:
        scale = min(LONG_WIDTH / short, math.sqrt(LONG_PIXELS / (short * long)), LONG_EDGE / long)
    return max(1, round(size[0] * min(scale, 1))), max(1, round(size[1] * min(scale, 1)))


def upright(image: Image.Image) -> Image.Image:
    """As it is meant to be seen, in plain colours, no larger than the copy, on white."""
    try:
        turn = image.getexif().get(ORIENTATION, 1)
    except (ValueError, TypeError, KeyError, SyntaxError, OSError):
        turn = 1
    if image.mode.startswith("I"):
        # 16 bits a pixel: the upper eight are what a screen shows
        image = image.point(lambda value: value / 256).convert("L") if image.mode != "I" else image.convert("L")
    image = on_white(image)
    image.thumbnail(sized(image.size), Image.Resampling.LANCZOS, reducing_gap=2.0)
    steps = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT], 3: [Image.Transpose.ROTATE_180], 4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE], 6: [Image.Transpose.ROTATE_270], 7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_90],
    }.get(turn, [])  # fmt: skip
    for step in steps:
        image = image.transpose(step)
    return image


def on_white(image: Image.Image) -> Image.Image:
    """Before it is made smaller: what can be seen through takes most of the memory."""
    if image.mode not in ("RGBA", "LA", "PA") and "transparency" not in image.info:
        return image if image.mode == "RGB" else image.convert("RGB")
    if image.mode != "RGBA":
        image = image.convert("RGBA")
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image)
    return ground


def reduced(image: Image.Image) -> Image.Image:
    """For the list: of a long screenshot its beginning."""
    short = min(image.size)
    small = image.crop((0, 0, min(image.width, LONG * short), min(image.height, LONG * short)))
    small.thumbnail((SMALL_EDGE, SMALL_EDGE), Image.Resampling.LANCZOS)
    return small


def written(image: Image.Image, quality: int) -> bytes:
    """A new JPEG of the pixels and nothing else: no EXIF, no place, no profile, no comment."""
    image.info = {}
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, exif=b"", icc_profile=None, comment=b"")
    return out.getvalue()


def end_of_picture(data: bytes, kind: str) -> int:
    """Where the picture ends; phones put a short film or a second exposure behind it, others hide things there."""
    if kind == "webp":
        return 8 + int.from_bytes(data[4:8], "little")
    if kind == "png":
        at = data.find(b"IEND")
        return at + 8 if at >= 0 else len(data)
    return end_of_jpeg(data)


def end_of_jpeg(data: bytes) -> int:
    """Segments are skipped by their length, so that the thumbnail inside EXIF does not count as the end."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xDA:
            found = re.compile(rb"\xff\xd9").search(data, at)
            return found.end() if found else len(data)
        at += 2 if marker in (0x01, *range(0xD0, 0xD9)) else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return len(data)


def has_archive_end(data: bytes) -> bool:
    """An archive's directory closes the file: it opens as an archive whatever stands before."""
    tail = data[-65_557:]
    at = tail.rfind(b"PK\x05\x06")
    return at >= 0 and at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail)


# -- documents --------------------------------------------------------------------------------------------------------


def look_at_document(data: bytes) -> tuple[dict, list[bytes]]:
    if has_archive_end(data) or MARKUP.search(data[-4096:]) or re.search(rb"(?i)<html|<script|<svg[\s>]", data[:1024]):
        raise Turned("hidden")
    if b"%%EOF" not in data[-2048:]:
        raise Turned("broken")
    try:
        document = pikepdf.open(io.BytesIO(data))
    except pikepdf.PasswordError as error:
        raise Turned("locked") from error
    if document.is_encrypted:
        raise Turned("locked")
    if len(document.objects) > OBJECTS or len(document.pages) > PAGES:
        raise Turned("pages")
    if not len(document.pages):
        raise Turned("broken")
    for found in document.objects:
        require_still(found, 0)
    strip_document(document)
    out = io.BytesIO()
    document.save(out, linearize=False, recompress_flate=False)
    return {"kind": "pdf", "pages": len(document.pages)}, [out.getvalue(), b""]


def require_still(found: pikepdf.Object, depth: int) -> None:
    """Nothing in the document acts. An address to click on is only text until somebody clicks; a page to begin with is
    only a page."""
    if depth > NEST:
        raise Turned("broken")
    if isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        inside = found.stream_dict if isinstance(found, pikepdf.Stream) else found
        for key, value in inside.items():
            if key in ACTING or (key in ("/S", "/Subtype", "/Type") and str(value) in ACTING):
                raise Turned("acting")
            if key == "/OpenAction" and isinstance(value, pikepdf.Dictionary) and str(value.get("/S")) != "/GoTo":
                raise Turned("acting")
            require_still_inside(value, depth)
    elif isinstance(found, pikepdf.Array):
        for value in found:
            require_still_inside(value, depth)


def require_still_inside(value: object, depth: int) -> None:
    """What stands elsewhere in the document is looked at there."""
    if isinstance(value, pikepdf.Object) and not value.is_indirect:
        require_still(value, depth + 1)


def strip_document(document: pikepdf.Pdf) -> None:
    """What it tells about who made it, when and where goes, also from the photos inside."""
    if "/Info" in document.trailer:
        del document.trailer["/Info"]
    for found in document.objects:
        if not isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
            continue
        for key in TELLING:
            if key in found:
                del found[key]
        if found.get("/Subtype") == "/Link" and "/A" in found:
            # words stay words: nobody is led elsewhere by a document that came from outside
            del found["/A"]
        if isinstance(found, pikepdf.Stream) and "/DCTDecode" in filters_of(found):
            raw = found.read_raw_bytes() if filters_of(found) == ["/DCTDecode"] else b""
            if raw:
                found.write(
                    without_segments(raw), filter=pikepdf.Name.DCTDecode, decode_parms=found.get("/DecodeParms")
                )


def filters_of(stream: pikepdf.Object) -> list[str]:
    given = stream.get("/Filter")
    if given is None:
        return []
    return [str(one) for one in given] if isinstance(given, pikepdf.Array) else [str(given)]


def without_segments(data: bytes) -> bytes:
    """A JPEG without its application segments and comments, but for the two that say how its colours are meant."""
    if not data.startswith(b"\xff\xd8"):
        return data
    kept, at = bytearray(b"\xff\xd8"), 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        marker = data[at + 1]
        if not (0xE1 <= marker <= 0xED or marker in (0xEF, 0xFE)):
            kept += data[at : at + 2 + length]
        at += 2 + length
    return bytes(kept + data[at:])


# -- the program ------------------------------------------------------------------------------------------------------


def look(data: bytes) -> tuple[dict, list[bytes]]:
    kind = kind_of(data)
    if EICAR in data:
        raise Turned("virus")
    if kind == "pdf":
        return look_at_document(data)
    return look_at_picture(data, kind)


def limit() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 16),
    ):
        resource.setrlimit(what, (most, most))
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    # our own limits are asked before anything is decoded
    Image.MAX_IMAGE_PIXELS = PHOTO_PIXELS


def main() -> None:
    limit()
    try:
        told, copies = look(sys.stdin.buffer.read())
    except Turned as turned:
        told, copies = {"why": str(turned)}, []
    except (MemoryError, Image.DecompressionBombError):
        told, copies = {"why": "pixels"}, []
    except (
        OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, OverflowError, RecursionError,
        ZeroDivisionError, AttributeError, NotImplementedError, RuntimeError, pikepdf.PdfError,
    ):  # fmt: skip
        # whatever a broken file makes the libraries say
        told, copies = {"why": "broken"}, []
    if copies:
        told |= {"copy": len(copies[0]), "small": len(copies[1])}
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + b"".join(copies))


if __name__ == "__main__":
    main()
