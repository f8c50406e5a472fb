"""Known vulnerabilities of the locked dependencies, by pip-audit. `make audit`.

Fails for a vulnerability that is found, and only for that: where the service that knows them cannot be reached, or does
not know a package, this says so in so many words instead of letting silence pass for a clean bill.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LONGEST_SECONDS = 240


def main(locks: Sequence[str], command: Sequence[str]) -> int:
    """0: none found, or nobody to ask. 1: found. `command` is pip-audit and its options."""
    worst = 0
    for lock in locks:
        said, cause = asked([*command, "-r", lock])
        status, lines = verdict(lock, said, cause)
        print("\n".join(lines), flush=True)
        worst = max(worst, status)
    return worst


def asked(command: Sequence[str]) -> tuple[dict[str, Any] | None, str]:
    """pip-audit's own answer, or None and why there is none."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, type(error).__name__
    try:
        said = json.loads(done.stdout)
        return (said, "") if isinstance(said, dict) else (None, "its answer is no object")
    except ValueError:
        return None, (done.stderr.strip().splitlines() or ["it said nothing"])[-1][:200]


def verdict(lock: str, said: dict[str, Any] | None, cause: str) -> tuple[int, list[str]]:
    if said is None:
        return 0, [f"{lock}: NOT AUDITED, the vulnerability service did not answer ({cause})."]
    packages = said["dependencies"]
    found = [(one["name"], one["version"], vulnerability) for one in packages for vulnerability in one.get("vulns", [])]
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    lines = [
        f"{lock}: {len(packages) - len(skipped)} of {len(packages)} packages audited, {len(found)} vulnerabilities."
    ]
    if skipped:
        few = ", ".join(skipped[:5]) + (", ..." if len(skipped) > 5 else "")
        lines.append(f"{lock}: NOT AUDITED, the vulnerability service does not know: {few} ({len(skipped)} packages).")
    for name, version, vulnerability in found:
        fixed = ", ".join(vulnerability.get("fix_versions", [])) or "no version yet"
        lines.append(f"  {name} {version}: {vulnerability['id']}, fixed in {fixed}")
    return (1 if found else 0), lines


if __name__ == "__main__":
    pip_audit = Path(sys.executable).with_name("pip-audit")
    options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json", "--timeout", "10"]
    sys.exit(main(sys.argv[1:], [str(pip_audit), *options]))
