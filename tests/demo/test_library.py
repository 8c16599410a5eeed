"""The demonstration's texts and numbers: complete, filled, and nobody's."""

import json
import re
from random import Random

import pytest

from appeals.models import Category
from appeals.outside import BODIES
from demo import library, names
from portal.models import OrganisationKind
from portal.phone import tidy_phone

OFFERED = ("company", "city", "district", "place", "place2", "day", "before", "home", "promise")
PARTS = ("upheld", "partly", "not_upheld", "settled")


def slots(name: str) -> library.Slots:
    return library.begin(name, dict.fromkeys(OFFERED, "某处"), Random(1))


@pytest.mark.parametrize("name", library.SHARES)
def test_a_kind_has_stories_questions_and_every_sort_of_answer(name: str) -> None:
    kind = library.kind(name)
    assert kind["category"] in Category.values
    assert kind["about"] in (*OrganisationKind.values, "body", "none", "contact")
    assert len(kind["stories"]) >= (4 if name == "conduct" else 8)
    for part in ("asks", "escalate", "go_on", "added", "carried_out", *PARTS):
        assert kind[part], part
    assert kind["transfer"]["target"] in BODIES
    assert len({story["title"] for story in kind["stories"]}) == len(kind["stories"])


@pytest.mark.parametrize("name", library.SHARES)
def test_every_text_is_told_without_a_hole(name: str) -> None:
    kind = library.kind(name)
    for story in kind["stories"]:
        random, told = Random(7), slots(name)
        title = library.told(story["title"], told, random)
        texts = [title, library.told(story["story"], told, random)]
        library.settle(name, told)
        whole = "".join(texts)
        findings = [library.fitting(kind[part], whole) for part in PARTS]
        assert any(findings[:2]), "a story that nobody could uphold"
        for part in ("asks", "company_replies", *PARTS):
            for option in library.fitting(kind[part], whole):
                texts += [library.told(words, told, random) for words in option.values() if isinstance(words, str)]
        for part in ("to_company", "escalate", "go_on", "added", "carried_out"):
            fitting = library.fitting(kind[part], whole)
            texts += [library.told(library.words_of(option), told, random) for option in fitting]
        notes = library.fitting(kind["transfer"]["notes"], whole)
        texts += [library.told(library.words_of(note), told, random) for note in notes]
        assert len(title) <= 60
        assert [text for text in texts if re.search(r"[{}\[\]|]", text)] == []


@pytest.mark.parametrize("name", library.SHARES)
def test_what_is_promised_has_a_day_and_what_is_not_upheld_promises_nothing(name: str) -> None:
    kind = library.kind(name)
    for part in ("upheld", "partly", "settled"):
        assert all(answer["remedy"] for answer in kind[part])
    assert all("remedy" not in answer for answer in kind["not_upheld"])


@pytest.mark.parametrize("name", library.SHARES)
def test_an_option_made_for_some_stories_is_made_for_one_at_least(name: str) -> None:
    kind = library.kind(name)
    stories = [story["title"] + story["story"] for story in kind["stories"]]
    options = [option for part in kind.values() if isinstance(part, list) for option in part]
    special = [option for option in options if isinstance(option, dict) and "fits" in option]
    assert [option for option in special if not any(word in text for word in option["fits"] for text in stories)] == []


def test_a_story_gets_what_was_made_for_it_before_what_fits_any() -> None:
    options = ["随便哪个", {"text": "顺路的", "fits": ["顺路"]}]
    assert library.fitting(options, "顺路单开关") == [options[1]]
    assert library.fitting(options, "别的") == ["随便哪个"]
    assert library.words_of(options[1]) == "顺路的"


def test_the_same_choice_is_drawn_once_for_a_case() -> None:
    told: library.Slots = {}
    random = Random(3)
    title = library.told("停[days:3|5|7] 天", told, random)
    assert library.told("停了{days}天", told, random) == title.replace("停", "停了").replace(" ", "")


def test_common_texts_have_no_slot_but_company_and_promise() -> None:
    text = json.dumps(library.common(), ensure_ascii=False)
    assert set(re.findall(r"\{(\w+)\}", text)) <= {"company", "promise"}


def test_numbers_have_the_right_shape_and_belong_to_nobody() -> None:
    licences = {names.licence(number) for number in range(6_000)}
    assert len(licences) == 6_000
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    for licence in list(licences)[:200]:
        assert licence.startswith("519999")
        assert "10X98765432"[sum(int(d) * w for d, w in zip(licence, weights, strict=False)) % 11] == licence[-1]
    assert tidy_phone(names.phone(1)) == "16300000001"


def test_names_are_drawn_from_the_seed() -> None:
    assert [names.name(Random(5)) for _n in range(2)] == [names.name(Random(5)) for _n in range(2)]
    assert all(2 <= len(names.name(Random(seed))) <= 3 for seed in range(300))
