"""Everything a person reads is marked for translation, and every mark has its English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from flask import Flask
from jinja2 import Environment, nodes

from huakai_deploy import catalogues
from huakai_deploy.catalogues import CJK, ROOT

HAN = re.compile(r"[\u3001\u3002\u3400-\u9fff]")
MARKS = {"_", "gettext", "ngettext"}
BILINGUAL = {"Told", "both", "Localized", "Resources", "about", "operation"}
PAGES = ROOT / "templates/huakai_templates/pages"
LANGUAGES = {"中文"}
CHINESE_ON_PURPOSE = {
    "platform/huakai_platform/standards/editing/blank.py": "what a definition begins with, in both languages",
    "platform/huakai_platform/workdays/words.py": "the words of a Chinese holiday table",
    "deploy/huakai_deploy/demo_history/asking.py": "the draft of the demonstration",
    "deploy/huakai_deploy/demo.py": "the demonstration's institution",
    "deploy/huakai_deploy/demo_history/registers.py": "what the registers of the demonstration hold",
    "deploy/huakai_deploy/demo_history/words.py": "the demonstration's people and what they wrote",
    "platform/huakai_platform/identity/demo.py": "the demonstration's people",
    "platform/huakai_platform/identity/mail.py": "letters are written in both languages",
    "platform/huakai_platform/identity/second_factor.py": "the issuer's name in an authenticator app",
    "platform/huakai_platform/kernel/fields.py": "how a telephone extension is written",
    "platform/huakai_platform/kernel/search.py": "endings of place names",
    "platform/huakai_platform/kernel/workbooks/cells.py": "how days and times are written",
    "platform/huakai_platform/kernel/workbooks/words.py": "units, totals and remarks in Chinese sheets",
    "platform/huakai_platform/onboarding/register/fields.py": "headings and words of a Chinese register",
    "platform/huakai_platform/onboarding/register/sheets.py": "the Chinese register to fill in",
    "platform/huakai_platform/onboarding/register/values.py": "how dates and areas are written",
    "platform/huakai_platform/web/api/document.py": "the document of the API is in both languages",
    "platform/huakai_platform/regions/importing.py": "the root of the regions",
    "templates/huakai_templates/pages/macros/charts.html": "names of provinces",
    "worker/huakai_worker/jobs/opening.py": "the name of a person who is not known yet",
}


def test_every_message_has_its_english() -> None:
    assert list(catalogues.findings(catalogues.read(), catalogues.extract())) == []


def test_the_catalogue_is_written_as_the_script_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = catalogues.ENGLISH.read_text("utf-8")
    catalogue = catalogues.read()
    monkeypatch.setattr(catalogues, "ENGLISH", tmp_path / "messages.po")
    catalogues.write(catalogue)
    assert catalogues.ENGLISH.read_text("utf-8") == before


@pytest.mark.parametrize(
    ("english", "finding"),
    [
        (None, "no English"),
        ("", "no English"),
        ("{other} rows", "other placeholders"),
        ("{count} rows of 100%", "other placeholders"),
        ("{count} 行", "not English"),
        ("{count} rows，all", "not English"),
    ],
)
def test_a_faulty_translation_is_named(english: str | None, finding: str) -> None:
    sources, catalogue = Catalog(), Catalog(locale="en")
    sources.add("共 {count} 行", locations=[("somewhere.py", 1)])
    catalogue.add("共 {count} 行", english or "")
    assert [line.partition(":")[0] for line in catalogues.findings(catalogue, sources)] == [finding]


def test_one_number_without_english_is_named() -> None:
    sources, catalogue = Catalog(), Catalog(locale="en")
    sources.add(("共 %(num)s 行", "共 %(num)s 行"))
    catalogue.add(("共 %(num)s 行", "共 %(num)s 行"), ("%(num)s row", ""))
    assert [line.partition(":")[0] for line in catalogues.findings(catalogue, sources)] == ["no English"]


def test_an_obsolete_message_is_named() -> None:
    catalogue = Catalog(locale="en")
    catalogue.add("不再使用", "no longer used")
    assert list(catalogues.findings(catalogue, Catalog())) == ["obsolete: '不再使用'"]


def test_programs_say_nothing_in_chinese_without_a_mark() -> None:
    found = [
        f"{path}:{line} {text!r}"
        for path in _files("*.py")
        if path not in CHINESE_ON_PURPOSE
        for line, text in unmarked_in_program((ROOT / path).read_text("utf-8"))
    ]
    assert found == []


def test_pages_say_nothing_in_chinese_without_a_mark(application: Flask) -> None:
    found = [
        f"{path}:{line} {text.strip()!r}"
        for path in _files("*.html")
        if path not in CHINESE_ON_PURPOSE
        for line, text in unmarked_on_page(application.jinja_env, (ROOT / path).read_text("utf-8"))
    ]
    assert found == []


def test_what_is_excused_exists_and_needs_the_excuse() -> None:
    assert [path for path in CHINESE_ON_PURPOSE if not CJK.search((ROOT / path).read_text("utf-8"))] == []


@pytest.mark.parametrize(
    ("page", "faults"),
    [
        ("<p>站点</p>", 1),
        ('<input placeholder="名称">', 1),
        ("{{ icon('x', 20, '有') }}", 1),
        ("{{ _('站点') }} {{ ngettext('%(num)s 个', '%(num)s 个', 2) }}{% trans %}站点{% endtrans %}{# 站点 #}", 0),
        ("{{ _('站点%(a)s', a='未标') }}", 1),
    ],
)
def test_an_unmarked_text_on_a_page_is_found(application: Flask, page: str, faults: int) -> None:
    assert len(list(unmarked_on_page(application.jinja_env, page))) == faults


@pytest.mark.parametrize(
    ("program", "faults"),
    [
        ("flash('已保存')", 1),
        ("flash(f'{name}已保存')", 1),
        ("flash(_('{name}已保存', name=name))", 0),
        ("_('{a}', a='未标')", 1),
        ("YES = Localized('是', 'Yes')", 0),
        ("def up() -> None:\n    '''A village is 村.'''", 0),
        ("@click.command()\ndef up() -> None:\n    '''启动'''", 1),
    ],
)
def test_an_unmarked_text_in_a_program_is_found(program: str, faults: int) -> None:
    assert len(list(unmarked_in_program(program))) == faults


def unmarked_in_program(source: str) -> Iterator[tuple[int, str]]:
    """Chinese strings, the help of commands too, that are neither marked nor given in both languages."""
    marked: set[int] = set()
    strings: list[tuple[int, int, str]] = []
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in MARKS | BILINGUAL:
            marked |= {id(argument) for argument in node.args}
        elif isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and not _is_command(node):
            marked |= {id(line.value) for line in node.body if isinstance(line, ast.Expr)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and HAN.search(node.value):
            strings.append((id(node), node.lineno, node.value))
    yield from ((line, text) for known, line, text in strings if known not in marked and text not in LANGUAGES)


def _is_command(node: ast.AST) -> bool:
    """Whether a docstring is shown to the person who asks for help."""
    decorators = [call.func for call in getattr(node, "decorator_list", ()) if isinstance(call, ast.Call)]
    return any(_name(name) in {"command", "group"} for name in decorators)


def unmarked_on_page(environment: Environment, source: str) -> Iterator[tuple[int, str]]:
    """Chinese text and strings of a template that no gettext call takes; comments do not count."""
    tree = environment.parse(source)
    marked = {id(text) for call in tree.find_all(nodes.Call) if _is_mark(call) for text in call.args}
    for data in tree.find_all(nodes.TemplateData):
        if CJK.search(data.data) and not any(language in data.data for language in LANGUAGES):
            yield data.lineno, data.data
    for constant in tree.find_all(nodes.Const):
        if isinstance(constant.value, str) and CJK.search(constant.value) and id(constant) not in marked:
            yield constant.lineno, constant.value


def _is_mark(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name in MARKS


def _name(function: ast.expr) -> str:
    return str(getattr(function, "id", getattr(function, "attr", "")))


def _files(pattern: str) -> list[str]:
    folders = [ROOT / folder for folder in catalogues.SOURCES] if pattern == "*.py" else [PAGES]
    return sorted(path.relative_to(ROOT).as_posix() for folder in folders for path in folder.rglob(pattern))
