"""The API's description, turned into what a person reads: operations by group, their fields, answers and examples."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Schema = dict[str, Any]
# in the order in which they are read
GROUPS: dict[str, Promise] = {
    "common": _("For everybody"),
    "driver": _("A driver, as himself"),
    "desk": _("Handlers and committees"),
    "company": _("A company's liaison"),
}
DEEPEST = 4
# how a choice stands in a description: * `named` - Only handlers see my name
CHOICE = re.compile(r"^\* `([^`]*)` - (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Field:
    """One field or parameter, in a line."""

    name: str
    kind: str
    is_required: bool = False
    words: str = ""
    choices: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Answer:
    status: str
    words: str
    is_problem: bool
    fields: list[Field] = field(default_factory=list)


@dataclass(frozen=True)
class Operation:
    name: str
    method: str
    path: str
    summary: str
    words: str
    parameters: list[Field]
    media: str
    body: list[Field]
    answers: list[Answer]
    examples: list[tuple[str, str]]

    @property
    def good(self) -> list[Answer]:
        return [answer for answer in self.answers if not answer.is_problem]

    @property
    def bad(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.is_problem]


@dataclass(frozen=True)
class Group:
    name: str
    words: Promise
    operations: list[Operation]


def groups(schema: Schema) -> list[Group]:
    found: dict[str, list[Operation]] = {name: [] for name in GROUPS}
    for path, methods in schema["paths"].items():
        for method, written in methods.items():
            found[written["tags"][0]].append(_operation(schema, path, method, written))
    return [Group(name, GROUPS[name], operations) for name, operations in found.items() if operations]


def _operation(schema: Schema, path: str, method: str, written: Schema) -> Operation:
    content = written.get("requestBody", {}).get("content", {})
    media = next(iter(content), "")
    body = content.get(media, {})
    return Operation(
        name=written["operationId"],
        method=method.upper(),
        path=path,
        summary=written.get("summary", ""),
        words=written.get("description", ""),
        parameters=[_parameter(schema, one) for one in written.get("parameters", [])],
        media=media,
        body=list(_fields(schema, body.get("schema", {}))),
        answers=[_answer(schema, status, one) for status, one in written["responses"].items()],
        examples=list(_examples(written, body)),
    )


def _parameter(schema: Schema, written: Schema) -> Field:
    shape = {**written["schema"], "description": written.get("description", "")}
    return _field(schema, written["name"], shape, is_required=written.get("required", False))


def _field(schema: Schema, name: str, written: Schema, *, is_required: bool) -> Field:
    """A field in a line; the words of a choice stand beside it, where it has any but its own code."""
    inner = _plain(schema, written)
    said = {code: word for shape in (inner, written) for code, word in CHOICE.findall(shape.get("description", ""))}
    codes = [str(one) for one in inner.get("enum", []) if one not in ("", None)]
    choices = [code if said.get(code, code) == code else f"{code} {said[code]}" for code in codes]
    words = "" if inner.get("type") == "object" and "$ref" in written else written.get("description", "")
    return Field(name, _kind(schema, inner), is_required, CHOICE.sub("", words).strip(), choices)


def _answer(schema: Schema, status: str, written: Schema) -> Answer:
    content = written.get("content", {})
    media = next(iter(content), "")
    is_problem = media == "application/problem+json"
    shape = content.get(media, {}).get("schema", {})
    fields = [] if is_problem else list(_fields(schema, shape))
    return Answer(status, written.get("description", ""), is_problem, fields)


def _fields(schema: Schema, shape: Schema, prefix: str = "", depth: int = 0) -> Iterator[Field]:
    """Fields of an object, those inside it below with their path."""
    shape = _plain(schema, shape)
    if shape.get("type") == "array":
        prefix, shape = f"{prefix}[]", _plain(schema, shape["items"])
    needed = shape.get("required", [])
    for name, written in shape.get("properties", {}).items():
        inner = _plain(schema, written)
        path = ".".join(part for part in (prefix, name) if part)
        yield _field(schema, path, written, is_required=name in needed)
        if depth < DEEPEST:
            yield from _fields(schema, inner, path, depth + 1)


def _plain(schema: Schema, shape: Schema) -> Schema:
    """The shape a reference stands for, with what was said beside the reference."""
    if "$ref" in shape:
        return _plain(schema, schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]])
    for several in ("allOf", "oneOf"):
        if several in shape:
            plain = [_plain(schema, one) for one in shape[several]]
            enum = [value for one in plain for value in one.get("enum", [])]
            beside = {key: value for key, value in shape.items() if key != several}
            return {**plain[0], **({"enum": enum} if enum else {}), **beside}
    return shape


def _kind(schema: Schema, shape: Schema) -> str:
    """text, whole number, date ... as one reads it."""
    if shape.get("type") == "array":
        return f"[{_kind(schema, _plain(schema, shape['items']))}]"
    kind = shape.get("format") or shape.get("type") or "object"
    longest = shape.get("maxLength")
    words = f"{kind} ≤ {longest}" if longest else str(kind)
    return f"{words}, null" if shape.get("nullable") else words


def _examples(written: Schema, body: Schema) -> Iterator[tuple[str, str]]:
    """What is sent and what comes back, as JSON."""
    for one in body.get("examples", {}).values():
        yield one.get("summary", ""), _json(one["value"])
    for answer in written["responses"].values():
        for content in answer.get("content", {}).values():
            for one in content.get("examples", {}).values():
                yield one.get("summary", ""), _json(one["value"])


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
