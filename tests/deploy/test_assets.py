"""The front-end files: hashed, compressed, and never of another host."""

import gzip
import json
from pathlib import Path

import brotli
import pytest

from huakai_deploy import assets as building
from huakai_templates import assets


@pytest.fixture
def static(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A static folder of the test's own, with packages that no network is needed for."""
    vendor = tmp_path / "vendor"
    for module in (assets, building):
        monkeypatch.setattr(module, "STATIC", tmp_path)
        monkeypatch.setattr(module, "VENDOR", vendor)
        monkeypatch.setattr(module, "MANIFEST", vendor / "manifest.json")
    monkeypatch.setattr(building, "_from_npm", lambda: iter([(name, b"/* of npm */") for name in building.FILES]))
    (tmp_path / "app.css").write_text("body{margin:0}")
    return tmp_path


def test_an_address_holds_the_hash_and_both_compressed_forms_lie_beside_it(static: Path) -> None:
    building.build()

    path = static / assets.url("app.css").removeprefix("/static/")

    assert path.read_text() == "body{margin:0}"
    assert gzip.decompress(Path(f"{path}.gz").read_bytes()) == path.read_bytes()
    assert brotli.decompress(Path(f"{path}.br").read_bytes()) == path.read_bytes()


def test_what_is_built_is_not_built_again(static: Path) -> None:
    assert building.build()
    assert not building.build()


def test_a_change_of_ours_needs_no_npm_and_leaves_no_old_file(static: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    building.build()
    before = assets.url("app.css")
    monkeypatch.setattr(building, "_from_npm", lambda: pytest.fail("asked npm"))
    (static / "app.css").write_text("body{margin:1px}")

    assert assets.url("app.css").startswith("/static/app.css?v=")
    assert building.build()

    assert assets.url("app.css") not in (before, "/static/app.css")
    assert len(list((static / "vendor").glob("app.*.css"))) == 1


def test_an_unbuilt_house_says_what_to_do(static: Path) -> None:
    with pytest.raises(assets.AssetsMissing, match="deploy/run build"):
        assets.url("tabler.css")


def test_every_file_of_the_table_is_there_with_its_version_and_asks_no_other_host() -> None:
    locked = json.loads((building.PACKAGES / "package-lock.json").read_text())["packages"]

    for name, source in building.FILES.items():
        content = (assets.STATIC / assets.url(name).removeprefix("/static/")).read_bytes()
        package = source.rsplit("/dist/", 1)[0] if "/dist/" in source else source.rsplit("/", 1)[0]
        assert b"sourceMappingURL" not in content
        assert b"@import" not in content
        assert b"url(http" not in content
        if name.endswith((".css", ".js")):
            assert locked[f"node_modules/{package}"]["version"].encode() in content, name


def test_no_lock_names_an_address() -> None:
    root = building.PACKAGES.parent
    assert '"resolved"' not in (building.PACKAGES / "package-lock.json").read_text()
    for lock in (root / "deploy").glob("requirements*.lock"):
        assert "://" not in lock.read_text(), lock


def test_a_catalogue_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "TRANSLATIONS", tmp_path)
    po = tmp_path / "en" / "LC_MESSAGES" / "messages.po"
    po.parent.mkdir(parents=True)
    po.write_text('msgid "花"\nmsgstr "flower"\n', "utf-8")

    assert building.compile_catalogues() == [po]
    assert building.compile_catalogues() == []
    assert po.with_suffix(".mo").stat().st_size > 0
