"""The addresses of a list: its pages, and the views of it that people keep."""

from collections.abc import Collection

from flask import Blueprint

from huakai_platform.kernel.access import Permission
from huakai_platform.resources.fields import C, R
from huakai_platform.resources.pages import Pages, hang
from huakai_platform.resources.view_pages import ViewPages


def list_routes(
    blueprint: Blueprint,
    pages: Pages[C, R],
    *,
    read: Permission,
    workbook: str,
    at: str = "",
    by_hand: Collection[str] = (),
) -> None:
    """Hang the pages of a list on its blueprint, all for who may read it: the list stands at the address `at`, the
    export at `workbook`; the pages `by_hand` are the feature's own."""
    views = ViewPages(pages)
    for method, rule, view, endpoint in (
        ("GET", at, pages.index, pages.listed),
        ("GET", f"{at}/print", pages.print, "print_list"),
        ("GET", workbook, pages.export, "export"),
        ("GET", f"{at}/views", views.views, "views"),
        ("POST", f"{at}/views", views.save, "save_view"),
        ("POST", f"{at}/views/removal", views.remove, "remove_view"),
    ):
        if endpoint not in by_hand:
            hang(blueprint, method, rule, endpoint, view, read, None)
