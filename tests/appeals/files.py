"""Files an honest person sends: photos with a place in their EXIF, screenshots, documents. All made here."""

import io
from typing import Any

import pikepdf
from PIL import Image

CANARY = b"CANARY-MAKER-7Q"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SCRIPT = b"<script>alert(1)</script>"
GPS, MAKE, COMMENT, ORIENTATION = 0x8825, 0x010F, 0x9286, 0x0112


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), mode: str = "RGB", **options: Any) -> bytes:
    """A picture of a gradient, so that no two sizes and colours are the same file."""
    image = Image.linear_gradient("L").resize(size).convert(mode) if mode != "I;16" else Image.new("I;16", size, 40_000)
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def told() -> Image.Exif:
    """EXIF as a phone writes it: who made it, which way up, and where."""
    exif = Image.Exif()
    exif[MAKE] = CANARY.decode()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS).update({1: "N", 2: (28.0, 52.0, 21.0), 3: "E", 4: (105.0, 26.0, 9.0)})
    return exif


def photo(size: tuple[int, int] = (640, 480), **options: Any) -> bytes:
    """A photo of a phone: place, maker, comment, lying on its side."""
    return picture("JPEG", size, exif=told(), comment=CANARY, quality=90, **options)


def document(**parts: Any) -> bytes:
    """A PDF of one page; `root` goes into its catalogue, `page` into the page."""
    made = pikepdf.new()
    made.add_blank_page(page_size=(300, 400))
    for key, value in parts.get("root", {}).items():
        made.Root[key] = made.make_indirect(value)
    for key, value in parts.get("page", {}).items():
        made.pages[0].obj[key] = value
    made.docinfo["/Author"] = CANARY.decode()
    out = io.BytesIO()
    made.save(out, **parts.get("save", {}))
    return out.getvalue()


def document_with(photo: bytes) -> bytes:
    """A photo in a PDF, EXIF and all."""
    made = pikepdf.new()
    page = made.add_blank_page(page_size=(300, 400))
    image = pikepdf.Stream(made, photo)
    image.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": 640, "/Height": 480})
    image.update({"/ColorSpace": pikepdf.Name.DeviceRGB, "/BitsPerComponent": 8, "/Filter": pikepdf.Name.DCTDecode})
    page.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=image))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
