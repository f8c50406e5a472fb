"""What browsers keep: scripts, styles and icons, under an address that changes with what is in them."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

FOLDER = Path(__file__).parent / "static"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
# Below this the headers cost more than what is saved.
WORTH_PACKING = 1000


@dataclass(frozen=True)
class Asset:
    kind: str
    plain: bytes
    packed: bytes
    """gzip; empty where it saves nothing."""


@cache
def assets() -> dict[str, Asset]:
    """By their names below the folder."""
    return {name: _asset(file) for name, file in _files()}


@cache
def version() -> str:
    """One for all of them: styles name their pictures beside them."""
    digest = hashlib.sha256()
    for name, file in _files():
        digest.update(name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:12]


def address(name: str) -> str:
    """Of a file that is there; anything else is a mistake in a template."""
    if name not in assets():
        raise KeyError(name)
    return f"/static/{version()}/{name}"


def serve(request: Request) -> Response:
    """GET /static/{version}/{name}. An old version's address gets nothing: it would be kept for ever."""
    asset = assets().get(request.path_params["name"])
    if asset is None or request.path_params["version"] != version():
        return PlainTextResponse("There is no such file.", 404)
    if asset.packed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.packed, media_type=asset.kind, headers={"Content-Encoding": "gzip", **_VARY})
    return Response(asset.plain, media_type=asset.kind, headers=_VARY)


_VARY = {"Vary": "Accept-Encoding"}


def _files() -> Iterator[tuple[str, Path]]:
    for file in sorted(FOLDER.rglob("*")):
        if file.suffix in KINDS:
            yield file.relative_to(FOLDER).as_posix(), file


def _asset(file: Path) -> Asset:
    plain = file.read_bytes()
    packed = gzip.compress(plain, 9, mtime=0) if len(plain) > WORTH_PACKING and file.suffix != ".png" else b""
    return Asset(KINDS[file.suffix], plain, packed)
