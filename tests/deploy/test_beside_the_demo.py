"""The command line beside the embedded servers: every command that the README names finds them by itself."""

import fcntl
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from click.testing import CliRunner, Result

from huakai_deploy import embedded, keys
from huakai_deploy.cli import main
from huakai_deploy.local import DATABASE, Urls
from huakai_platform.kernel import audit, clock, i18n
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.plumbing import Heartbeat
from huakai_platform.oversight import rollups
from huakai_platform.regions.present import PRESENT
from huakai_platform.trail import heads
from tests.platform.compliance.test_bundle import FILE as SEALED
from tests.support import servers
from tests.support.make import Make

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
NAMED = sorted({" ".join(one.split()) for one in re.findall(r"`(huakai [^`]+)`", README)})
SECRETS = ("HUAKAI_SECRET_KEY", "HUAKAI_MASTER_KEY", "HUAKAI_LOOKUP_KEY", "HUAKAI_AUDIT_KEY")
KEY = bytes(range(32))
SERVES = re.compile(r"huakai (web|worker|ringer|exporter)\b")
FILLED: Mapping[str, str] = {
    "huakai roles": "roles",
    "huakai migrate": "migrate",
    "huakai regions import": "regions import --dry-run",
    "huakai accounts create --role institution_admin …": "accounts create --role institution_admin --name 新管理员",
    "huakai web --planes console": "web --planes console",
    "huakai web --planes room": "web --planes room",
    "huakai worker": "worker",
    "huakai ringer": "ringer",
    "huakai exporter": "exporter",
    "huakai doctor": "doctor",
    "huakai jobs list": "jobs list",
    "huakai backup FILE": "backup {folder}/again.zip",
    "huakai backup --site CODE FILE": "backup --site {code} {folder}/again-one.zip",
    "huakai restore FILE": "restore --dry-run {folder}/all.zip",
    "huakai restore --site CODE FILE": "restore --site {code} --dry-run {folder}/one.zip",
    "huakai audit verify --all --heads FILE": "audit verify --all --heads {folder}/audit-heads/heads-{today}.jsonl",
    "huakai verify FILE": "verify {folder}/sealed.json",
}
"""Each as somebody would type it; what is new in the README is to be added here."""
REFUSED = {"huakai restore FILE": "空"}
"""What does nothing beside a database that is in use, and says so."""


@dataclass(frozen=True)
class Beside:
    """A folder like the one that the demonstration runs in, its servers running."""

    folder: Path
    databases: Databases
    code: str

    def huakai(self, line: str) -> Result:
        words = [word.format(folder=self.folder, code=self.code, today=clock.today()) for word in line.split()]
        return ask(bare(self.folder), *words)


def ask(env: Mapping[str, str | None], *words: str) -> Result:
    """What the command line says; the language that it speaks is left with it."""
    translate = i18n.translate
    try:
        return CliRunner(env=env).invoke(main, words)
    finally:
        i18n.translate = translate


def bare(folder: Path) -> dict[str, str | None]:
    """An environment that names nothing but the folder."""
    return dict.fromkeys((*embedded.OUTSIDE, *SECRETS, "HUAKAI_AUDIT_EXPORT")) | {"HUAKAI_INSTANCE": str(folder)}


