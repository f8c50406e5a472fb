"""Models on disk: each is written whole or not at all; the last three are kept, one is in use."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from app.model.artifact import version_of

KEPT = 3
CURRENT = "current.json"


def write_model(directory: Path, files: Mapping[str, bytes]) -> None:
    """Replaces what a directory holds. Only between two renames does a reader find neither model."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        for name, content in files.items():
            (fresh / name).write_bytes(content)
        fresh.chmod(0o755)
        if directory.exists():
            old = Path(mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
            directory.rename(old / "old")
            fresh.rename(directory)
            shutil.rmtree(old)
        else:
            fresh.rename(directory)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class ModelStore:
    """A directory with one directory for each model, named by its version, and `current.json`."""

    directory: Path

    def current(self) -> Path | None:
        """The model in use; None before the first training."""
        versions = self.versions()
        return self.directory / versions[0] if versions else None

    def versions(self) -> list[str]:
        """The one in use first, then the ones before it, newest first."""
        try:
            stored = json.loads((self.directory / CURRENT).read_text())
        except FileNotFoundError:
            return []
        return [str(name) for name in stored["versions"]]

    def put(self, files: Mapping[str, bytes]) -> Path:
        """Stores a model and takes it into use; all but the last three go."""
        name = version_of(dict(files))[:16]
        place = self.directory / name
        if not place.exists():
            write_model(place, files)
        before = self.versions()
        kept = [name, *(one for one in before if one != name)][:KEPT]
        fresh = self.directory / f".{CURRENT}"
        fresh.write_text(json.dumps({"versions": kept}) + "\n")
        fresh.replace(self.directory / CURRENT)
        for old in set(before) - set(kept):
            shutil.rmtree(self.directory / old, ignore_errors=True)
        return place
