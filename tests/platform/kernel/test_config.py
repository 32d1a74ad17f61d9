"""Settings that would leave a door open are refused at the start."""

import pytest

from huakai_platform.kernel.config import Settings
from huakai_platform.kernel.errors import HuakaiError


@pytest.mark.parametrize("secret", ["", "changeme", "x" * 31])
def test_a_secret_that_can_be_guessed_is_refused(secret: str) -> None:
    with pytest.raises(HuakaiError):
        Settings.from_env({"HUAKAI_SECRET_KEY": secret})


@pytest.mark.parametrize("given", ["-1", "yes", "１", "9"])
def test_proxies_are_a_small_number(given: str) -> None:
    with pytest.raises(HuakaiError):
        Settings.from_env({"HUAKAI_SECRET_KEY": "x" * 32, "HUAKAI_PROXIES": given})


def test_no_proxy_is_believed_unless_named() -> None:
    assert Settings.from_env({"HUAKAI_SECRET_KEY": "x" * 32}).proxies == 0
