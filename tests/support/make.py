"""Rows for tests, each with one call and sensible defaults."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.identity import sessions
from huakai_platform.identity.models import Account, ApiToken, Institution, Membership
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role, permissions_of
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from huakai_platform.kernel.tenancy import PLATFORM
from huakai_platform.onboarding import grams
from huakai_platform.standards.models import Edition
from tests.support import statements  # noqa: F401 (watches what is sent from here on)

Row = TypeVar("Row")
TOWNSHIP = "410311002000"
ANCESTORS = [TOWNSHIP, "410311000000", "410300000000", "410000000000", "000000000000"]


class Make:
    """Writes rows as the migrator, so that a test begins from facts and not from other deeds."""

    def __init__(self, databases: Databases, settings: Settings) -> None:
        self.databases, self.settings = databases, settings
        self._numbers = 0
        self._institution: Institution | None = None

    def add(self, row: Row, tenant_id: UUID = PLATFORM) -> Row:
        with self.databases.session(Login.MIGRATOR, tenant_id) as session:
            session.add(row)
        return row

    def institution(self, name: str = "花开心理服务指导中心") -> Institution:
        if self._institution is None:
            self._institution = self.add(Institution(id=uuid7(), name=name, short_name="花开", created_at=clock.now()))
        return self._institution

    def site(self, **changes: Any) -> Site:
        """An open room in 开元路街道 of Luoyang."""
        self._numbers += 1
        number = self._numbers
        place = changes.get("place_code", f"41031100{2000 + number}")
        name = changes.get("name", f"第{number}社区心理咨询室")
        values: dict[str, Any] = {
            "id": uuid7(),
            "institution_id": self.institution().id,
            "code": f"HK-410311-{number:04}",
            "natural_key": f"{place}|room|{number}",
            "name": name,
            "kind": "room",
            "tier": "T1",
            "region_code": TOWNSHIP,
            "place_code": place,
            "community": f"第{number}社区",
            "ancestors": ANCESTORS,
            "grams": grams.of(name, f"HK-410311-{number:04}"),
            "state": "open",
            "operating_since": date(2020, 1, 1),
            "created_at": clock.now(),
            "edition_id": self._edition(),
        }
        return self.add(Site(**(values | changes)))

    def account(self, **changes: Any) -> Account:
        self._numbers += 1
        values: dict[str, Any] = {
            "id": uuid7(),
            "name": f"测试人员{self._numbers}",
            "login_name": f"tester{self._numbers}",
            "created_at": clock.now(),
        }
        return self.add(Account(**(values | changes)))

    def member(self, role: Role, site: Site | None = None, account: Account | None = None, **changes: Any) -> Actor:
        """A person in a role; room roles get a site of their own when none is given."""
        if role.plane == "room" and site is None:
            site = self.site()
        account = account or self.account()
        membership = self.add(
            Membership(
                id=uuid7(),
                account_id=account.id,
                institution_id=self.institution().id,
                role=role.value,
                site_id=site.id if site else None,
                region_code=changes.pop("region_code", "410300000000" if role is Role.REGIONAL_OFFICE else None),
                created_at=clock.now(),
                **changes,
            )
        )
        return Actor(
            account_id=account.id,
            name=account.name,
            role=role,
            membership_id=membership.id,
            institution_id=membership.institution_id,
            site_id=membership.site_id,
            region_code=membership.region_code,
            permissions=permissions_of(role),
        )

    def token(self, actor: Actor) -> str:
        """A signed-in device of the person, in the role given."""
        with self.databases.session(Login.MIGRATOR) as session:
            return sessions.start(
                session,
                actor.account_id,
                device="tests",
                address="127.0.0.1",
                owes_second_factor=False,
                membership_id=actor.membership_id,
            )

    def bearer(self, actor: Actor, scopes: Collection[str] | None = None, **changes: Any) -> str:
        """An API token of the person, in the role given, with all of its scopes or some."""
        token, now = f"hk_{uuid7().hex}", clock.now()
        held = permissions_of(actor.role) if scopes is None else scopes
        values: dict[str, Any] = {
            "id": uuid7(),
            "account_id": actor.account_id,
            "membership_id": actor.membership_id,
            "site_id": actor.site_id,
            "name": "tests",
            "kind": "personal",
            "hint": token[:8],
            "token_hash": sessions.digest(token),
            "scopes": sorted(str(scope) for scope in held),
            "created_by": actor.account_id,
            "created_at": now,
            "expires_at": now + timedelta(days=1),
        }
        self.add(ApiToken(**(values | changes)))
        return token

    def program(self, app: Flask, actor: Actor, scopes: Collection[str] | None = None) -> FlaskClient:
        """A test client that sends a token, and no cookie."""
        client = app.test_client(use_cookies=False)
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.bearer(actor, scopes)}"
        return client

    def browser(self, app: Flask, actor: Actor) -> FlaskClient:
        """A test client that is signed in."""
        client = app.test_client()
        client.set_cookie("huakai", self.token(actor))
        return client

    def _edition(self) -> UUID | None:
        with self.databases.session(Login.MIGRATOR) as session:
            return _first_edition(session)


def _first_edition(session: Session) -> UUID | None:
    return session.scalar(select(Edition.id).order_by(Edition.number).limit(1))
