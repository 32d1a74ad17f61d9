"""Every address that a page or a program names is there, with all that it asks for."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import nodes

from huakai_platform.web import finding, navigation
from huakai_templates import assets
from tests.support import resources
from tests.support.routes import application

ROOT = Path(__file__).parents[2]
PASSING = frozenset({"breadcrumbs", "link"})
"""What takes the name of an address first and passes its arguments on."""
PAGES = assets.STATIC.parent / "pages"
TEMPLATES = sorted(str(path.relative_to(PAGES)) for path in PAGES.rglob("*.html"))
SOURCES = [
    path
    for root in ("platform", "tenants", "worker", "deploy/huakai_deploy", "templates")
    for path in sorted((ROOT / root).rglob("*.py"))
    if "migrations" not in path.parts
]
REGISTERS = frozenset({"registers", "room_registers"})
LISTS = frozenset({*REGISTERS, "activities", "equipment", "staff", "training"})
HUNG = list(resources.hung())
RESOURCES = frozenset({*REGISTERS, *(shelf for shelf, _pages in HUNG)})
"""Lists whose pages follow from their description."""
FORMS = frozenset({"activities", "equipment", "staff", "training"})
"""Those whose forms follow from it, too."""
LISTED = {f"{shelf}.{pages.listed}" for shelf, pages in HUNG} | {f"{one}.entries" for one in REGISTERS}
SINGLE = {f"{shelf}.{pages.single}" for shelf, pages in HUNG if pages.argument} | {f"{one}.show" for one in REGISTERS}
PRINTED = {f"{shelf}.{pages.printed}" for shelf, pages in HUNG}
EXPORTED = {f"{shelf}.{pages.exported}" for shelf, pages in HUNG}
VIEWS = {f"{shelf}.{pages.views(deed)}" for shelf, pages in HUNG for deed in ("", "save", "remove")}
"""Where they are shown, a single thing of them, and where they are printed and exported."""
P = "platform/huakai_platform"
RELATIVE_TO = {
    "notices": frozenset({"notices", "room_notices"}),
    "operations": frozenset({"operations"}),
    "registers": REGISTERS,
    "resources": RESOURCES,
    "resources/form.html": FORMS,
    "exports": frozenset({"exports"}),
    "registers/figures.html": frozenset({"register_figures"}),
    "setup": frozenset({"setup"}),
    "sheets": LISTS,
    f"{P}/registers/answering.py": frozenset({"institution_registers_api", "room_registers_api"}),
    f"{P}/registers/exporting.py": REGISTERS,
    f"{P}/registers/import_pages.py": REGISTERS,
    f"{P}/registers/pages.py": REGISTERS,
    f"{P}/resources/editing.py": FORMS,
    f"{P}/resources/pages.py": RESOURCES,
    f"{P}/web/import_flow.py": LISTS,
}
"""Who shows the pages of a folder, or calls the functions of a file, that say an address by its last part only."""
HANDED_ON = frozenset({"endpoint", "evidence_at", "file_at", "photo_at", "waive_at", "waiver_at"})
"""Names under which an address is handed on; it is checked where it stands as a word."""
ENTRIES = {entry.endpoint for entry in (*(one for _label, part in navigation.MENU for one in part), *finding.MORE)}
OTHERWISE = {
    ("identity/service_new.html", "new"): {"identity.new_service_token", "identity.new_room_token"},
    ("identity/services.html", "new"): {"identity.new_service_token", "identity.new_room_token"},
    ("identity/token_parts.html", "revoke"): {"identity.revoke_service_token", "identity.revoke_room_token"},
    **{
        ("trail/index.html", f"place ~ {name}"): {f"trail.{name}", f"room_trail.room_{name}"}
        for name in ("verification", "chain")
    },
    (f"{P}/identity/views/services.py", "f'identity.{place}_tokens'"): {
        "identity.service_tokens",
        "identity.room_tokens",
    },
    (f"{P}/identity/views/signing_in.py", "f'identity.{name}'"): {"identity.memberships", "identity.second_factor"},
    (f"{P}/oversight/views/picture.py", "f'onboarding.{name}'"): {"onboarding.sites", "onboarding.board"},
    (f"{P}/resources/api.py", "f'.{self.single_as}'"): {
        "equipment_items_api.item",
        "room_activities_api.item",
        "staff_api.member",
        "training_records_api.record",
    },
    (f"{P}/resources/pages.py", "f'.{self.single}'"): SINGLE,
    (f"{P}/resources/pages.py", "f'.{self.listed}'"): LISTED,
    (f"{P}/resources/pages.py", "f'.{self.printed}'"): PRINTED,
    (f"{P}/resources/pages.py", "f'.{self.exported}'"): EXPORTED,
    (f"{P}/resources/pages.py", "f'.{self.views(deed)}'"): VIEWS,
    (f"{P}/trail/views.py", "'.index'"): {"trail.index"},
    (f"{P}/trail/views.py", "'.room_index'"): {"room_trail.room_index"},
    (f"{P}/web/finding.py", "f'{HERE[role.plane]}'"): {*finding.HERE.values()},
    (f"{P}/web/finding.py", "entry.endpoint"): ENTRIES,
    (f"{P}/web/navigation.py", "entry.endpoint"): ENTRIES,
}
"""What an address can be that is no plain word or that a part of a file says for one of its blueprints."""
NEVER_MISSING = frozenset({"request.endpoint or ''"})
"""The present address itself."""


@dataclass(frozen=True)
class Address:
    """One place that asks for an address: which, and with what; `more` when there are arguments nobody can tell."""

    where: str
    endpoint: str | None
    said: str
    arguments: frozenset[str]
    more: bool
    view: str = ""
    """The function that asks."""


def in_template(name: str) -> Iterator[Address]:
    source = (PAGES / name).read_text("utf-8")
    for call in application().jinja_env.parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "url_for":
            yield _address(name, call)


def _address(name: str, call: nodes.Call) -> Address:
    first = call.args[0]
    endpoint = first.value if isinstance(first, nodes.Const) else None
    arguments = frozenset(one.key for one in call.kwargs)
    return Address(f"{name}:{call.lineno}", endpoint, _spelled(first), arguments, call.dyn_kwargs is not None)


def _spelled(node: nodes.Node) -> str:
    match node:
        case nodes.Const():
            return str(node.value)
        case nodes.Name():
            return node.name
        case nodes.Concat():
            return " ~ ".join(map(_spelled, node.nodes))
    return type(node).__name__


def in_program(path: Path) -> Iterator[Address]:
    name = str(path.relative_to(ROOT))
    for deed in ast.parse(path.read_text("utf-8")).body:
        view = deed.name if isinstance(deed, ast.FunctionDef) else ""
        for call in ast.walk(deed):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.args:
                for first in _either(call.args[0]):
                    if call.func.id == "url_for" or (call.func.id in PASSING and isinstance(first, ast.Constant)):
                        yield _asked(f"{name}:{call.lineno}", call, first, view)


def _asked(where: str, call: ast.Call, first: ast.expr, view: str) -> Address:
    endpoint = str(first.value) if isinstance(first, ast.Constant) else None
    arguments = frozenset(one.arg for one in call.keywords if one.arg)
    passing = isinstance(call.func, ast.Name) and call.func.id in PASSING
    more = passing or any(one.arg is None for one in call.keywords)
    return Address(where, endpoint, ast.unparse(first), arguments, more, view)


def _either(node: ast.expr) -> tuple[ast.expr, ...]:
    return (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,)


def everywhere() -> list[Address]:
    return [*(one for name in TEMPLATES for one in in_template(name)), *(one for p in SOURCES for one in in_program(p))]


def meant(one: Address) -> set[str]:
    """The whole names that an address stands for; empty where nobody can tell."""
    file = one.where.rpartition(":")[0]
    if one.endpoint is None or (file, one.said) in OTHERWISE:
        return {*OTHERWISE.get((file, one.said), ())}
    if not one.endpoint.startswith("."):
        return {one.endpoint}
    shelves = RELATIVE_TO.get(file) or RELATIVE_TO.get(file.partition("/")[0]) or blueprints_of(file, one.view)
    return {f"{shelf}{one.endpoint}" for shelf in shelves}


@cache
def blueprints_of(file: str, function: str) -> frozenset[str]:
    """The blueprints of a view, or of all views of its file when the function is none."""
    module = re.sub(r".*(?=huakai_)", "", file.removesuffix(".py").replace("/", "."))
    views = application().view_functions.items()
    here = [(name.rpartition(".")[0], view.__name__) for name, view in views if view.__module__ == module]
    return frozenset(
        shelf for shelf, name in here if shelf and (name == function or function not in {name for _shelf, name in here})
    )


def lacking(one: Address, endpoint: str) -> str | None:
    """What is wrong with an address."""
    if endpoint not in application().view_functions:
        return f"{one.where}: there is no {endpoint}"
    wanted = [rule.arguments - set(rule.defaults or ()) for rule in application().url_map.iter_rules(endpoint)]
    if one.more or any(arguments <= one.arguments for arguments in wanted):
        return None
    return f"{one.where}: {endpoint} asks for {sorted(map(sorted, wanted))}, not only {sorted(one.arguments)}"


def test_every_address_is_there_with_all_it_asks_for() -> None:
    wrong = [said for one in everywhere() for name in sorted(meant(one)) if (said := lacking(one, name))]

    assert wrong == []


def test_every_address_can_be_told() -> None:
    untold = [
        f"{one.where}: {one.said}"
        for one in everywhere()
        if not meant(one) and one.said not in HANDED_ON | NEVER_MISSING
    ]

    assert untold == []


def test_what_looks_like_an_address_in_a_page_is_one() -> None:
    application_ = application()
    looks = re.compile(rf"({'|'.join(application_.blueprints)})\.[a-z_]*[a-z]")
    wrong = [
        f"{name}:{const.lineno}: {const.value}"
        for name in TEMPLATES
        for const in application_.jinja_env.parse((PAGES / name).read_text("utf-8")).find_all(nodes.Const)
        if isinstance(const.value, str) and looks.fullmatch(const.value)
        if const.value not in application_.view_functions
    ]

    assert wrong == []
