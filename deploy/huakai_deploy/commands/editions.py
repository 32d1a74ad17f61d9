"""`huakai editions`: the editions that there are, one as a signed file, and a file checked on any machine."""

import base64
from pathlib import Path

import click
from sqlalchemy import select

from huakai_deploy.commands import output
from huakai_deploy.commands.output import said, say
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.errors import HuakaiError, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.standards import files
from huakai_platform.standards.models import Edition
from huakai_platform.trail import heads


@click.group(help=said(_("标准的各个版本")))
def group() -> None:
    pass


@group.command("list", help=said(_("列出已发布的版本和校验值")))
@output.json_option
def show(as_json: bool) -> None:
    with output.databases() as databases, databases.session(Login.OVERSIGHT) as session:
        rows = session.execute(select(Edition.number, Edition.digest, Edition.published_at).order_by(Edition.number))
        found = [(row.number, row.digest, row.published_at.isoformat()) for row in rows]
    if as_json:
        output.tell_json([dict(zip(("number", "digest", "published_at"), row, strict=True)) for row in found])
    else:
        output.table((_("版本"), _("校验值"), _("发布时间")), found)


@group.command(help=said(_("把一个版本写成文件，用 HUAKAI_AUDIT_KEY 签署")))
@click.argument("number", type=int)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(number: int, file: Path) -> None:
    key = heads.private_key(output.settings())
    with output.databases() as databases, databases.session(Login.OVERSIGHT) as session:
        edition_id = session.scalar(select(Edition.id).where(Edition.number == number))
        if edition_id is None:
            raise NotFound(_("没有这个标准版本。"))
        content = files.write(session, edition_id, key)
    file.write_bytes(content)
    say(_("已写入 {path}。", path=str(file)))


@group.command(help=said(_("核对一个标准文件的内容和签名；不需要数据库")))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--trusted", metavar="KEY", help=said(_("签署者的公钥（base64），必须由它签署")))
def check(file: Path, trusted: str | None) -> None:
    with file.open("rb") as opened:
        found = files.read(opened.read(files.LARGEST + 1))
    signer = base64.b64encode(found.public_key).decode() if found.public_key else None
    if trusted is not None and trusted.strip() != signer:
        raise HuakaiError(_("文件不是由给出的公钥签署的。"))
    rows = [(_("版本"), found.number), (_("校验值"), found.digest), (_("签署者的公钥"), signer or "—")]
    output.table((_("项目"), _("内容")), rows)
    say(_("内容与校验值一致。"))
