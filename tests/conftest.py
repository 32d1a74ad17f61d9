"""Fixtures that every test shares: the servers, a database, an app, and makers of rows."""

import gc
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import werkzeug.test
from flask import Flask

from huakai_deploy.local import LocalStack, Urls
from huakai_deploy.web import create_app
from huakai_platform.kernel import i18n
from huakai_platform.kernel.config import Settings
from huakai_platform.kernel.db import Databases
from tests.support import servers
from tests.support.cleaner import Cleaner
from tests.support.make import Make

# A large form that a test sends stays in memory: nobody closes the file that the client would put it into.
werkzeug.test.stream_encode_multipart = partial(werkzeug.test.stream_encode_multipart, use_tempfile=False)
pytest_plugins = ["tests.support.chosen", "tests.support.days", "tests.support.rendered"]
STACK: list[LocalStack] = []


def pytest_sessionstart(session: pytest.Session) -> None:
    """The controlling process starts the servers; the others find them in the environment."""
    if "HUAKAI_TEST_SOCKETS" in os.environ or session.config.option.collectonly:
        return
    stack, urls = servers.start()
    STACK.append(stack)
    os.environ["HUAKAI_TEST_SOCKETS"], os.environ["HUAKAI_TEST_REDIS"] = str(urls.sockets), urls.redis


def pytest_collection_finish() -> None:
    """What stands until the end is not looked at again whenever memory is cleared up."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    for stack in STACK:
        stack.wipe()


@pytest.fixture(autouse=True)
def translation() -> Iterator[None]:
    """A command speaks the terminal's language from then on; it does not for the next test."""
    before = i18n.translate
    yield
    i18n.translate = before


@pytest.fixture(scope="session")
def urls(worker_id: str) -> Urls:
    """A migrated, seeded database of this test process alone."""
    sockets, redis = os.environ["HUAKAI_TEST_SOCKETS"], os.environ["HUAKAI_TEST_REDIS"]
    number = int(worker_id.removeprefix("gw")) + 1 if worker_id.startswith("gw") else 0
    template = Urls(sockets=Path(sockets), redis=redis.replace("db=0", f"db={number}"), database=servers.TEMPLATE)
    return servers.copy(template, f"test_{worker_id}")


@pytest.fixture(scope="session")
def settings(urls: Urls) -> Settings:
    return servers.settings(urls)


@pytest.fixture(scope="session")
def pools(settings: Settings) -> Iterator[Databases]:
    made = Databases(settings)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def cleaner(urls: Urls) -> Iterator[Cleaner]:
    with Cleaner(urls, servers.TEMPLATE) as made:
        yield made


@pytest.fixture
def databases(pools: Databases, cleaner: Cleaner) -> Iterator[Databases]:
    """The pools of every login; what a test wrote is gone after it."""
    yield pools
    cleaner.clean()


@pytest.fixture
def make(databases: Databases, settings: Settings) -> Make:
    return Make(databases, settings)


@pytest.fixture(scope="session")
def application(settings: Settings) -> Iterator[Flask]:
    made = create_app(settings)
    made.testing = True
    yield made
    made.extensions["huakai"].databases.dispose()


@pytest.fixture
def app(application: Flask, databases: Databases) -> Iterator[Flask]:
    """Both planes over this test's database; no request of the test is still counted."""
    yield application
    assert not application.extensions["huakai.concurrency_limit"].inside
