"""Who may see which rows, as the program wants it: every policy of the database beside `policies.tsv`, word by word.

A cluster makes the policies of a distributed table again on each of its shards; those are held against the same words.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from huakai_platform.kernel.errors import HuakaiError
from huakai_platform.kernel.i18n import _

Words = dict[str, tuple[str, ...]]
"""By `table policy`: permissive or not, command, roles, USING, WITH CHECK; by `table`: its row security."""
FILE = files("huakai_deploy") / "policies.tsv"
SHORT = {
    "@tenant": "(NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid",
    "@account": "(NULLIF(current_setting('app.account_id'::text, true), ''::text))::uuid",
    "@nil": "'00000000-0000-0000-0000-000000000000'::uuid",
}
SHARD = re.compile(r"_\d{6,}\b")


class NotLooked(HuakaiError):
    """The nodes of a cluster did not answer, so nothing can be said of their shards."""


@cache
def wanted() -> Words:
    """What the program wants; a test of the architecture holds it against a database that was just migrated."""
    return parse(FILE.read_text("utf-8"))


def parse(lines: str) -> Words:
    split = (line.split("\t") for line in lines.splitlines() if line)
    return {name: tuple(words) for name, *words in split}


def present(connection: Connection) -> Words:
    return parse(shortened(connection.scalar(PRESENT) or ""))


def shortened(lines: str) -> str:
    for short, long in SHORT.items():
        lines = lines.replace(long, short)
    return lines


def astray(connection: Connection) -> list[str]:
    """Every policy that is not as the program wants it, by name and by what differs."""
    return compared(present(connection), wanted())


def compared(found: Words, known: Words) -> list[str]:
    told: list[str] = [_("{name} 不存在", name=name) for name in known if name not in found and " " in name]
    told += [f"{name}: off ≠ {known[name][0]}" for name in known if name not in found and " " not in name]
    told += [_("{name} 是多余的", name=name) for name in found if name not in known]
    for name, words in found.items():
        told += [
            f"{name}: {is_now} ≠ {should}"
            for is_now, should in zip(words, known.get(name, words), strict=True)
            if is_now != should
        ]
    return told


def clustered(connection: Connection) -> bool:
    return bool(connection.scalar(text("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')")))


def astray_on_shards(connection: Connection) -> list[str]:
    """The same of every shard of a cluster, each difference once with the number of shards. Raises NotLooked."""
    try:
        connection.execute(text("SET LOCAL citus.override_table_visibility = off"))
        answers = connection.execute(_ON_NODES, {"question": _QUESTION.replace("!~", "~")}).all()
    except SQLAlchemyError as error:
        raise NotLooked(str(getattr(error, "orig", error)).strip().partition("\n")[0]) from None
    if refused := [str(answer.result) for answer in answers if not answer.success]:
        raise NotLooked(refused[0])
    counted = Counter(line for answer in answers for line in _of_node(shortened(answer.result or "")))
    return [_("{what}（{count} 个分片）", what=what, count=count) for what, count in sorted(counted.items())]


def _of_node(lines: str) -> Iterator[str]:
    shards: dict[str, list[str]] = {}
    for line in lines.splitlines():
        shards.setdefault(re.split("[ \t]", line)[0], []).append(SHARD.sub("", line))
    for shard, own in shards.items():
        table = SHARD.sub("", shard)
        known = {name: words for name, words in wanted().items() if name.partition(" ")[0] == table}
        yield from compared(parse("\n".join(own)), known)


_QUESTION = """
    SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
        WITH t AS (
            SELECT c.oid, n.nspname || '.' || c.relname AS name, relrowsecurity, relforcerowsecurity, nspname
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname IN ('platform', 'tenant', 'confidential', 'oversight') AND c.relkind IN ('r', 'p')
            AND c.relname !~ '_[0-9]{6,}$'
        )
        SELECT concat_ws(E'\\t', name, CASE WHEN NOT relrowsecurity THEN 'off' WHEN relforcerowsecurity
               THEN 'forced' ELSE 'on' END) AS line
        FROM t WHERE relrowsecurity OR nspname IN ('tenant', 'confidential')
        UNION ALL
        SELECT concat_ws(E'\\t', name || ' ' || polname,
               CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
               CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
               ELSE 'ALL' END,
               (SELECT string_agg(coalesce(rolname, 'PUBLIC'), ', ' ORDER BY rolname) FROM unnest(polroles) r
                LEFT JOIN pg_roles ON pg_roles.oid = r),
               'USING ' || coalesce(regexp_replace(pg_get_expr(polqual, polrelid), '\\s+', ' ', 'g'), '-'),
               'CHECK ' || coalesce(regexp_replace(pg_get_expr(polwithcheck, polrelid), '\\s+', ' ', 'g'), '-'))
        FROM pg_policy JOIN t ON t.oid = polrelid
    ) lines
"""
"""Asks for one text with a line for every policy and every table that has row security or should have it."""
PRESENT = text(_QUESTION)
_ON_NODES = text("SELECT success, result FROM run_command_on_all_nodes(:question)")
