"""A sealed file: computed again byte for byte, and no byte of it changed unseen."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huakai_platform.compliance import bundle, scoring
from huakai_platform.compliance.bundle import NoBundle
from huakai_platform.kernel.canonical import canonical, digest
from huakai_platform.standards.measured import Evidence, Measured, Measures, Signals
from huakai_platform.standards.shipped import load_shipped

INDICATORS = load_shipped().find("indicators")


def sealed(definition: Any = INDICATORS, posts: int = 3) -> bytes:
    rows = tuple(Evidence("member", f"m{n}", date(2026, 1, 1), n < posts, {"post": "site_head"}) for n in range(4))
    found = [
        Measured("posts_share", Decimal(posts), Decimal(4), evidence=rows),
        Measured("area_share", Decimal("19.5"), Decimal(20)),
        Measured("wall_share", missing="no_register"),
    ]
    measures = Measures(date(2025, 11, 26), date(2026, 11, 25), {one.metric: one for one in found}, Signals(0, 0, 0, 0))
    about = {
        "as_of": date(2026, 11, 25),
        "site": {"code": "HK-1", "operating_since": date(2025, 1, 1)},
        "edition": {"number": 1, "digest": "x"},
    }
    result = scoring.score(definition, "B", {name: one.value for name, one in measures.found.items()})
    return bundle.make(about, definition, measures, result)


FILE = sealed()


def test_a_sealed_file_comes_out_the_same() -> None:
    verdict = bundle.verify(FILE)
    assert verdict.differences == ()
    assert verdict.about["site"] == "HK-1"
    assert verdict.result["percent"] == "25.71"
    assert sealed() == FILE


def test_there_are_no_fractions_in_it() -> None:
    def refuse(said: str) -> None:
        pytest.fail(f"a fraction: {said}")

    json.loads(FILE, parse_float=refuse)
    assert canonical(json.loads(FILE)) == FILE


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_no_byte_is_changed_unseen(place: int, change: int) -> None:
    changed = bytearray(FILE)
    changed[place] ^= change
    assert not accepted(bytes(changed))


@given(st.integers(0, len(FILE)), st.sampled_from([b" ", b"\n", b"0", b'"', b"\xef\xbb\xbf"]))
def test_no_byte_is_added_unseen(place: int, added: bytes) -> None:
    assert not accepted(FILE[:place] + added + FILE[place:])


@given(st.integers(0, len(FILE) - 1))
def test_no_byte_is_taken_away_unseen(place: int) -> None:
    assert not accepted(FILE[:place] + FILE[place + 1 :])


@given(st.binary(max_size=200))
def test_any_other_file_is_no_bundle(data: bytes) -> None:
    with pytest.raises(NoBundle):
        bundle.verify(data)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda body: body["result"].update(grade="excellent"), "result.grade"),
        (lambda body: body["result"].update(points="99"), "result.points"),
        (lambda body: body["result"]["lines"][0].update(share=100), "result.lines[0].share"),
        (lambda body: body["inputs"][1].update(met="4"), "inputs.posts_share.value"),
        (lambda body: body["site"].update(operating_since="2020-01-01"), "result.age_set"),
        (lambda body: body["indicators"]["grades"][0].update(at_least=50), "indicators_digest"),
        (lambda body: body.update(formula="huakai-score/0"), "formula"),
    ],
)
def test_a_forger_who_mends_the_digest_is_still_found(change: Callable[[Any], None], path: str) -> None:
    body = json.loads(FILE)
    change(body)
    del body["digest"]
    forged = canonical(body | {"digest": digest(body)})
    assert path in [one.path for one in bundle.verify(forged).differences]


@pytest.mark.parametrize("name", ["inputs", "result", "site", "edition", "indicators", "digest", "formula"])
def test_a_file_that_lacks_a_part_does_not_pass(name: str) -> None:
    body = {key: value for key, value in json.loads(FILE).items() if key != name}
    assert not accepted(canonical(body))


def test_a_fraction_of_the_standard_is_kept_as_text() -> None:
    definition = json.loads(json.dumps(INDICATORS))
    definition["indicators"][0]["bands"][0]["at_least"] = 97.25
    verdict = bundle.verify(sealed(definition))
    assert verdict.differences == ()
    assert verdict.result["lines"][0]["share"] == 100


def test_the_check_needs_neither_database_nor_web() -> None:
    program = "import sys, huakai_platform.compliance.bundle; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"sqlalchemy", "psycopg", "flask", "redis"} & set(loaded)


def accepted(data: bytes) -> bool:
    try:
        return not bundle.verify(data).differences
    except NoBundle:
        return False
