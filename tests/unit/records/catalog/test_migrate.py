"""Whether the catalog's schema is up to date is known without loading Alembic."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alembic.script import ScriptDirectory

from records.catalog.catalog import Catalog
from records.catalog.migrate import MIGRATIONS, head


def test_the_newest_revision_is_known_without_alembic() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert head() == scripts.get_current_head()
    named = {Path(script.path).name.partition("_")[0] for script in scripts.walk_revisions()}
    assert named == {script.revision for script in scripts.walk_revisions()}


def test_a_catalog_that_is_up_to_date_is_opened_without_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'catalog.sqlite'}"
    Catalog.open(url).close()
    code = f"import sys; from records.catalog.catalog import Catalog; Catalog.open({url!r}).close(); print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
