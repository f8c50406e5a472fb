"""A new user's first minutes, on the oldest and the newest Python of this machine, where the tests run on neither.

Installs the package from the lock, makes a folder with `pointsman init`, checks it, and plays the demo.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

OLDEST = (3, 11)
# Where pyenv, uv and distributions put them.
PLACES = {".pyenv/versions": "*/bin/python3", ".local/share/uv/python": "*/bin/python3"}
NAMES = [f"python3.{minor}" for minor in range(OLDEST[1], 30)]
LONGEST_SECONDS = 240
ROOT = Path(__file__).parents[1]


def main() -> int:
    found = {version: python for python in _candidates() if (version := _version(python)) and version >= OLDEST}
    found[sys.version_info[:2]] = ""
    others = [found[version] for version in sorted({min(found), max(found)}) if found[version]]
    if not others:
        print("There is no older and no newer Python here than the one of the tests.")
    return max(map(_first_minutes, others), default=0)


def _candidates() -> list[str]:
    named = [path for name in NAMES if (path := shutil.which(name))]
    installed = [path for place, pattern in PLACES.items() for path in sorted((Path.home() / place).glob(pattern))]
    return [*named, *map(str, installed), "/usr/bin/python3"]


def _version(python: str) -> tuple[int, ...] | None:
    """None for one that does not run, or cannot make a virtual environment."""
    code = "import sys, ensurepip, sqlite3; print(*sys.version_info[:2])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return tuple(map(int, done.stdout.split())) if done.returncode == 0 else None


def _first_minutes(python: str) -> int:
    print(f"The demo with {python}:", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        bin_, rules = Path(folder, "venv", "bin"), Path(folder, "rules")
        install = [bin_ / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-compile"]
        for where, command in (
            (folder, [python, "-m", "venv", bin_.parent]),
            (folder, [*install, "--require-hashes", "-r", ROOT / "requirements" / "runtime.lock"]),
            (folder, [*install, "--no-deps", "--no-build-isolation", ROOT]),
            (folder, [bin_ / "pointsman", "init", rules]),
            (rules, [bin_ / "pointsman", "check"]),
            (ROOT, [bin_ / "pointsman", "demo", "--exit"]),  # init's rules act on nothing
        ):
            try:
                done = subprocess.run(list(map(str, command)), cwd=where, check=False, timeout=LONGEST_SECONDS)
            except subprocess.TimeoutExpired:
                print(f"This took longer than {LONGEST_SECONDS} s, so it is not tested: {command[0]} {command[1]}")
                return 0
            if done.returncode:
                print(f"This failed with {python}: {command[0]} {command[1]}")
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
