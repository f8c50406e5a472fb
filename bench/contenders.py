"""The two that do the same work: Pointsman, and a flow in Node-RED, which is installed into a temporary folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.supervised import Supervised
from tests.support.loopback import WEB
from tests.support.paths import ROOT
from tests.support.processes import RunningSandbox, own_settings, roomy_rules

FLOW = ROOT / "bench" / "nodered"
INSTALLS_WITHIN = 300.0


class NotInstalled(Exception):
    """Why there is no Node-RED here, in a sentence."""

    reason = "not_installed"


@dataclass(frozen=True)
class Contender:
    name: str
    server: Callable[[Path, RunningSandbox, int], Supervised]
    """From a folder of its own, the services and a port."""
    idle: Callable[[str], bool] = lambda _url: False
    """It says itself that nothing is under way. False: it cannot say, or there is."""


def pointsman(url_of_database: Callable[[Path], str] | None = None) -> Contender:
    def server(folder: Path, sandbox: RunningSandbox, port: int) -> Supervised:
        environ = {**sandbox.environ, **own_settings(folder, port), "ROUTING_FILE": str(roomy_rules(folder))}
        if url_of_database:
            environ["DATABASE_URL"] = url_of_database(folder)
        return Supervised(
            [sys.executable, "-m", "app.cli.main", "serve"],
            environ,
            ROOT,
            ready=f"http://127.0.0.1:{port}/healthz",
            log=folder / "server.log",
        )

    return Contender("Pointsman", server, _nothing_waits)


def _nothing_waits(url: str) -> bool:
    try:
        said = WEB.get(f"{url}/metrics", timeout=5).text
    except httpx.HTTPError:
        return False
    return "\npointsman_waiting_work 0.0" in said and "\npointsman_held_work 0.0" in said


def install_node_red(folder: Path) -> Path:
    """Its start script. Raises NotInstalled."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        raise NotInstalled("npm and node are not installed")
    shutil.copy(FLOW / "package.json", folder)
    command = [npm, "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALLS_WITHIN, check=False)
    except subprocess.TimeoutExpired as late:
        raise NotInstalled(f"`npm install` took more than {INSTALLS_WITHIN:.0f} s") from late
    if done.returncode:
        raise NotInstalled(f"`npm install` failed: {done.stderr.strip()[-300:]}")
    return folder / "node_modules" / "node-red" / "red.js"


def node_red(script: Path, *, answers: str) -> Contender:
    """`answers`: "early", 202 before the work; "late", when the ticket is done, so that the sender repeats the rest."""

    def server(folder: Path, sandbox: RunningSandbox, port: int) -> Supervised:
        environ = {
            **sandbox.environ,
            "ANSWER": answers,
            "PORT": str(port),
            "FLOWS": str(FLOW / "flows.json"),
            "GIVEN_UP": str(folder / "given-up.jsonl"),
            "NODE_ENV": "production",
            "NO_PROXY": ",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.1"))),
        }
        return Supervised(
            ["node", str(script), "--settings", str(FLOW / "settings.js"), "--userDir", str(folder)],
            environ,
            folder,
            ready=f"http://127.0.0.1:{port}/busy",
            log=folder / "server.log",
        )

    return Contender(f"Node-RED, {answers}", server, _nothing_busy)


def _nothing_busy(url: str) -> bool:
    try:
        return bool(WEB.get(f"{url}/busy", timeout=5).json() == {"busy": 0})
    except (httpx.HTTPError, ValueError):
        return False
