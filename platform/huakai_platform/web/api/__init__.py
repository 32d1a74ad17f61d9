"""The JSON API: the same services a second time, for programs that carry a token."""

from huakai_platform.web.api.answers import answer, nothing, said
from huakai_platform.web.api.arguments import Asked, refuse
from huakai_platform.web.api.paging import Listed, Order, Paged, cut, listed, page
from huakai_platform.web.api.resources import Resources, Shape, about
from huakai_platform.web.api.versions import expect

__all__ = [
    "Asked",
    "Listed",
    "Order",
    "Paged",
    "Resources",
    "Shape",
    "about",
    "answer",
    "cut",
    "expect",
    "listed",
    "nothing",
    "page",
    "refuse",
    "said",
]
