"""The document of the API: sound, complete, and kept by every operation whatever is sent to it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from huakai_platform.kernel.access import Role, permissions_of
from huakai_platform.web.api.docs import written
from tests.support.routes import METHODS, Route, operations
from tests.support.samples import SAMPLES
from tests.support.worlds import Relation, World

EXAMPLES = 4
MAIN = (Role.INSTITUTION_ADMIN, Role.AUDITOR, Role.SITE_HEAD)
KEPT = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
REFUSED = [*KEPT, checks.negative_data_rejection]
GUARDED = tuple(one for one in operations() if one.access.permission is not None)
QUIET = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def document(application: Flask) -> dict[str, Any]:
    with application.app_context():
        found: dict[str, Any] = json.loads(json.dumps(written()))
    return found


@pytest.fixture(scope="module")
def schema(document: dict[str, Any], application: Flask) -> Any:
    made = schemathesis.openapi.from_dict(document)
    made.app = application
    return made


def test_the_document_is_a_sound_openapi_document(schema: Any, document: dict[str, Any]) -> None:
    schema.validate()
    assert document["openapi"] == "3.1.0"
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_every_operation_is_in_it_and_nothing_else(document: dict[str, Any]) -> None:
    told = {
        (path, method.upper())
        for path, about in document["paths"].items()
        for method in about
        if method != "parameters"
    }
    here = {(_path(one), method) for one in GUARDED for method in one.methods & set(METHODS)}
    assert told == here


def test_every_operation_says_what_it_is(document: dict[str, Any]) -> None:
    seen = set()
    for path, about in document["paths"].items():
        for method, operation in ((method, one) for method, one in about.items() if method != "parameters"):
            where = f"{method} {path}"
            assert operation["summary"], where
            assert operation["x-scope"] in operation["description"], where
            assert {"401", "403", "422"} <= set(operation["responses"]), where
            assert operation["operationId"] not in seen, where
            seen.add(operation["operationId"])


@pytest.mark.parametrize("route", GUARDED, ids=str)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
def test_an_operation_keeps_to_the_document(world: World, schema: Any, route: Route, mode: GenerationMode) -> None:
    for method in sorted(route.methods & set(METHODS)):
        for role in MAIN:
            if role in route.access.roles and (role is not Role.AUDITOR or method == "GET"):
                _try(world, schema[_path(route)][method], route, role, mode)


def _try(world: World, operation: Any, route: Route, role: Role, mode: GenerationMode) -> None:
    actor = world.fresh(role)
    headers = {"Authorization": f"Bearer {world.make.bearer(actor, permissions_of(role))}", "If-Match": "*"}
    named: dict[str, Any] = {}
    if route.sample:
        made = SAMPLES[route.sample].make(world, *world.owner(actor, Relation.OWN))
        named = {"path_parameters": {name: str(made[name]) for name in route.arguments}}

    @QUIET
    @given(case=operation.as_strategy(generation_mode=mode, **named))
    def send(case: Case[Any]) -> None:
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=KEPT if mode is GenerationMode.POSITIVE else REFUSED, headers=headers)

    _ran(send)


def _ran(send: Callable[[], None]) -> None:
    try:
        send()
    except schemathesis.errors.InvalidSchema:
        raise
    except Exception as error:
        if type(error).__name__ not in {"Unsatisfiable", "SkipTest"}:
            raise


def _path(route: Route) -> str:
    """As the document writes it."""
    return "/".join(
        "{" + part.strip("<>").rpartition(":")[2] + "}" if part.startswith("<") else part
        for part in route.path.split("/")
    )
