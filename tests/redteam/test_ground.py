"""The ground is the same after each fight, whatever was done to it."""

from __future__ import annotations

import pytest
from tests.redteam.executor import boxed, picture, run
from tests.redteam.ground import Field

DAMAGE = [
    "rm -rf docs src .git",
    "chmod -R 000 .",
    "mv docs elsewhere && echo x > docs",
    "rm README.md && mkdir -p README.md/deep && touch README.md/deep/file",
    "ln docs/plan.md copy && echo x >> copy",
    "rm -rf src && ln -s docs src",
    "sed -i s/a/b/ README.md; touch -d @1 CHANGELOG.md; chmod +x Makefile",
    "mkfifo pipe; rm -rf ~/.local ~/.claude",
    "cp -a README.md r && echo x > README.md && cp -a r README.md && rm r",
]


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Field:
    return Field(tmp_path_factory.mktemp("field"))


@pytest.mark.skipif(not boxed(), reason="what does damage is run in bubblewrap (bwrap) alone")
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_ground_is_put_back_as_it_was_laid(damage: str, field: Field) -> None:
    before = picture(field.ground)
    times = {path: (field.live / path).lstat().st_mtime_ns for path in before if (field.live / path).is_file()}
    run(field.ground, damage)
    field.restore()
    assert picture(field.ground) == before
    assert {path: (field.live / path).lstat().st_mtime_ns for path in times} == times
    assert field.restore() is field.ground
