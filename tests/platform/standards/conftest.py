"""Editions that a test published are gone after it, since every other test works by the first."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, select

from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.standards.models import DraftDefinition, Edition, EditionDefinition, EditionDraft


@pytest.fixture
def only_the_first_edition_remains(databases: Databases) -> Iterator[None]:
    yield
    with databases.session(Login.MIGRATOR) as session:
        later = select(Edition.id).where(Edition.number > 1)
        for statement in (
            delete(DraftDefinition),
            delete(EditionDraft),
            delete(EditionDefinition).where(EditionDefinition.edition_id.in_(later)),
            delete(Edition).where(Edition.number > 1),
        ):
            session.execute(statement)
