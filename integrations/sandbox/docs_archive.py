"""A small documentation of a product like GitLab, written for the sandbox, as the archive that a Git server makes."""

import gzip
import hashlib
import io
import tarfile
from functools import cache
from pathlib import Path
from typing import Final

PAGES: Final = Path(__file__).parent / "docs_pages"
TOP: Final = "docs-main"


@cache
def docs_archive() -> tuple[bytes, str]:
    """A tar.gz, and its ETag."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file, tarfile.open(fileobj=file, mode="w") as archive:
        for page in sorted(path for path in PAGES.rglob("*") if path.is_file()):
            archive.add(page, f"{TOP}/{page.relative_to(PAGES)}")
    return packed.getvalue(), f'"{hashlib.sha256(packed.getvalue()).hexdigest()[:16]}"'
