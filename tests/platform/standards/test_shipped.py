"""The shipped edition: complete, sourced, bilingual, hashed; and each fault in its files is named."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from huakai_platform import forms
from huakai_platform.standards import shipped, strict_yaml
from huakai_platform.standards.shipped import Faulty, load_shipped

EDITION = load_shipped()
CHECKLISTS = {one.code: forms.definition(one.body) for one in EDITION.definitions if one.kind == "checklist"}
TIERS = ("T1", "T2", "T3", "T4")
JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.text(st.characters(exclude_categories=["Cs"]))
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.from_regex(r"[a-z]{1,6}"), inner, max_size=4)
    ),
    max_leaves=12,
)


def codes(kind: str, name: str) -> list[str]:
    return [entry["code"] for entry in EDITION.find(kind)[name]]


def texts(value: Any) -> Iterator[dict[str, str]]:
    if isinstance(value, dict):
        if set(value) == {"zh", "en"}:
            yield value
        else:
            for part in value.values():
                yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


def broken(folder: Path, file: str, change: Callable[[Any], Any]) -> list[str]:
    copy = copytree(shipped.FOLDER, folder / "standards")
    body = strict_yaml.load((copy / file).read_text())
    change(body)
    (copy / file).write_text(yaml.safe_dump(body, allow_unicode=True))
    with pytest.raises(Faulty) as refusal:
        load_shipped(copy)
    return refusal.value.faults


def test_the_first_edition_has_what_the_model_is_known_for() -> None:
    assert EDITION.number == 1
    assert [chapter["title"]["zh"] for chapter in EDITION.find("edition")["chapters"]] == [
        "建设规范",
        "人员配备",
        "设施配置",
        "咨询业务",
        "治疗康复",
    ]
    assert [line["title"]["zh"] for line in EDITION.find("edition")["lines"]] == [
        "场室建设",
        "设备硬件",
        "体系搭建",
        "队伍建设",
        "人员培训",
    ]
    assert codes("tiers", "tiers") == list(TIERS)
    kinds = [space["kind"] for space in EDITION.find("spaces")["spaces"]]
    assert (kinds.count("zone"), kinds.count("room")) == (5, 6)


def test_the_county_centre_has_all_five_zones_and_six_rooms() -> None:
    spaces = EDITION.find("spaces")
    named = {space["code"] for space in spaces["spaces"] if space["kind"] in ("zone", "room")}
    county = next(entry for entry in spaces["tiers"] if entry["tier"] == "T3")

    assert set(county["required"]) == named


@pytest.mark.parametrize("code", ["construction", "acceptance", "daily", "weekly", "monthly"])
@pytest.mark.parametrize("tier", TIERS)
def test_every_checklist_can_be_passed_at_every_tier(code: str, tier: str) -> None:
    form = CHECKLISTS[code].at_tier(tier)
    items = list(form)

    assert len(items) >= 10
    assert any(item.core for item in items)
    assert any(item.evidence.when != "never" for item in items)
    assert all(item.required for item in items if item.core)
    assert forms.schema(form, partial=True)().load({}) == {}
    assert forms.workbook(form)


def test_construction_follows_the_five_lines_and_acceptance_the_five_chapters() -> None:
    assert [section.code for section in CHECKLISTS["construction"].sections] == codes("edition", "lines")
    assert [section.code for section in CHECKLISTS["acceptance"].sections] == codes("edition", "chapters")


def test_the_daily_check_is_short_enough_for_every_day() -> None:
    assert all(10 <= len(list(CHECKLISTS["daily"].at_tier(tier))) <= 14 for tier in TIERS)
    assert {code: form.period for code, form in CHECKLISTS.items()} == {
        "construction": "once",
        "acceptance": "once",
        "daily": "day",
        "weekly": "week",
        "monthly": "month",
    }


@pytest.mark.parametrize("age", ["A", "B", "C"])
def test_each_age_set_adds_up_to_a_hundred(age: str) -> None:
    indicators = EDITION.find("indicators")

    assert sum(entry["points"].get(age, 0) for entry in indicators["indicators"]) == 100
    assert [dimension["weights"]["A"] for dimension in indicators["dimensions"]] == [25, 20, 20, 15, 10, 10, 0]


def test_every_text_is_chinese_and_english() -> None:
    for one in EDITION.definitions:
        for text in texts(one.body):
            assert not re.search("[\u4e00-\u9fff]", text["en"]), text
            assert re.search("[\u4e00-\u9fff]", text["zh"]) or text["zh"] in ("%", "dB(A)"), text


def test_hours_of_pre_service_training_are_as_proposed() -> None:
    programmes = {entry["code"]: entry for entry in EDITION.find("curricula")["programmes"]}
    assert [programmes[code]["hours"] for code in ("pre_service", "yearly_basic", "yearly_counsellor")] == [24, 24, 30]


@settings(deadline=None)
@given(JSON)
def test_a_hash_survives_the_store_and_the_order_of_keys(body: Any) -> None:
    stored = json.loads(json.dumps(body))
    turned = dict(reversed(body.items())) if isinstance(body, dict) else body

    assert shipped.digest(body) == shipped.digest(stored) == shipped.digest(turned)


def test_a_hash_is_of_the_content() -> None:
    daily = next(one for one in EDITION.definitions if one.code == "daily")

    assert shipped.digest(daily.body) == daily.digest
    assert shipped.digest(daily.body | {"period": "week"}) != daily.digest
    assert shipped.digest("e\u0301") == shipped.digest("\u00e9")
    assert len({one.digest for one in EDITION.definitions}) == len(EDITION.definitions)


def test_reading_it_again_gives_the_same_edition(tmp_path: Path) -> None:
    assert load_shipped(copytree(shipped.FOLDER, tmp_path / "again")).digest == EDITION.digest


@pytest.mark.parametrize(
    ("file", "change", "named"),
    [
        ("tiers.yaml", lambda body: body["tiers"][0].update(colour=1), "tiers.yaml: tiers[0].colour: 没有这一项"),
        ("tiers.yaml", lambda body: body["tiers"][0]["area"].pop("proposed"), "tiers.yaml: tiers[0].area: 要写明来源"),
        ("tiers.yaml", lambda body: body["tiers"][0]["title"].pop("en"), "tiers.yaml: tiers[0].title: 需要中文"),
        (
            "tiers.yaml",
            lambda body: body["tiers"][0]["area"].update(source="S99"),
            "tiers.yaml: tiers[0].area.source: 来",
        ),
        ("tiers.yaml", lambda body: body["tiers"][1].update(code="T1"), "tiers.yaml: tiers: 代码重复：T1"),
        (
            "spaces.yaml",
            lambda body: body["spaces"][5].update(pair="attic"),
            "spaces.yaml: spaces[5].pair: 找不到 attic",
        ),
        (
            "spaces.yaml",
            lambda body: body["tiers"][0]["required"].append("attic"),
            "spaces.yaml: tiers[0].required: 找",
        ),
        (
            "equipment.yaml",
            lambda body: body["equipment"][0]["quantity"].update(T9=1),
            "equipment[0].quantity: 找不到 T9",
        ),
        ("posts.yaml", lambda body: body["posts"][1]["certificates"].append("x1"), "posts[1].certificates: 找不到 x1"),
        (
            "curricula.yaml",
            lambda body: body["courses"][0].update(hours=9),
            "programmes[0].hours: 课程合计 25 学时，与 24",
        ),
        ("indicators.yaml", lambda body: body["indicators"][0]["points"].update(A=7), "A 组分值合计 101，应为 100"),
        (
            "indicators.yaml",
            lambda body: body["indicators"][0]["points"].update(A=7),
            "dimensions[0].weights: A 组分值合计",
        ),
        ("indicators.yaml", lambda body: body["dimensions"][0]["weights"].update(B=16), "B 组权重合计 101，应为 100"),
        (
            "indicators.yaml",
            lambda body: body["indicators"][0].update(metric="luck"),
            "indicators[0].metric: 找不到 luck",
        ),
        ("activity_themes.yaml", lambda body: body["themes"].pop(), "activity_themes.yaml: themes: 十二个月"),
        ("wall_documents.yaml", lambda body: body["validity"].update(days="365"), "validity.days: 请填写整数"),
        (
            "checklists/daily.yaml",
            lambda body: body.update(kind="poem"),
            "checklists/daily.yaml: kind: 没有这种定义：poem",
        ),
        (
            "checklists/daily.yaml",
            lambda body: body["due"].pop("proposed"),
            "daily.yaml: due.weekdays[0]: 这个数字没有来源",
        ),
        ("checklists/daily.yaml", lambda body: body["tiers"].append("T7"), "checklists/daily.yaml: tiers: 找不到 T7"),
        ("checklists/daily.yaml", lambda body: body.update(code="weekly"), "checklists/daily.yaml: code: 代码重复"),
        (
            "checklists/daily.yaml",
            lambda body: body["sections"][0]["items"][1].update(kind="slider"),
            "checklists/daily.yaml: sections[0].items[1].kind: 请从列出的选项中选择",
        ),
        ("edition.yaml", lambda body: body.update(kind="tiers"), "edition.yaml: number: 没有这一项"),
    ],
)
def test_a_fault_is_named_with_file_and_path(tmp_path: Path, file: str, change: Any, named: str) -> None:
    assert any(named in fault for fault in broken(tmp_path, file, change))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("kind: tiers\nkind: tiers\n", "key twice: kind"),
        ("kind: [", "tiers.yaml:"),
        ("- 1\n", "没有这种定义"),
        ("", "没有这种定义"),
        ("kind: !!python/object:os.system {}\n", "tiers.yaml:"),
    ],
)
def test_a_file_that_is_no_definition_is_named(tmp_path: Path, text: str, named: str) -> None:
    copy = copytree(shipped.FOLDER, tmp_path / "standards")
    (copy / "tiers.yaml").write_text(text)

    with pytest.raises(Faulty, match=re.escape(named)) as refusal:
        load_shipped(copy)
    assert refusal.value.faults[0].startswith("tiers.yaml:")


def test_a_missing_kind_is_named(tmp_path: Path) -> None:
    copy = copytree(shipped.FOLDER, tmp_path / "standards")
    (copy / "posts.yaml").unlink()

    with pytest.raises(Faulty, match="缺少 posts"):
        load_shipped(copy)


def test_words_stay_words() -> None:
    read = strict_yaml.load("[yes, no, 18:00, 2026-01-01, 007, 1e3, true, 12, 0.5]")

    assert read == ["yes", "no", "18:00", "2026-01-01", "007", "1e3", True, 12, 0.5]
