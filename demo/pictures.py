"""Pictures for a few of the invented appeals: a screenshot of orders, a slip of paper, drawn here and of nobody."""

import datetime
import io
import zlib

from PIL import Image, ImageDraw, ImageFont

from appeals.actions import evidencing
from portal.models import User

# every so many filings bring one along; looking at a file takes a third of a second
EVERY = 25
INK, GREY, LINE, PAPER, GREEN, RED = "#22262b", "#8a9097", "#e4e2dd", "#ffffff", "#1f7a4d", "#b3261e"


def belongs_to(story: str) -> bool:
    """Whether this filing brings a picture: by its words, so that it is the same each time."""
    return zlib.crc32(story.encode()) % EVERY == 0


def received(by: User, *pictures: tuple[str, bytes], now: datetime.datetime) -> tuple[str, ...]:
    """Codes of the pictures, sent in by this person as anybody would."""
    return tuple(evidencing.receive(io.BytesIO(data), name=name, by=by, now=now).code for name, data in pictures)


def orders(seed: int, day: datetime.date) -> bytes:
    """A phone's list of an evening's orders: times, fares, what was left of them."""
    image = Image.new("RGB", (1080, 1720), "#f4f3f0")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 1080, 150), fill=PAPER)
    draw.text((60, 52), f"{day:%m-%d}   17:30 - 20:00", font=_font(44), fill=INK)
    for row in range(6):
        top = 190 + row * 244
        fare = 1800 + (seed * 7919 + row * 1543) % 9000
        kept = fare * (62 + (seed + row) % 9) // 100
        draw.rounded_rectangle((40, top, 1040, top + 214), 28, fill=PAPER)
        draw.text(
            (80, top + 34), f"{17 + row // 2}:{30 * (row % 2) + (row * 7 + seed) % 29:02d}", font=_font(46), fill=INK
        )
        draw.rounded_rectangle((80, top + 118, 560, top + 138), 10, fill=LINE)
        draw.rounded_rectangle((80, top + 158, 440, top + 178), 10, fill=LINE)
        draw.text((760, top + 34), f"{fare / 100:.2f}", font=_font(50), fill=INK)
        draw.text((760, top + 118), f"{kept / 100:.2f}", font=_font(50), fill=GREEN if kept * 100 > fare * 66 else RED)
    return _png(image)


def slip(fen: int) -> bytes:
    """A slip of paper on a dashboard: a sum, a stamp, no name."""
    image = Image.new("RGB", (1600, 1200), "#4b4f55")
    draw = ImageDraw.Draw(image)
    draw.polygon([(240, 180), (1370, 120), (1440, 1040), (300, 1110)], fill="#f7f3e8")
    for line in range(7):
        draw.line((340, 330 + line * 92, 1330, 300 + line * 92), fill="#c9c2b0", width=4)
    draw.text((400, 420), "No. 000000", font=_font(64), fill=GREY)
    draw.text((400, 640), f"- {fen / 100:,.2f}", font=_font(110), fill=INK)
    draw.ellipse((980, 640, 1280, 940), outline=RED, width=14)
    draw.line((1030, 790, 1230, 790), fill=RED, width=12)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
