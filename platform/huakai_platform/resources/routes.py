"""The addresses of a list: its pages, and the views of it that people keep."""

from collections.abc import Collection

from flask import Blueprint

from huakai_platform.kernel.access import Permission
from huakai_platform.resources.fields import C, L
from huakai_platform.resources.pages import Pages, hang
from huakai_platform.resources.view_pages import ViewPages


def list_routes(
    blueprint: Blueprint,
    pages: Pages[C, L],
    *,
    read: Permission,
    workbook: str,
    at: str = "",
    export: Permission | None = None,
    confirmed: bool = False,
    by_hand: Collection[str] = (),
) -> None:
    """Hang the pages of a list on its blueprint: the list stands at the address `at`, the export at `workbook`; the
    pages `by_hand` are the feature's own. Who may `export`, by a `confirmed` password, may print; else who may read."""
    views, out = ViewPages(pages), export or read
    for method, rule, view, endpoint, may, sure in (
        ("GET", at, pages.index, pages.listed, read, False),
        ("GET", f"{at}/print", pages.print, pages.printed, out, confirmed),
        ("GET", workbook, pages.export, pages.exported, out, confirmed),
        ("GET", f"{at}/views", views.views, pages.views(), read, False),
        ("POST", f"{at}/views", views.save, pages.views("save"), read, False),
        ("POST", f"{at}/views/removal", views.remove, pages.views("remove"), read, False),
    ):
        if endpoint not in by_hand:
            hang(blueprint, method, rule, endpoint, view, may, None, confirmed=sure)