@pytest.fixture(scope="module")
def beside(urls: Urls, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    """Made once for all test processes: there is one database of this name."""
    mine = tmp_path_factory.getbasetemp()
    folder = (mine if worker_id == "master" else mine.parent) / "beside"
    folder.mkdir(exist_ok=True)
    databases = Databases(servers.settings(urls.of(DATABASE), audit_key=KEY, audit_export=folder / "audit-heads"))
    made = Beside(folder, databases, "HK-410311-0001")
    with (folder / "gate").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if not (folder / "one.zip").exists():
            _equip(made, urls)
    yield made
    databases.dispose()


def _equip(beside: Beside, urls: Urls) -> None:
    folder, here = beside.folder, servers.copy(urls, DATABASE)
    given = servers.environment(here)
    (folder / "elsewhere").write_text(f"{urls.sockets.parents[1]}\n")
    keys.write(folder / keys.FILE, json.dumps({name: given[name] for name in SECRETS}))
    (folder / "sealed.json").write_bytes(SEALED)
    settings = servers.settings(here, audit_key=KEY, audit_export=folder / "audit-heads")
    assert Make(beside.databases, settings).site().code == beside.code
    with beside.databases.session(Login.WORKER) as session:
        audit.record(session, None, "sites.opened", "site", beside.code)
        heads.report(session, clock.today())
        heads.sign(session, settings, clock.today())
        rollups.rebuild(session, PRESENT)
    for line in ("migrate", "backup {folder}/all.zip", "backup --site {code} {folder}/one.zip"):
        assert beside.huakai(line).exit_code == 0


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")


def test_every_command_of_the_readme_is_tried_here() -> None:
    assert set(NAMED) == set(FILLED)


@pytest.mark.parametrize("named", [one for one in NAMED if not SERVES.match(one)])
def test_a_command_of_the_readme_works_beside_the_demonstration(beside: Beside, named: str) -> None:
    if named == "huakai doctor":
        now = clock.now()
        with beside.databases.session(Login.WORKER) as session:
            session.add(Heartbeat(name="worker-x", kind="worker", started_at=now, seen_at=now))

    said = beside.huakai(FILLED.get(named, ""))

    assert said.exit_code == (1 if named in REFUSED else 0), said.output
    assert REFUSED.get(named, "") in said.output


def test_the_processes_of_the_readme_run_beside_the_demonstration(beside: Beside) -> None:
    env = {name: value for name, value in (os.environ | bare(beside.folder)).items() if value is not None}
    processes, ports = {}, {}
    for named in filter(SERVES.match, NAMED):
        ports[named] = _free_port()
        words = [*FILLED[named].split(), *(["--bind", f"127.0.0.1:{ports[named]}"] if "web" in named else [])]
        processes[named] = subprocess.Popen([sys.executable, "-m", "huakai_deploy.cli", *words], env=env)
    try:
        end = time.monotonic() + 120
        while waited := [named for named in processes if not _lives(beside, named, ports[named])]:
            assert not [named for named in waited if processes[named].poll() is not None]
            assert time.monotonic() < end, waited
            time.sleep(0.1)
    finally:
        for process in processes.values():
            process.terminate()
        ended = {named: process.wait(60) for named, process in processes.items()}
    assert set(ended.values()) == {0}, ended


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _lives(beside: Beside, named: str, port: int) -> bool:
    if "web" in named:
        try:
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
    with beside.databases.session(Login.WORKER) as session:
        kinds = {row.kind for row in session.query(Heartbeat) if row.name != "worker-x"}
    return named.removeprefix("huakai ") in kinds


@pytest.mark.parametrize(
    ("language", "words"), [("zh_CN.UTF-8", "内置的服务器没有运行"), ("en_US.UTF-8", "do not run")]
)
def test_servers_that_do_not_run_are_named_in_the_terminals_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    monkeypatch.setenv("LC_ALL", language)
    keys.local(tmp_path)

    said = ask(bare(tmp_path), "jobs", "list")

    assert (said.exit_code, words in said.output, "deploy/run demo" in said.output) == (2, True, True), said.output
    assert sorted(path.name for path in tmp_path.iterdir()) == [keys.FILE], "looking makes nothing"


def test_servers_of_somebody_else_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_any: object) -> None:
        raise PermissionError

    keys.local(tmp_path)
    monkeypatch.setattr(keys, "missing", refuse)

    said = ask(bare(tmp_path), "jobs", "list")

    assert (said.exit_code, "属于其他用户" in said.output) == (2, True), said.output


def test_servers_that_the_environment_names_are_never_replaced(beside: Beside) -> None:
    env = bare(beside.folder) | {"DATABASE_URL_WORKER": "postgresql://huakai_worker@/x?host=/nowhere"}

    said = ask(env, "jobs", "list")

    assert (said.exit_code, "HUAKAI_SECRET_KEY" in said.output) == (2, True)


@pytest.mark.parametrize("line", ["up --demo --port {port}", "web --bind 127.0.0.1:{port}"])
def test_a_taken_port_is_named_before_anything_is_made(beside: Beside, tmp_path: Path, line: str) -> None:
    folder = tmp_path if line.startswith("up") else beside.folder
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        env = {name: value for name, value in (os.environ | bare(folder)).items() if value is not None}
        command = [sys.executable, "-m", "huakai_deploy.cli", *line.format(port=port).split()]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert f"端口 {port} 已被其他程序占用" in done.stderr
    assert list(tmp_path.iterdir()) == []
