"""Each of these tests has a field of its own."""

from collections.abc import Iterator

import pytest

from tests.fault import field as fields
from tests.fault.field import Field


@pytest.fixture
def field() -> Iterator[Field]:
    laid = fields.lay_out()
    yield laid
    fields.clear(laid)
