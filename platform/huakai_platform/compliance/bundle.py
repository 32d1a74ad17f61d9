"""The sealed bundle: everything that a score was made of in one file, and the check that anybody can make of it.

This module and what it needs know neither a database nor settings: `huakai verify` runs where nothing but the file is.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from huakai_platform.compliance import scoring
from huakai_platform.compliance.scoring import Result
from huakai_platform.kernel.canonical import canonical, digest
from huakai_platform.kernel.errors import HuakaiError
from huakai_platform.kernel.i18n import _
from huakai_platform.standards.measured import Measured, Measures, share

FORMAT = "huakai-assessment/1"
LARGEST = 16 * 1024 * 1024


class NoBundle(HuakaiError):
    """Not a file of this kind at all."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that the file says otherwise than it comes out when computed again."""

    path: str
    stated: str
    found: str


@dataclass(frozen=True, slots=True)
class Verdict:
    about: Mapping[str, Any]
    """Which site, as of when, by which edition, and the digest, as the file states them."""
    result: Mapping[str, Any]
    """As it comes out now."""
    differences: tuple[Difference, ...]


def make(about: Mapping[str, Any], definition: Mapping[str, Any], measures: Measures, result: Result) -> bytes:
    """The file: `about` says as of when, which site, which edition and by whom; decimals are texts throughout."""
    indicators = exact(definition)
    body = {
        "format": FORMAT,
        "formula": scoring.FORMULA,
        **exact(about),
        "indicators": indicators,
        "indicators_digest": digest(indicators),
        "window": {"from": measures.since.isoformat(), "to": measures.until.isoformat()},
        "inputs": [_input(measures.found[name]) for name in sorted(measures.found)],
        "result": stated(result),
    }
    return canonical(body | {"digest": digest(body)})


def verify(data: bytes) -> Verdict:
    """Compute a file again from its inputs, byte for byte. Raises NoBundle."""
    bundle = read(data)
    try:
        differences = tuple(_differences(data, bundle))
        return Verdict(_about(bundle), stated(recompute(bundle)), differences)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError, StopIteration, RecursionError) as fault:
        raise NoBundle(_("这不是完整的封存文件：{reason}", reason=type(fault).__name__)) from None


def read(data: bytes) -> Mapping[str, Any]:
    """The content of a file, with neither fractions nor a name twice. Raises NoBundle."""
    if len(data) > LARGEST:
        raise NoBundle(_("文件过大，不是封存文件。"))
    try:
        bundle = json.loads(data.decode(), object_pairs_hook=_once, parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise NoBundle(_("这不是封存文件：无法读取。")) from None
    if not isinstance(bundle, dict) or bundle.get("format") != FORMAT:
        raise NoBundle(_("这不是封存文件，或是本程序不认识的版本。"))
    return bundle


def exact(value: Any) -> Any:
    """The same content with every fraction, decimal and day as text."""
    if isinstance(value, Mapping):
        return {str(name): exact(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [exact(inner) for inner in value]
    if isinstance(value, float):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value


def stated(result: Result) -> dict[str, Any]:
    """A result as the file states it."""
    said: dict[str, Any] = exact(
        {
            "age_set": result.age_set,
            "points": result.points,
            "possible": result.possible,
            "total": result.total,
            "percent": result.percent,
            "earned": result.earned,
            "grade": result.grade,
            "capped": result.capped,
            "failed_core": list(result.failed_core),
            "dimensions": [
                {"code": one.code, "points": one.points, "possible": one.possible, "total": one.total}
                for one in result.dimensions
            ],
            "lines": [
                {
                    "code": one.code,
                    "metric": one.metric,
                    "value": one.value,
                    "share": one.share,
                    "points": one.points,
                    "possible": one.possible,
                }
                for one in result.lines
            ],
        }
    )
    return said


def recompute(bundle: Mapping[str, Any]) -> Result:
    """The score that a file's inputs come to."""
    definition, site = bundle["indicators"], bundle["site"]
    chosen = scoring.age_set(
        definition["sets"], date.fromisoformat(site["operating_since"]), date.fromisoformat(bundle["as_of"])
    )
    return scoring.score(definition, chosen, {one["metric"]: _value(one) for one in bundle["inputs"]})


def _about(bundle: Mapping[str, Any]) -> dict[str, str]:
    return {
        "site": str(bundle["site"]["code"]),
        "as_of": str(bundle["as_of"]),
        "edition": str(bundle["edition"]["number"]),
        "digest": str(bundle["digest"]),
    }


def _input(measured: Measured) -> dict[str, Any]:
    said: dict[str, Any] = exact(
        {
            "metric": measured.metric,
            "value": measured.value,
            "met": measured.met,
            "of": measured.of,
            "missing": measured.missing,
            "evidence": [
                {"kind": one.kind, "id": one.id, "on": one.on, "met": one.met, "digest": one.digest}
                for one in measured.evidence
            ],
        }
    )
    return said


def _value(given: Mapping[str, Any]) -> Decimal | None:
    return None if given["met"] is None else share(Decimal(given["met"]), Decimal(given["of"]))


def _differences(data: bytes, bundle: Mapping[str, Any]) -> Iterator[Difference]:
    if bundle["formula"] != scoring.FORMULA:
        yield Difference("formula", str(bundle["formula"]), scoring.FORMULA)
        return
    body = {name: value for name, value in bundle.items() if name != "digest"}
    yield from _compare("digest", bundle["digest"], digest(body))
    yield from _compare("indicators_digest", bundle["indicators_digest"], digest(bundle["indicators"]))
    for given in bundle["inputs"]:
        value = _value(given)
        yield from _compare(f"inputs.{given['metric']}.value", given["value"], exact(value))
    yield from _compare("result", bundle["result"], stated(recompute(bundle)))
    if canonical(bundle) != data:
        yield Difference("bytes", str(len(data)), str(len(canonical(bundle))))


def _compare(path: str, given: Any, found: Any) -> Iterator[Difference]:
    if isinstance(given, dict) and isinstance(found, dict):
        for name in sorted({*given, *found}):
            yield from _compare(f"{path}.{name}", given.get(name), found.get(name))
    elif isinstance(given, list) and isinstance(found, list) and len(given) == len(found):
        for place, (one, other) in enumerate(zip(given, found, strict=True)):
            yield from _compare(f"{path}[{place}]", one, other)
    elif given != found or type(given) is not type(found):
        yield Difference(path, _shown(given), _shown(found))


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _refuse(_given: str) -> NoReturn:
    raise ValueError("a fraction")
