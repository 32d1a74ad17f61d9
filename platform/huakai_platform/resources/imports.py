"""The pages by which a list takes sheets in: template, upload, dry run, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol
from uuid import UUID

from flask import Blueprint, Response
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug import Response as BaseResponse

from huakai_platform.kernel import audit, tenancy
from huakai_platform.kernel.access import Actor, Permission
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks.lists import Listing
from huakai_platform.resources import lists, schemas, sheets
from huakai_platform.resources.fields import C, R
from huakai_platform.resources.pages import Answer, Pages, hang
from huakai_platform.resources.store import SheetStore
from huakai_platform.web import import_flow
from huakai_platform.web.context import actor, app_state, db
from huakai_platform.web.downloads import xlsx
from huakai_platform.web.import_flow import ImportFlow


class Uploads(Protocol):
    """Where sheets wait, sealed, until they are applied or given up."""

    def keep(
        self, session: Session, actor: Actor, master_key: bytes | None, kind: str, filename: str, content: bytes, /
    ) -> Any: ...

    def get(self, session: Session, kind: str, import_id: UUID, /, *, lock: bool = False) -> Any: ...

    def content(self, session: Session, master_key: bytes | None, row: Any, /) -> bytes: ...

    def finish(self, row: Any, **summary: Any) -> None: ...

    def discard(self, row: Any, /) -> None: ...

    def latest(self, session: Session, kind: str, /) -> Sequence[Any]: ...

    def forget(self, session: Session, kind: str, /) -> None: ...


@dataclass(frozen=True)
class SheetPages(Generic[C, R]):
    """The sheets of one list: `uploads` keeps them, `guide` says on their first page how one is filled in."""

    pages: Pages[C, R]
    store: SheetStore[R]
    uploads: Uploads
    guide: Sequence[Message]

    @property
    def kind(self) -> str:
        return self.pages.resource.name

    def imports(self) -> str:
        return self._flow().start()

    def import_template(self) -> Response:
        """Empty, or with what the list shows by itself, as much as fits; that is on record."""
        resource, rows = self.pages.resource, list[R]()
        context = resource.context(db(), actor())
        if import_flow.filled():
            fitting = replace(resource, most=min(resource.most, sheets.MOST_ROWS))
            rows.extend(lists.all_rows(db(), fitting, actor(), schemas.usual(resource), context).rows)
            audit.record(db(), actor(), f"{self.kind}.exported", "site", tenancy.current(db()), rows=len(rows))
        return xlsx(sheets.template(resource, context, rows, self.guide), f"huakai-{self.kind}-template.xlsx")

    def upload(self) -> Answer:
        return self._flow().upload()

    def import_report(self, import_id: UUID) -> Answer:
        return self._flow().show(import_id)

    def import_workbook(self, import_id: UUID) -> Response:
        """The sheet as it was handed in, with the faults at their cells; gone once the import has ended."""
        row = self._get(import_id)
        report = self._report(row)
        audit.record(db(), actor(), f"{self.kind}.import_returned", "sheet_import", row.id, rows=len(report.rows))
        return xlsx(sheets.returned(report), f"huakai-{self.kind}-checked.xlsx")

    def apply_import(self, import_id: UUID) -> Answer:
        return self._flow().confirm(import_id)

    def discard_import(self, import_id: UUID) -> BaseResponse:
        return self._flow().give_up(import_id)

    def _flow(self) -> ImportFlow:
        resource = self.pages.resource
        return ImportFlow(
            folder=self.kind,
            missing=_("请选择填好的表。"),
            moved=_("登记的内容在检查之后有变动，请核对新的结果后再确认。"),
            written=lambda total: ngettext("已写入 %(num)s 条。", "已写入 %(num)s 条。", total),
            get=self._get,
            forget=lambda: self.uploads.forget(db(), self.kind),
            latest=lambda: self.uploads.latest(db(), self.kind),
            columns=lambda: sheets.columns(resource, resource.context(db(), actor())),
            guide=self.guide,
            check=self._check,
            report=self._report,
            apply=self._apply,
            discard=self._discard,
            words=lambda _here: self.pages.words(resource.context(db(), actor())),
            place=self.pages.place,
        )

    def _get(self, import_id: UUID, lock: bool = False) -> Any:
        return self.uploads.get(db(), self.kind, import_id, lock=lock)

    def _check(self, filename: str, content: bytes) -> UUID:
        resource = self.pages.resource
        rows = sheets.counted(sheets.take(resource, content, resource.context(db(), actor())))
        row = self.uploads.keep(db(), actor(), _master_key(), self.kind, filename, content)
        audit.record(db(), actor(), f"{self.kind}.import_checked", "sheet_import", row.id, rows=rows)
        return UUID(str(row.id))

    def _report(self, row: Any) -> sheets.Report[R]:
        listing, context = self._listing(row)
        return sheets.preview(db(), self.pages.resource, self.store, actor(), listing, context)

    def _apply(self, row: Any, preview_digest: str) -> Mapping[str, int] | None:
        listing, context = self._listing(row)
        found = sheets.apply(db(), self.pages.resource, self.store, actor(), listing, context, preview_digest)
        if found is None:
            return None
        self.uploads.finish(row, **found.counts)
        db().flush()
        about = {"sha256": row.sha256} | ({"contacts": found.sealed} if found.sealed else {})
        audit.record(db(), actor(), f"{self.kind}.imported", "sheet_import", row.id, **about, **found.counts)
        return found.counts

    def _discard(self, row: Any) -> None:
        self.uploads.discard(row)
        db().flush()
        audit.record(db(), actor(), f"{self.kind}.import_discarded", "sheet_import", row.id)

    def _listing(self, row: Any) -> tuple[Listing, C]:
        content = self.uploads.content(db(), _master_key(), row)
        context = self.pages.resource.context(db(), actor())
        return sheets.take(self.pages.resource, content, context), context


def import_routes(blueprint: Blueprint, pages: SheetPages[C, R], *, write: Permission, sample: str) -> None:
    """Hang the pages of a list's sheets on its blueprint; `sample` is the kind of object in tests."""
    one = "/imports/<uuid:import_id>"
    hang(blueprint, "GET", "/imports", "imports", pages.imports, write, None)
    hang(blueprint, "GET", "/imports/template.xlsx", "import_template", pages.import_template, write, None)
    hang(blueprint, "POST", "/imports", "upload", pages.upload, write, None)
    hang(blueprint, "GET", one, "import_report", pages.import_report, write, sample)
    hang(blueprint, "GET", f"{one}/workbook", "import_workbook", pages.import_workbook, write, sample)
    hang(blueprint, "POST", f"{one}/application", "apply_import", pages.apply_import, write, sample)
    hang(blueprint, "POST", f"{one}/discard", "discard_import", pages.discard_import, write, sample)


def _master_key() -> bytes | None:
    return app_state().settings.master_key
