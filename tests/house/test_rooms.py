"""Rooms stand on floors: nothing points upwards, and a name says what a thing is."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

ROOT: Path = settings.ROOT_DIR
FLOORS: list[str] = settings.ROOMS  # from the ground up
OURS = [*FLOORS, "demo", "launch", "bench", "tests"]
# words that say nothing about what is inside
EMPTY_WORDS = {"util", "helper", "manager", "service", "base", "common", "misc", "data", "info", "process", "processor"}
# words of others: the programs of docker-compose.yml, and what Django asks for by name
TAKEN = {"launch/services.py", "tests/launch/test_services.py"}
TAKEN_CLASSES = {"Service", "UserManager"}
LONGEST = 350


def modules(*rooms: str) -> list[Path]:
    found = [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts and ".venv" not in path.parts]


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in FLOORS]


def test_every_room_has_models_to_look_at() -> None:
    assert {model._meta.app_label for model in own_models()} == set(FLOORS)


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_no_foreign_key_points_to_a_higher_room(model: type[models.Model]) -> None:
    floor = FLOORS.index(model._meta.app_label)
    higher = {
        f"{field.name} -> {field.related_model._meta.label}"  # type: ignore[union-attr]
        for field in [*model._meta.fields, *model._meta.many_to_many]
        if field.is_relation
        and field.related_model._meta.app_label in FLOORS  # type: ignore[union-attr]
        and FLOORS.index(field.related_model._meta.app_label) > floor  # type: ignore[union-attr]
    }
    assert higher == set()


def test_nothing_points_at_a_row_of_any_kind() -> None:
    """No generic foreign key: what a row refers to is known to the database."""
    generic = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in model._meta.get_fields()
        if type(field).__name__.startswith("Generic")
    ]
    assert generic == []


def empty_words(name: str) -> set[str]:
    words = {word.lower() for part in name.split("_") for word in camel(part)}
    return {word for word in words if word in EMPTY_WORDS or word.removesuffix("s") in EMPTY_WORDS}


def camel(name: str) -> list[str]:
    """CaseFile -> Case, File."""
    parts, word = [], ""
    for letter in name:
        if letter.isupper() and word and not word[-1].isupper():
            parts.append(word)
            word = ""
        word += letter
    return [*parts, word]


def test_the_words_are_found() -> None:
    assert empty_words("case_helpers") == {"helpers"}
    assert empty_words("AppealManager") == {"manager"}
    assert empty_words("management") == set()


def test_no_module_has_an_empty_name() -> None:
    named = {
        str(path.relative_to(ROOT))
        for path in modules(*OURS)
        if any(empty_words(part) for part in (path.stem, *path.relative_to(ROOT).parts[:-1]))
    }
    assert named == TAKEN


def test_no_class_has_an_empty_name() -> None:
    named = {
        node.name
        for path in modules(*OURS)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and empty_words(node.name)
    }
    assert named == TAKEN_CLASSES


def test_a_module_that_grows_long_becomes_a_package() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules(*FLOORS, "demo", "launch")
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST
    }
    assert long == {}


def test_imports_stand_at_the_top() -> None:
    inside = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules(*FLOORS)
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    # an app's ready() is the one place where Django wants it
    assert [place for place in inside if "/apps.py:" not in place] == []


def test_no_room_hooks_into_saving() -> None:
    """No signal receivers, no save() or delete() of our own: what a write does stands in its action."""
    hooked = []
    for path in modules(*FLOORS):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "django.db.models.signals":
                hooked.append(f"{path.relative_to(ROOT)}: {node.module}")
            if isinstance(node, ast.ClassDef):
                hooked += [
                    f"{path.relative_to(ROOT)}: {node.name}.{item.name}"
                    for item in node.body
                    if isinstance(item, ast.FunctionDef) and item.name in ("save", "delete")
                ]
    assert hooked == []
