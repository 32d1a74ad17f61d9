"""What `huakai sites import` does: check, apply, and open if asked."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from sqlalchemy.orm import Session

from huakai_deploy.commands import output, watching
from huakai_deploy.commands.acting import administrator
from huakai_deploy.commands.output import said
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.i18n import _, listed
from huakai_platform.kernel.workbooks import letters
from huakai_platform.onboarding import importing, imports, opening, summaries
from huakai_platform.onboarding.models import RegisterImport
from huakai_platform.onboarding.register import FIELDS
from huakai_platform.onboarding.summaries import Line

BAD = ("error", "possible_duplicate")


@dataclass
class Taken:
    """What became of a register."""

    file: str
    dry_run: bool
    counts: dict[str, int]
    bad: list[Line]
    operation: UUID | None = None
    failed: int = 0
    created: int = field(init=False)
    present: int = field(init=False)
    refused: int = field(init=False)

    def __post_init__(self) -> None:
        self.created = self.counts.get("new", 0) + self.counts.get("created", 0)
        self.present = self.counts.get("present", 0)
        self.refused = sum(self.counts.get(state, 0) for state in BAD)

    def as_json(self) -> dict[str, Any]:
        rows = [
            {
                "row": line.row,
                "state": line.state,
                "name": line.name,
                "problems": [
                    {"cell": told.cell, "code": told.code, "message": said(told.message)} for told in line.problems
                ],
            }
            for line in self.bad
        ]
        return {
            "file": self.file,
            "dry_run": self.dry_run,
            "created": self.created,
            "present": self.present,
            "refused": self.refused,
            "rows": rows,
            "operation": self.operation,
            "failed": self.failed,
        }


def take_in(
    databases: Databases,
    file: Path,
    *,
    login: str | None,
    dry_run: bool,
    errors_to: Path | None,
    overrides: tuple[str, ...],
    columns: tuple[str, ...],
    opens: bool,
    wait: bool,
    quiet: bool,
) -> Taken:
    """One transaction for the import, whose dry run leaves nothing; another for what opens the sites."""
    reasons, mapping = _reasons(overrides), _columns(columns)
    with databases.session(Login.OVERSIGHT) as session:
        actor = administrator(session, login)
        kept = _check(session, actor, file, mapping, reasons)
        if errors_to:
            errors_to.write_bytes(importing.returned(session, actor, kept.id))
        if not dry_run:
            importing.apply(session, actor, kept.id)
        bad = [line for line in summaries.lines(kept.summary) if line.state in BAD]
        taken = Taken(file.name, dry_run, dict(kept.summary["counts"]), bad)
        if dry_run:
            session.rollback()
    if opens and not dry_run:
        _open(databases, actor, kept, taken, wait=wait, quiet=quiet)
    return taken


def tell(taken: Taken) -> None:
    for line in taken.bad:
        for told in line.problems:
            output.say(f"{told.cell}  {said(told.message)}", err=True)
    template = (
        _("试运行：可导入 {created}，已登记 {present}，未导入 {refused}。")
        if taken.dry_run
        else _("新增 {created}，已登记 {present}，未导入 {refused}。")
    )
    numbers = {"created": taken.created, "present": taken.present, "refused": taken.refused}
    output.say(_(template.text, **numbers))
    if taken.operation:
        output.say(_("开通操作：{id}", id=taken.operation))


def _check(
    session: Session, actor: Actor, file: Path, mapping: dict[str, int | None], reasons: dict[int, str]
) -> RegisterImport:
    kept = importing.check(session, actor, file.name, file.read_bytes(), mapping)
    if missing := kept.summary.get("missing"):
        names = listed(FIELDS[name].label for name in missing)
        raise Invalid(_("没有找到这些列：{names}。请用 --column 指明，如 --column name=B。", names=names))
    return importing.recheck(session, actor, kept.id, overrides=reasons) if reasons else kept


def _open(databases: Databases, actor: Actor, kept: RegisterImport, taken: Taken, *, wait: bool, quiet: bool) -> None:
    with databases.session(Login.OVERSIGHT) as session:
        chosen = imports.candidates(session, actor, kept)
        if not any(one.hindrance is None for one in chosen):
            return
        begun = opening.start(session, actor, chosen)
    taken.operation = begun.id
    if wait:
        ended = watching.follow(databases, begun.id, begun.title, quiet=quiet)
        taken.failed = ended.failed


def _reasons(given: tuple[str, ...]) -> dict[int, str]:
    reasons = {}
    for text in given:
        row, found, reason = text.partition("=")
        if not (found and row.isascii() and row.isdigit() and reason.strip()):
            raise click.BadParameter(said(_("请写成 行号=理由，如 92=同一社区第二个服务点")), param_hint="--override")
        reasons[int(row)] = reason.strip()
    return reasons


def _columns(given: tuple[str, ...]) -> dict[str, int | None]:
    numbers = {letters(number): number for number in range(200)}
    mapping: dict[str, int | None] = {}
    for text in given:
        name, _found, letter = text.partition("=")
        if name not in FIELDS or (letter and letter.upper() not in numbers):
            names = ", ".join(field.value for field in FIELDS)
            raise click.BadParameter(
                said(_("请写成 项=列，如 name=B;可用的项：{names}", names=names)), param_hint="--column"
            )
        mapping[name] = numbers[letter.upper()] if letter else None
    return mapping
