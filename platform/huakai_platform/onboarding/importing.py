"""A register on its way in: stored with its dry run, put right, and applied once."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict
from huakai_platform.kernel.events import SitesTakenIn
from huakai_platform.kernel.i18n import _, pack
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.workbooks import Workbook
from huakai_platform.onboarding import codes, creating, register, summaries
from huakai_platform.onboarding.imports import get
from huakai_platform.onboarding.lookups import DatabaseLookups
from huakai_platform.onboarding.models import RegisterImport
from huakai_platform.onboarding.register import Field, Layout, RegisterRow, State, Verdict
from huakai_platform.onboarding.scope import institution_of, region_of

SAMPLES, LOOKED_AT = 3, 50
"""Values shown of a column, and rows below the header in which they are looked for."""


@dataclass(frozen=True)
class Applied:
    """What an import has done; `refused` are the rows with errors and the possible duplicates."""

    created: int
    present: int
    refused: int


@dataclass(frozen=True)
class DryRun:
    rows: list[RegisterRow]
    verdicts: list[Verdict]
    lookups: DatabaseLookups


def check(
    session: Session,
    actor: Actor,
    filename: str,
    content: bytes,
    mapping: Mapping[str, int | None] | None = None,
) -> RegisterImport:
    """Keep an upload with its dry run; nothing else is written. Raises FileRefused."""
    book = register.read(content)
    layout = register.locate(book).with_(**(mapping or {}))
    kept = RegisterImport(
        id=uuid7(),
        institution_id=institution_of(actor),
        account_id=actor.account_id,
        filename=filename,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        overrides={},
        state="checked",
        created_at=clock.now(),
    )
    _judge_into(session, actor, kept, book, layout)
    session.add(kept)
    session.flush()
    audit.record(session, actor, "registers.uploaded", "register_import", kept.id, sha256=kept.sha256)
    return kept


def recheck(
    session: Session,
    actor: Actor,
    import_id: UUID,
    *,
    mapping: Mapping[str, int | None] | None = None,
    overrides: Mapping[int, str] | None = None,
) -> RegisterImport:
    """Judge again with corrected columns, or with reasons why rows are sites of their own; "" takes one back."""
    kept, content = _waiting(session, actor, import_id)
    book = register.read(content)
    layout = register.restore(book, kept.mapping).with_(**(mapping or {}))
    reasons = {**kept.overrides, **{str(row): reason for row, reason in (overrides or {}).items()}}
    kept.overrides = {row: reason for row, reason in reasons.items() if reason}
    _judge_into(session, actor, kept, book, layout)
    return kept


def apply(session: Session, actor: Actor, import_id: UUID) -> Applied:
    """Check everything once more and write the new rows down; a second time changes nothing."""
    kept = get(session, actor, import_id, lock=True)
    if kept.state == "applied":
        return Applied(**kept.summary["applied"])
    kept, content = _waiting(session, actor, import_id)
    codes.lock_numbering(session, kept.institution_id)
    book = register.read(content)
    run = _dry_run(session, actor, kept, book, register.restore(book, kept.mapping))
    created = creating.create_sites(session, actor, kept, list(zip(run.rows, run.verdicts, strict=True)), run.lookups)
    if created:
        outbox.publish(session, SitesTakenIn())
    summary = summaries.keep(run.rows, run.verdicts)
    for line in summary["rows"]:
        if site_id := created.get(line["row"]):
            line |= {"state": summaries.CREATED, "site": str(site_id)}
    counts = summaries.count(summary["rows"])
    refused = counts.get(State.ERROR, 0) + counts.get(State.POSSIBLE_DUPLICATE, 0)
    applied = Applied(len(created), len(run.rows) - len(created) - refused, refused)
    _end(kept, "applied", {**summary, "counts": counts, "applied": asdict(applied)})
    session.flush()
    audit.record(session, actor, "registers.applied", "register_import", kept.id, **asdict(applied))
    return applied


def discard(session: Session, actor: Actor, import_id: UUID) -> None:
    kept, _content = _waiting(session, actor, import_id)
    _end(kept, "discarded", kept.summary)
    audit.record(session, actor, "registers.discarded", "register_import", import_id)


def returned(session: Session, actor: Actor, import_id: UUID, *, only_bad: bool = False) -> bytes:
    """The workbook as it came, each problem at its cell."""
    kept, content = _waiting(session, actor, import_id)
    book = register.read(content)
    layout = register.restore(book, kept.mapping)
    return register.returned(book, layout, _dry_run(session, actor, kept, book, layout).verdicts, only_bad=only_bad)


def _waiting(session: Session, actor: Actor, import_id: UUID) -> tuple[RegisterImport, bytes]:
    kept = get(session, actor, import_id, lock=True)
    if kept.state != "checked" or kept.content is None:
        raise Conflict(_("这次导入已经结束，不能再修改；请重新上传文件。"))
    return kept, kept.content


def _judge_into(session: Session, actor: Actor, kept: RegisterImport, book: Workbook, layout: Layout) -> None:
    kept.mapping = layout.as_json() | {"samples": _samples(book, layout)}
    if layout.mapping.missing:
        kept.summary = {"counts": {}, "rows": [], "missing": [field.value for field in layout.mapping.missing]}
        return
    kept.mapping |= {"unread": [pack(one) for one in register.unread(book, layout)]}
    run = _dry_run(session, actor, kept, book, layout)
    kept.summary = summaries.keep(run.rows, run.verdicts)


def _dry_run(session: Session, actor: Actor, kept: RegisterImport, book: Workbook, layout: Layout) -> DryRun:
    lookups = DatabaseLookups(session, kept.institution_id, within=region_of(actor))
    rows = register.parse(book, layout)
    if region := region_of(actor):
        rows = _refuse_foreign(rows, lookups, region)
    reasons = {int(row): reason for row, reason in kept.overrides.items()}
    return DryRun(rows, register.check(rows, lookups, clock.today(), reasons=reasons), lookups)


def _refuse_foreign(rows: list[RegisterRow], lookups: DatabaseLookups, region: str) -> list[RegisterRow]:
    """A regional office takes in sites of its own region only."""
    given = {row.region_code for row in rows if row.region_code}
    known = lookups.regions(given | {f"{code[:9]}000" for code in given})
    message = _("这个地区不在您负责的范围内，请交由相应的区域办公室导入。")

    def judged(row: RegisterRow) -> RegisterRow:
        above = lookups.ancestors.get(register.township_of(row.region_code, known)) if row.region_code else None
        if above is None or region in above:
            return row
        return replace(row, problems=(*row.problems, row.problem(Field.REGION_CODE, "region_foreign", message)))

    return [judged(row) for row in rows]


def _samples(book: Workbook, layout: Layout) -> list[list[str]]:
    """The first few values below every title, to choose columns by; rows end where they end."""
    sheet = book.sheets[layout.sheet]
    below = range(layout.header + 1, min(len(sheet.rows), layout.header + 1 + LOOKED_AT))
    columns = ([sheet.cell(row, column).text[:40] for row in below] for column in range(len(layout.mapping.titles)))
    return [[text for text in column if text][:SAMPLES] for column in columns]


def _end(kept: RegisterImport, state: str, summary: Mapping[str, Any]) -> None:
    kept.state, kept.content = state, None
    kept.summary = summaries.impersonal(summary)
    kept.mapping = {name: value for name, value in kept.mapping.items() if name not in ("samples", "unread")}
    kept.applied_at = clock.now() if state == "applied" else None
