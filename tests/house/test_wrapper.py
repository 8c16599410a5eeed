"""Only the wrapper of background work catches whatever is raised; everything else lets errors of rules fail loudly."""

import ast

from django.conf import settings

WRAPPER = "portal/jobs.py"
EVERYTHING = {"Exception", "BaseException"}


def catches_everything(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(kind, ast.Name) and kind.id in EVERYTHING for kind in kinds)


def test_only_the_wrapper_catches_everything() -> None:
    found = set()
    for room in settings.ROOMS:
        for path in (settings.ROOT_DIR / room).rglob("*.py"):
            tree = ast.parse(path.read_text("utf-8"))
            if any(isinstance(node, ast.ExceptHandler) and catches_everything(node) for node in ast.walk(tree)):
                found.add(str(path.relative_to(settings.ROOT_DIR)))
    assert found == {WRAPPER}
