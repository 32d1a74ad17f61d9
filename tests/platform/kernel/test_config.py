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


@pytest.mark.parametrize("given", ["%%%", "c2hvcnQ=", "密钥"])
@pytest.mark.parametrize("name", ["HUAKAI_MASTER_KEY", "HUAKAI_LOOKUP_KEY"])
def test_a_key_that_is_none_is_refused_in_words(name: str, given: str) -> None:
    with pytest.raises(HuakaiError, match=name):
        Settings.from_env({"HUAKAI_SECRET_KEY": "x" * 32, name: given})


def test_no_secret_is_shown_with_the_settings() -> None:
    settings = Settings.from_env({"HUAKAI_SECRET_KEY": "x" * 32, "REDIS_URL": "redis://:opensesame@host/0"})

    assert "opensesame" not in repr(settings)
    assert "xxxx" not in repr(settings)


@pytest.mark.parametrize("given", ["4", "1001", "ten", "１０", "-10", "10.5"])
def test_the_threshold_of_small_numbers_is_never_below_five(given: str) -> None:
    with pytest.raises(HuakaiError, match="5"):
        Settings.from_env({"HUAKAI_SECRET_KEY": "x" * 32, "HUAKAI_SMALLEST_COUNT": given})


def test_the_threshold_of_small_numbers_is_ten_unless_it_is_set() -> None:
    assert Settings.from_env({"HUAKAI_SECRET_KEY": "x" * 32}).smallest_count == 10
    assert Settings.from_env({"HUAKAI_SECRET_KEY": "x" * 32, "HUAKAI_SMALLEST_COUNT": "5"}).smallest_count == 5
