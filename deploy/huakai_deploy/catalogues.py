"""Keeps the English catalogue in step with the sources: `python -m huakai_deploy.catalogues [--check]`.

Without `--check` it adds what is new, takes away what is gone and compiles; either way it names what is left to do.
"""

import io
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from huakai_deploy.assets import TRANSLATIONS, compile_catalogues

ROOT = Path(__file__).parents[2]
SOURCES = ("platform", "tenants", "worker", "deploy", "templates/huakai_templates/pages")
ENGLISH = TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po"
PLACEHOLDER = re.compile(r"%(?:\(\w+\)\w|%)?|\{\w*\}")
CJK = re.compile(r"[\u2e80-\u32ff\u3400-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]")
KEPT_HEADERS = ("Language:", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding")


def extract() -> Catalog:
    """Every message that the sources mark, with the files that use it."""
    found = Catalog(project="Huakai", version="1")
    methods, options = _mappings()
    for folder in SOURCES:
        for name, _line, said, _comments, _context in extract_from_dir(ROOT / folder, methods, options):
            found.add(said, locations=[(f"{folder}/{name}", 1)])
    return found


def read() -> Catalog:
    with ENGLISH.open("rb") as source:
        return read_po(source, locale="en", abort_invalid=True)


def update() -> Catalog:
    """Give the catalogue exactly the messages of the sources; the new ones are still empty."""
    catalogue = read()
    catalogue.update(extract(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    write(catalogue)
    return catalogue


def write(catalogue: Catalog) -> None:
    """Sorted, without lines, dates and names, so that a change shows only what it changes."""
    for message in catalogue:
        message.locations = sorted({(name, 1) for name, _line in message.locations})
    out = io.BytesIO()
    write_po(out, catalogue, width=120, sort_output=True, include_lineno=False)
    header, _blank, body = out.getvalue().decode().partition("\n\n")
    kept = [line for line in header.splitlines() if ": " not in line or line[1:].startswith(KEPT_HEADERS)]
    ENGLISH.write_text("\n".join(kept) + "\n\n" + body, "utf-8")


def findings(catalogue: Catalog, sources: Catalog) -> Iterator[str]:
    """What is wrong with the catalogue, a line each."""
    for message in sources:
        if message.id and not _said(catalogue.get(message.id)):
            yield f"no English: {message.id!r} ({', '.join(sorted({name for name, _line in message.locations}))})"
    for message in catalogue:
        if not message.id:
            continue
        if sources.get(message.id) is None:
            yield f"obsolete: {message.id!r}"
        yield from _faults(message)


def _faults(message: Message) -> Iterator[str]:
    meant = _placeholders(message.id if isinstance(message.id, str) else message.id[-1])
    for said in _said(message):
        if _placeholders(said) != meant:
            yield f"other placeholders: {message.id!r} is {said!r}"
        if CJK.search(said):
            yield f"not English: {said!r}"


def _said(message: Message | None) -> tuple[str, ...]:
    """The translations of a message, one for each number; empty when any is missing."""
    said = message.string if message else None
    forms = (said,) if isinstance(said, str) else tuple(said or ())
    return forms if forms and all(forms) else ()


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def _mappings() -> tuple[list[tuple[str, str]], dict[str, dict[str, Any]]]:
    """How `[tool.babel]` says that the sources are read: the methods by pattern, and their options."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["babel"]["mappings"]
    options = {mapping.pop("pattern"): mapping for mapping in table}
    return [(pattern, mapping.pop("method")) for pattern, mapping in options.items()], options


def main() -> int:
    """Update and compile, or only look; 1 when anything is left to do."""
    catalogue = read() if "--check" in sys.argv else update()
    if "--check" not in sys.argv:
        compile_catalogues()
    left = list(findings(catalogue, extract()))
    sys.stdout.writelines(f"{line}\n" for line in left)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
