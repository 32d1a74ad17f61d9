"""Many rows in one statement, inside the tenant that the session has entered."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Text, bindparam, cast, column, func, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from huakai_platform.kernel import tenancy
from huakai_platform.kernel.db import Base, table

LAZILY = text("SET LOCAL synchronous_commit = off")
"""A start that is cut goes on where the last written room ended."""
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Photo:
    """A picture that any check may carry."""

    sha256: str
    content: bytes


def write(session: Session, model: type[Base], rows: Rows) -> None:
    """Insert rows that all have the same columns."""
    if not rows:
        return
    of, names = table(model), list(rows[0])
    shape = func.jsonb_to_recordset(cast(bindparam("rows", type_=Text()), JSONB)).table_valued(
        *(column(name, of.c[name].type) for name in names), name="given"
    )
    wanted = select(*shape.render_derived(with_types=True).c)
    session.execute(insert(of).from_select(names, wanted), {"rows": _text(rows)})


def answer(session: Session, runs: Rows, sheets: Rows) -> None:
    """Give every run the answers of its sheet, the first `most` of them, a few seconds apart."""
    if runs:
        about = {"tenant": tenancy.current(session), "runs": _text(runs), "sheets": _text(sheets)}
        session.execute(_ANSWER, about)


def prove(session: Session, runs: Rows, sheets: Rows, photos: Sequence[Photo], name: str) -> None:
    """Give every run the photos that its sheet needs."""
    if runs:
        pictures = [
            {"n": n, "size": len(one.content), "sha256": one.sha256, "content": one.content.hex()}
            for n, one in enumerate(photos)
        ]
        about = {"tenant": tenancy.current(session), "runs": _text(runs), "sheets": _text(sheets)}
        session.execute(_PROVE, {**about, "photos": _text(pictures), "name": name})


def finish(session: Session, runs: Rows) -> None:
    """Complete runs that are there already."""
    if runs:
        session.execute(_FINISH, {"tenant": tenancy.current(session), "runs": _text(runs)})


def _text(rows: Rows) -> str:
    return json.dumps(rows, default=_said, ensure_ascii=False)


def _said(value: Any) -> str:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


_ANSWER = text(
    """
    INSERT INTO tenant.checklist_answer (tenant_id, id, run_id, item, value, note, answered_by, answered_at, version)
    SELECT CAST(:tenant AS uuid), gen_random_uuid(), run.id, answer.key, jsonb_build_object('v', answer.value), NULL,
           run.by, run.begun + answer.place * interval '20 seconds', 1
    FROM jsonb_to_recordset(CAST(:runs AS jsonb)) AS run (id uuid, by uuid, begun timestamptz, sheet int, most int)
    JOIN jsonb_to_recordset(CAST(:sheets AS jsonb)) AS sheet (n int, answers jsonb) ON sheet.n = run.sheet
    CROSS JOIN LATERAL jsonb_each(sheet.answers) WITH ORDINALITY AS answer (key, value, place)
    WHERE answer.place <= run.most
    """
)
_PROVE = text(
    """
    INSERT INTO tenant.attachment
        (tenant_id, id, run_id, item, name, media_type, size, sha256, content, added_by, added_at)
    SELECT CAST(:tenant AS uuid), gen_random_uuid(), run.id, proof.item, :name, 'image/jpeg', photo.size,
           photo.sha256, decode(photo.content, 'hex'), run.by, run.begun + interval '5 minutes'
    FROM jsonb_to_recordset(CAST(:runs AS jsonb)) AS run (id uuid, by uuid, begun timestamptz, sheet int, photo int)
    JOIN jsonb_to_recordset(CAST(:sheets AS jsonb)) AS sheet (n int, proofs jsonb) ON sheet.n = run.sheet
    CROSS JOIN LATERAL jsonb_array_elements_text(sheet.proofs) AS proof (item)
    JOIN jsonb_to_recordset(CAST(:photos AS jsonb)) AS photo (n int, size int, sha256 text, content text)
        ON photo.n = run.photo
    """
)
_FINISH = text(
    """
    UPDATE tenant.checklist_run AS run
    SET completed_at = given.completed_at, completed_by = given.completed_by, score = given.score
    FROM jsonb_to_recordset(CAST(:runs AS jsonb))
        AS given (id uuid, completed_at timestamptz, completed_by uuid, score jsonb)
    WHERE run.tenant_id = CAST(:tenant AS uuid) AND run.id = given.id
    """
)
