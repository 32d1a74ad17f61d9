"""No SQL text is built from input, one place binds the tenant, and few open connections of their own."""

import ast
import re
from collections.abc import Iterator

import pytest

from huakai_deploy import policies
from tests.architecture.sql_lint import built, selected
from tests.architecture.test_files import PRODUCT, named

MAY_BUILD = {("platform/huakai_platform/kernel/tenancy.py", "_bind")}
"""A parsed UUID: SET takes no parameters."""
MAY_CONNECT = {
    "platform/huakai_platform/kernel/db.py": "looks at its own strength",
    "platform/huakai_platform/web/context.py": "recognises a visitor before a tenant is known",
    "platform/huakai_platform/web/health.py": "says whether the database answers",
    "deploy/huakai_deploy/doctor.py": "examines the server",
    "deploy/huakai_deploy/roles.py": "makes the logins",
    "deploy/huakai_deploy/servers.py": "waits for the server",
    "deploy/migrations/env.py": "migrates",
}
MAY_SELECT = {
    "deploy/huakai_deploy/backup/tenant.py": "gives back the rows of one tenant, as the migrator",
    "deploy/huakai_deploy/demo_history/writing.py": "writes the demo's rooms, never a table of the platform",
}
"""Where rows are inserted from a query into a table that is known only when the program runs."""
GUARDED = {name for name in policies.wanted() if name.startswith("platform.") and " " not in name}
"""Tables of the platform that have policies."""
SELECTED = {
    "a text": ('text("INSERT INTO platform.account (id) SELECT id FROM x")', "platform.account"),
    "a text over lines": ('A = """\n  insert into platform.account\n  (id)\n  select 1"""', "platform.account"),
    "a text in parts": ('A = "INSERT INTO platform." + "account (id)" + " SELECT 1"', "platform.account"),
    "an f-string": ('A = f"INSERT INTO platform.account ({NAMES}) SELECT {NAMES} FROM x"', "platform.account"),
    "after a WITH": ('A = "WITH x AS (SELECT 1) INSERT INTO platform.account SELECT * FROM x"', "platform.account"),
    "a table given later": ('sql.SQL("INSERT INTO {} SELECT 1").format(table)', ""),
    "a statement": ("insert(Account).from_select(names, select(Other.id))", ""),
}
SOURCES = {named(path): path.read_text("utf-8") for path in PRODUCT}
BAD = {
    "an f-string": 'session.execute(text(f"SELECT {name}"))',
    "a percent sign": 'session.execute(text("SELECT %s" % name))',
    "a sum": 'session.execute(text("SELECT " + name))',
    "a format": 'session.execute(text("SELECT {}".format(name)))',
    "a join": 'session.execute(text(" AND ".join(parts)))',
    "a name": 'def f(x):\n    statement = f"SELECT {x}"\n    session.execute(text(statement))',
    "a name that grows": 'def f(x):\n    s = "SELECT 1"\n    s += x + "y"\n    connection.exec_driver_sql(s)',
    "a column": 'select(literal_column(f"{column} DESC"))',
    "a cursor": 'cursor.execute("SELECT " + request.args["q"])',
    "a composed one": 'sql.SQL(f"DROP ROLE {role}")',
}
GOOD = {
    "a constant": 'session.execute(text("SELECT 1"))',
    "constants of the module": 'A = "x"\nB = text(f"SELECT {A}")',
    "a statement": "session.execute(select(Site.id).where(Site.id == given))",
    "a parameter": 'session.execute(text("SELECT :x"), {"x": given})',
    "identifiers": 'connection.execute(sql.SQL("ALTER ROLE {}").format(sql.Identifier(role)))',
}


def strings() -> Iterator[tuple[str, str]]:
    for name, source in SOURCES.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield name, node.value


def test_no_sql_text_is_built_from_input() -> None:
    found = {
        (name, function): line
        for name, source in SOURCES.items()
        if not name.startswith("deploy/migrations/")
        for line, function in built(source)
    }
    assert {place: line for place, line in found.items() if place not in MAY_BUILD} == {}
    assert set(found) >= MAY_BUILD, "an exception that is needed no more"


@pytest.mark.parametrize("kind", BAD)
def test_the_lint_sees(kind: str) -> None:
    assert list(built(BAD[kind]))


@pytest.mark.parametrize("kind", GOOD)
def test_the_lint_lets_pass(kind: str) -> None:
    assert list(built(GOOD[kind])) == []


@pytest.mark.parametrize("kind", SELECTED)
def test_the_lint_sees_rows_inserted_from_a_query(kind: str) -> None:
    source, table = SELECTED[kind]
    assert table in {found for _line, found in selected(source)}


def test_no_rows_are_inserted_from_a_query_where_policies_guard_the_platform() -> None:
    """Citus fills its local tables past WITH CHECK when the rows come from a query."""
    found = {(name, table) for name, source in SOURCES.items() for _line, table in selected(source)}

    assert len(GUARDED) > 10
    assert {place for place in found if place[1] in GUARDED} == set()
    assert {name for name, table in found if not table} == set(MAY_SELECT)
    assert list(selected('text("INSERT INTO platform.account (id) VALUES (:id)")')) == []


def test_the_tenant_is_bound_in_one_place_and_never_by_a_function() -> None:
    """`set_config()` does not reach the workers of a cluster."""
    binding = re.compile(r"\bSET\s+(LOCAL\s+|SESSION\s+)?app\.", re.I)
    assert {name for name, value in strings() if binding.search(value)} == {
        "platform/huakai_platform/kernel/tenancy.py"
    }
    assert [name for name, value in strings() if re.search(r"set_config\s*\(\s*'app\.", value, re.I)] == []
    assert [name for name, source in SOURCES.items() if "func.set_config" in source] == []


def test_only_a_few_open_connections_of_their_own() -> None:
    """A connection outside a session has no tenant: the database answers with nothing, so the page would be empty."""
    direct = re.compile(
        r"(engine(\([^()]*(\([^()]*\))?[^()]*\))?\.(connect|begin|raw_connection)\(|psycopg\.connect\()"
    )
    assert {name for name, source in SOURCES.items() if direct.search(source)} <= set(MAY_CONNECT)
    makers = {name for name, source in SOURCES.items() if re.search(r"\bcreate_engine\(", source)}
    assert makers == {"platform/huakai_platform/kernel/db.py", "deploy/migrations/env.py"}
