"""Every write is an action: whole or not at all, on a clock it was given, and without a request."""

import ast
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.ROOT_DIR
WRITES = {
    "save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create", "update_or_create", "add",
    "set", "remove", "clear",
}  # fmt: skip
RECORDS = {"record", "log"}
DOORS = ("django.http", "django.shortcuts", "django.views", "celery", "rest_framework", "django.contrib.messages")
CLOCKS = {("timezone", "now"), ("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}


@dataclass
class Function:
    """What one function of the actions does, as far as its text tells."""

    module: str
    name: str
    is_atomic: bool
    writes: int
    records: bool
    is_looping: bool
    calls: set[str] = field(default_factory=set)
    has_words: bool = False

    @property
    def needs_transaction(self) -> bool:
        """Two writes that belong together, or a write with its event."""
        return self.records or self.writes > 1 or (self.writes == 1 and self.is_looping)


def action_modules() -> list[Path]:
    found = [path for room in settings.ROOMS for path in sorted((ROOT / room).glob("actions.py"))]
    found += [path for room in settings.ROOMS for path in sorted((ROOT / room / "actions").glob("*.py"))]
    return [path for path in found if path.name != "__init__.py"]


def is_row_write(call: ast.Call) -> bool:
    """A write to the database, not to a set or a dictionary: on a row, through .objects or through a related name."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return False
    chain = ast.unparse(call.func.value)
    if call.func.attr in ("save",):
        return True
    if call.func.attr in ("add", "set", "remove", "clear", "update") and ".filter(" not in chain:
        return ".objects" in chain or chain.endswith(".cities")
    return ".objects" in chain or "." in chain or ".filter(" in chain


def read(node: ast.FunctionDef, module: str, aliases: dict[str, str]) -> Function:
    atomic = any("atomic" in ast.unparse(decorator) for decorator in node.decorator_list)
    inside = [item for item in ast.walk(node) if isinstance(item, ast.With)]
    atomic = atomic or any("atomic" in ast.unparse(item.context_expr) for block in inside for item in block.items)
    made = Function(module, node.name, atomic, 0, False, False, has_words=ast.get_docstring(node) is not None)
    for item in ast.walk(node):
        if isinstance(item, ast.For | ast.While):
            made.is_looping |= any(isinstance(sub, ast.Call) and is_row_write(sub) for sub in ast.walk(item))
        if not isinstance(item, ast.Call):
            continue
        made.writes += is_row_write(item)
        if isinstance(item.func, ast.Name):
            made.calls.add(f"{module}.{item.func.id}")
        elif isinstance(item.func, ast.Attribute) and isinstance(item.func.value, ast.Name):
            owner = item.func.value.id
            made.records |= item.func.attr in RECORDS and owner in ("events", "moving")
            made.calls.add(f"{aliases.get(owner, owner)}.{item.func.attr}")
        # handed on to be called there: do=lambda: ..., attempt(what, do, ...)
        for handed in item.args:
            if isinstance(handed, ast.Name):
                made.calls.add(f"{module}.{handed.id}")
    return made


@cache
def functions() -> dict[str, Function]:
    found = {}
    for path in action_modules():
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        tree = ast.parse(path.read_text("utf-8"))
        aliases = {
            (name.asname or name.name): f"{item.module}.{name.name}"
            for item in tree.body
            if isinstance(item, ast.ImportFrom) and item.module
            for name in item.names
        }
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                made = read(node, module, aliases)
                # a function imported by its own name
                made.calls = {aliases.get(call.removeprefix(f"{module}."), call) for call in made.calls}
                found[f"{module}.{node.name}"] = made
    return found


def is_whole(name: str, seen: frozenset[str] = frozenset()) -> bool:
    """Inside a transaction: its own, or that of each function that calls it."""
    made = functions()[name]
    if made.is_atomic or name in seen:
        return made.is_atomic
    callers = [caller for caller, one in functions().items() if name in one.calls and caller != name]
    return bool(callers) and all(is_whole(caller, seen | {name}) for caller in callers)


def test_there_are_actions_to_look_at() -> None:
    names = functions()
    assert len(names) > 100
    assert names["appeals.actions.handling.take"].records
    assert names["appeals.actions.driving.resume"].writes == 1
    assert not names["appeals.actions.handling.require_promise"].needs_transaction


@pytest.mark.parametrize("name", [name for name, made in functions().items() if made.needs_transaction])
def test_an_action_is_whole_or_not_at_all(name: str) -> None:
    assert is_whole(name), "neither atomic nor called by atomic functions only"


@pytest.mark.parametrize("path", action_modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_an_action_knows_no_request_no_queue_and_no_clock(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imported += [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
    assert [name for name in imported if name.startswith(DOORS)] == []
    read_clocks = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (ast.unparse(node.func.value).rpartition(".")[2], node.func.attr) in CLOCKS
    ]
    assert read_clocks == []


def test_every_action_says_its_rule() -> None:
    silent = [
        name
        for name, made in functions().items()
        if made.is_atomic and not made.name.startswith("_") and not made.has_words
    ]
    assert silent == []


def views() -> list[Path]:
    found = [path for room in settings.ROOMS for path in sorted((ROOT / room).glob("views*.py"))]
    return found + [path for room in settings.ROOMS for path in sorted((ROOT / room / "views").rglob("*.py"))]


@pytest.mark.parametrize("path", views(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_view_writes_nothing_itself(path: Path) -> None:
    written = [
        f"{node.lineno}: {ast.unparse(node)[:80]}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and (".objects" in ast.unparse(node.func.value) or ".filter(" in ast.unparse(node.func.value))
    ]
    assert written == []
