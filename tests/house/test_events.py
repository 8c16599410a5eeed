"""Every kind of event stands in docs/glossary.md, and nobody waits for a kind that nothing records."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from portal import events, telling

ROOT: Path = settings.ROOT_DIR
KIND = re.compile(r"^\| `([a-z]+\.[a-z_]+)` \| ([^|]+) \|", re.MULTILINE)
Function = ast.FunctionDef


@cache
def trees(room: str) -> dict[str, ast.Module]:
    files = [path for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in files}


def calls(room: str) -> Iterator[tuple[str, ast.Call, Function | None]]:
    """Every call of a room, with its file and the function it stands in."""

    def walk(file: str, node: ast.AST, inside: Function | None) -> Iterator[tuple[str, ast.Call, Function | None]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                yield file, child, inside
            yield from walk(file, child, child if isinstance(child, ast.FunctionDef) else inside)

    for file, tree in trees(room).items():
        yield from walk(file, tree, None)


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def is_record(call: ast.Call) -> bool:
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return name_of(call) in ("record", "record_each") and isinstance(owner, ast.Name) and owner.id == "events"


def argument(call: ast.Call, function: Function, name: str) -> ast.expr | None:
    """What a call hands over for a parameter of the function it calls."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    names = [parameter.arg for parameter in function.args.args]
    place = names.index(name) if name in names else len(call.args)
    return call.args[place] if place < len(call.args) else None


def values(room: str, node: ast.expr, inside: Function | None) -> set[str]:
    """The strings an expression may be, followed through parameters and local names; fails where nobody can tell."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=body, orelse=orelse):
            return values(room, body, inside) | values(room, orelse, inside)
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), ast.FormattedValue(value=rest)]):
            return {start + end for end in values(room, rest, inside)}
        case ast.Name(id=name) if inside:
            assigned = [
                item.value
                for item in ast.walk(inside)
                if isinstance(item, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in item.targets)
            ]
            found = [values(room, value, inside) for value in assigned]
            # the ground floor calls back what a room tells it of itself (portal.exports.Lists)
            for caller in (room, "portal"):
                found = found or [
                    values(caller, value, outer)
                    for _file, call, outer in calls(caller)
                    if name_of(call) == inside.name and (value := argument(call, inside, name)) is not None
                ]
            if found:
                return set().union(*found)
    raise AssertionError(f"{room}: nobody can tell which event {ast.unparse(node)} is; name it where it is recorded.")


def recorded(room: str) -> set[str]:
    found: set[str] = set()
    for _file, call, inside in calls(room):
        if is_record(call):
            found |= values(room, call.args[0], inside)
    return found


@cache
def all_recorded() -> frozenset[str]:
    return frozenset().union(*(recorded(room) for room in settings.ROOMS))


def listed() -> list[str]:
    return [kind for kind, _chinese in KIND.findall((ROOT / "docs" / "glossary.md").read_text("utf-8"))]


@pytest.mark.parametrize("room", settings.ROOMS)
def test_every_event_of_a_room_stands_in_the_glossary(room: str) -> None:
    kinds = recorded(room)
    assert kinds, f"{room} records nothing: is this test still looking at the right call?"
    assert sorted(kinds - set(listed())) == []
    assert [kind for kind in kinds if not kind.startswith(f"{room}.")] == []


def test_the_glossary_lists_no_event_twice_and_none_that_nothing_records() -> None:
    assert sorted(set(listed())) == sorted(listed())
    assert sorted(set(listed()) - all_recorded()) == []


def test_whoever_waits_for_an_event_waits_for_one_that_happens() -> None:
    waited = set(telling.kinds()).union(*(kinds or () for kinds, _do in events._consumers.values()))
    assert sorted(kind for kind in waited - all_recorded() if not kind.startswith("tests.")) == []
