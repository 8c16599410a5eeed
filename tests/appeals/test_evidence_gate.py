"""What comes in: more than 200 hostile files, none of which is accepted unclean, and memory that stays where it is."""

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pikepdf
import pytest
from PIL import Image

from appeals import gate
from appeals.gate import Turned
from tests.appeals import files, hostile
from tests.appeals.hostile import Hostile

# what would betray the sender, or run, in a copy
UNCLEAN = (files.CANARY, files.EICAR, b"<script", b"<html", b"<svg", b"<?php", b"Exif\0", b"PK\x03\x04", b"/JavaScript")


@dataclass
class Seen:
    one: Hostile
    why: str = ""
    kind: str = ""
    copy: bytes = b""
    small: bytes = b""


def pieces(data: bytes, size: int = 65_536) -> Iterator[bytes]:
    yield from (data[at : at + size] for at in range(0, len(data), size))


def look(one: Hostile) -> Seen:
    try:
        with gate.looked_at(pieces(one.data)) as looked:
            return Seen(one, "", looked.kind, b"".join(looked.copy()), b"".join(looked.small()))
    except Turned as turned:
        return Seen(one, turned.why)


def look_at_all(family: Iterable[Hostile]) -> list[Seen]:
    with ThreadPoolExecutor(2) as two:
        return list(two.map(look, family))


def fault_of(seen: Seen) -> str:
    """What is wrong with how a file was taken or turned away; empty when nothing is."""
    expected = seen.one.why
    if expected and not seen.why:
        return "was let in"
    if expected not in ("", "*") and seen.why != expected:
        return f"{seen.why} instead of {expected}"
    if seen.why:
        return ""
    if any(mark in seen.copy or mark in seen.small for mark in UNCLEAN):
        return "its copy is unclean"
    return "" if seen.kind == "pdf" else fault_of_picture(seen)


def fault_of_picture(seen: Seen) -> str:
    for data in (seen.copy, seen.small):
        image = Image.open(io.BytesIO(data), formats=("JPEG",))
        image.load()
        if image.getexif() or set(image.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}:
            return "its copy carries more than pixels"
    return ""


def test_there_are_more_than_200() -> None:
    every = hostile.all_of_them()
    refused = [one for one in every if one.why]
    assert len({one.name for one in every}) == len(every)
    assert len(refused) >= 200


@pytest.mark.parametrize("family", hostile.FAMILIES, ids=lambda family: family.__name__)
def test_nothing_is_accepted_unclean(family: Callable[[], Iterator[Hostile]]) -> None:
    found = {seen.one.name: fault for seen in look_at_all(family()) if (fault := fault_of(seen))}
    assert found == {}


def test_what_is_odd_and_honest_comes_in() -> None:
    assert {seen.one.name: seen.why for seen in look_at_all(hostile.odd_but_honest()) if seen.why} == {}


def test_a_photo_stands_upright_and_is_small_enough() -> None:
    seen = look(Hostile("photo", files.photo((4000, 3000))))
    copy, small = Image.open(io.BytesIO(seen.copy)), Image.open(io.BytesIO(seen.small))
    assert (seen.kind, copy.size, small.size) == ("jpeg", (1920, 2560), (270, 360))
    # the gradient runs from top to bottom in the file; its phone was turned, so in the copy from right to left
    assert copy.getpixel((10, 1000)) > copy.getpixel((1900, 1000))


def test_a_long_screenshot_stays_readable() -> None:
    seen = look(Hostile("screenshot", files.picture("PNG", (1080, 12_000))))
    assert Image.open(io.BytesIO(seen.copy)).size == (1080, 12_000)


def test_a_documents_copy_forgets_who_made_it() -> None:
    seen = look(Hostile("document", files.document_with(files.photo())))
    copy = pikepdf.open(io.BytesIO(seen.copy))
    assert "/Info" not in copy.trailer
    raw = next(one.read_raw_bytes() for one in copy.objects if isinstance(one, pikepdf.Stream) and "/Width" in one)
    photo = Image.open(io.BytesIO(raw))
    assert (photo.size, dict(photo.getexif()), photo.info.get("comment")) == ((640, 480), {}, None)


def test_every_reason_has_its_sentence() -> None:
    assert {one.why for one in hostile.all_of_them()} - {"", "*"} <= gate.WHY.keys()


def test_a_decoder_that_was_taken_over_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    for said in (
        {"kind": "exe", "copy": 1, "small": 0}, {"kind": "jpeg", "copy": 10**12, "small": 0}, {"why": ["a"]},
        {"why": "so"},
        {"kind": "jpeg", "copy": "x", "small": 0}, [], None, {"kind": "jpeg", "copy": 100, "small": 0},
    ):  # fmt: skip
        script = f"import sys; sys.stdin.buffer.read(); print({json.dumps(json.dumps(said))})"
        monkeypatch.setattr(gate, "COMMAND", [sys.executable, "-c", script])
        with pytest.raises(Turned), gate.looked_at([b"x"]) as looked:
            list(looked.copy())


def test_one_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "COMMAND", [sys.executable, "-c", "import time; time.sleep(60)"])
    monkeypatch.setattr(gate, "PATIENCE", 0.5)
    with pytest.raises(Turned), gate.looked_at([b"x"]):
        pass


MEASURE = """
import resource, sys
sys.path.insert(0, ".")
import django; django.setup()
from appeals import gate
from tests.appeals import files, hostile
every = [*hostile.bombs(), *hostile.moving(), *hostile.odd_but_honest()]
every += [hostile.Hostile("large", files.picture("PNG", (4400, 4400), "RGBA"))]
every += [hostile.Hostile("full", b"\\xff\\xd8" + b"x" * 20_000_000)]
def at(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = at()
for one in every:
    try:
        with gate.looked_at(one.data[n:n + 65536] for n in range(0, len(one.data), 65536)) as looked:
            for piece in looked.copy(): pass
    except gate.Turned:
        pass
print(at() - before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_memory_stays_bounded() -> None:
    """Measured in a process of its own, as the web server's: its own growth, and the largest of its decoders."""
    done = subprocess.run([sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True)
    grown, largest = (int(figure) / 1024 for figure in done.stdout.split())
    assert grown <= 64
    assert largest <= 256
