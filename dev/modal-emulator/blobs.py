"""Arguments and results that are too large for a message: PUT and GET by HTTP, under unguessable names."""

import hashlib
import re
from pathlib import Path
from typing import Any

from aiohttp import web
from modal_proto import api_pb2

from rpc import not_found, rpc
from state import new_id, write_whole

_LIMIT_BYTES = 512 * 1024 * 1024


class Blobs:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.base_url = ""
        #: Says whether the emulator plays dead.
        self.is_down = lambda: False

    def routes(self) -> list[web.RouteDef]:
        return [web.put("/blob/{id}", self._put), web.get("/blob/{id}", self._get)]

    def url(self, blob_id: str) -> str:
        return f"{self.base_url}/blob/{blob_id}"

    def keep(self, content: bytes) -> str:
        blob_id = new_id("bl")
        write_whole(self._folder / blob_id, content)
        return blob_id

    def read(self, blob_id: str) -> bytes:
        file = self._file(blob_id)
        if not file.exists():
            raise not_found(f"Blob {blob_id}")
        return file.read_bytes()

    def take(self, blob_id: str) -> bytes:
        """Reads a blob that nobody will ask for again."""
        content = self.read(blob_id)
        self._file(blob_id).unlink()
        return content

    def forget_older_than(self, moment: float) -> None:
        for file in self._folder.iterdir():
            if file.stat().st_mtime < moment:
                file.unlink()

    def _file(self, blob_id: str) -> Path:
        if not re.fullmatch(r"bl-[0-9a-f]+", blob_id):
            raise not_found("Blob")
        return self._folder / blob_id

    async def _put(self, request: web.Request) -> web.Response:
        if self.is_down():
            return web.Response(status=503)
        content = await request.read()
        write_whole(self._file(request.match_info["id"]), content)
        return web.Response(headers={"ETag": f'"{hashlib.md5(content).hexdigest()}"'})

    async def _get(self, request: web.Request) -> web.StreamResponse:
        if self.is_down():
            return web.Response(status=503)
        file = self._file(request.match_info["id"])
        return web.FileResponse(file) if file.exists() else web.Response(status=404)


def application() -> web.Application:
    return web.Application(client_max_size=_LIMIT_BYTES)


class BlobMethods:
    """Mixin of the servicer; needs `blobs`."""

    blobs: Blobs

    @rpc
    async def BlobCreate(self, request: Any, _: Any) -> Any:
        blob_id = new_id("bl")
        url = self.blobs.url(blob_id)
        # The npm client reads the first two, the Python client the lists.
        return api_pb2.BlobCreateResponse(blob_id=blob_id, upload_url=url, blob_ids=[blob_id], upload_urls=api_pb2.UploadUrlList(items=[url]))

    @rpc
    async def BlobGet(self, request: Any, _: Any) -> Any:
        return api_pb2.BlobGetResponse(download_url=self.blobs.url(request.blob_id))
