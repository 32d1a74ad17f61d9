"""The edition that is shipped with the program: read from its files, checked and hashed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

import huakai_templates
from huakai_platform.forms import Localized
from huakai_platform.kernel.canonical import canonical, digest
from huakai_platform.kernel.i18n import _
from huakai_platform.standards import definitions, references, soundness, strict_yaml

__all__ = [
    "EditionFiles",
    "Fault",
    "Faulty",
    "Shipped",
    "canonical",
    "check",
    "digest",
    "edition_digest",
    "faults",
    "load_shipped",
    "sealed",
]
FOLDER = Path(huakai_templates.__file__).parent / "standards"


class Shipped(NamedTuple):
    """One definition of an edition with the hash of its canonical JSON."""

    kind: str
    code: str
    body: dict[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class EditionFiles:
    number: int
    title: Localized
    definitions: tuple[Shipped, ...]
    digest: str

    def find(self, kind: str, code: str | None = None) -> dict[str, Any]:
        """The body of a definition; its code may be left out where the kind has only one."""
        return next(found.body for found in self.definitions if found.kind == kind and code in (None, found.code))


class Fault(NamedTuple):
    """One fault: the definition it is in, the path in that, and why; the first two may be blank."""

    name: str
    path: str
    message: str


class Faulty(ValueError):
    """Files that do not make an edition; each fault names file and path."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@lru_cache(maxsize=4)
def load_shipped(folder: Path = FOLDER) -> EditionFiles:
    """Read every file below `folder`; raises Faulty with all faults at once."""
    files = {path.relative_to(folder).as_posix(): _read(path, folder) for path in sorted(folder.rglob("*.yaml"))}
    check(files)
    manifest = next(body for body in files.values() if body["kind"] == "edition")
    return EditionFiles(
        number=manifest["number"],
        title=Localized(**manifest["title"]),
        definitions=(shipped := tuple(sorted(sealed(body) for body in files.values()))),
        digest=edition_digest(manifest["number"], {(one.kind, one.code): one.digest for one in shipped}),
    )


def check(files: Mapping[str, Any]) -> None:
    """Raises Faulty with every fault of the definitions."""
    if found := faults(files):
        raise Faulty([_tell(*fault) for fault in found])


def faults(files: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with definitions by themselves, else with their number, else together; keys name them."""
    if alone := [Fault(name, *fault) for name, body in files.items() for fault in soundness.faults(body)]:
        return alone
    names = [(body["kind"], body["code"]) for body in files.values()]
    edition = {body["kind"]: body for body in files.values()}
    lost = [
        Fault("", "", _("缺少 {kind}", kind=kind))
        for kind in definitions.SHAPES
        if kind not in {*edition, *definitions.OPTIONAL}
    ]
    doubled = [
        Fault(file, "code", _("代码重复")) for file, name in zip(files, names, strict=True) if names.count(name) > 1
    ]
    return [*lost, *doubled] or [
        Fault(name, *fault) for name, body in files.items() for fault in references.faults(body, edition)
    ]


def edition_digest(number: int, digests: Mapping[tuple[str, str], str]) -> str:
    """The hash of an edition from those of its definitions by kind and code."""
    return digest({"number": number, "definitions": {f"{kind}/{code}": one for (kind, code), one in digests.items()}})


def _read(path: Path, folder: Path) -> Any:
    try:
        return strict_yaml.load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise Faulty([_tell(path.relative_to(folder).as_posix(), "", str(fault).replace("\n", " "))]) from fault


def sealed(body: dict[str, Any]) -> Shipped:
    """A body with the names it is found by and its hash."""
    return Shipped(body["kind"], body["code"], body, digest(body))


def _tell(name: str, path: str, message: str) -> str:
    return ": ".join(part for part in (name, path, str(message)) if part)
