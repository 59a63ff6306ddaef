"""A stand-in for Modal's control plane on this machine. It isolates nothing: containers are processes of whoever starts it.

Reads MODAL_TOKEN_ID and MODAL_TOKEN_SECRET: whoever calls must show the same. Listens on 127.0.0.1 only.
"""

import argparse
import asyncio
import base64
import hmac
import json
import logging
import os
import secrets
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from aiohttp import web
from grpclib import GRPCError, Status
from grpclib.events import RecvRequest, listen
from grpclib.server import Server
from modal_proto import api_pb2

from blobs import BlobMethods, Blobs, application
from calls import CallMethods, Calls
from containers import Host
from control import Control
from deploy import DeployMethods
from faults import Faults
from pools import Pools
from resources import ResourceMethods
from rpc import StatusDetails, UnknownMethods, rpc
from specs import spec_of
from state import Store, write_whole
from volumes import Volumes

log = logging.getLogger("emulator")
_LOOPBACK = "127.0.0.1"
_AUTH_TOKEN_S = 3600


class Emulator(DeployMethods, CallMethods, ResourceMethods, BlobMethods, UnknownMethods):
    """The whole control plane: what it remembers, what runs, and the two ports on which it is asked."""

    def __init__(self, data_dir: Path, token: tuple[str, str], links: dict[str, str]) -> None:
        self._token = token
        self.links = links
        self.store = Store(data_dir)
        self.volumes = Volumes(self.store.folder("volumes"))
        self.blobs = Blobs(self.store.folder("blobs"))
        self.blobs.is_down = lambda: self._server is None
        self.calls = Calls(self.store.folder("calls"), self.blobs)
        self.faults = Faults()
        self.host = Host(self.store, self.volumes)
        self.pools = Pools(self.store, self.calls, self.faults, self.host)
        self.on_published = self.pools.retire
        self.on_stopped = self.pools.end
        self.tasks_of = self.pools.count
        #: How often each method was called, for tests.
        self.rpcs: dict[str, int] = {}
        self._server: Server | None = None
        self._port = 0
        #: Connections to the control plane.
        self._transports: set[Any] = set()

    def tag_of(self, function_id: str) -> str:
        spec = spec_of(self.store.state, function_id)
        return spec.tag if spec else ""

    def roots_in_use(self) -> set[str]:
        return {container.spec.root for container in self.pools.members()}

    @rpc
    async def AuthTokenGet(self, request: Any, _: Any) -> Any:
        def part(content: dict[str, Any]) -> str:
            return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

        claims = {"exp": int(time.time()) + _AUTH_TOKEN_S, "iat": int(time.time())}
        return api_pb2.AuthTokenGetResponse(token=f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.{secrets.token_urlsafe(32)}")

    async def open(self, port: int, control_file: Path | None) -> None:
        """Listens, and goes on with the calls that the last run has left unfinished."""
        http = application()
        http.add_routes(self.blobs.routes())
        control = Control(self) if control_file else None
        if control:
            http.add_routes(control.routes())
        self._http = web.AppRunner(http, access_log=None)
        await self._http.setup()
        listening = _listen(0)
        await web.SockSite(self._http, listening).start()
        self.blobs.base_url = f"http://{_LOOPBACK}:{listening.getsockname()[1]}"
        for name, env in json.loads(os.environ.get("MODAL_EMULATOR_SECRETS", "{}")).items():
            self.put_secret(name, env)
        self._port = port
        await self.come_up()
        self.host.server_url = f"http://{_LOOPBACK}:{self._port}"
        await self.host.open()
        if control and control_file:
            write_whole(control_file, json.dumps({"url": f"{self.blobs.base_url}/ctl", "token": control.token}).encode())
        for call in self.calls.load():
            log.info("begins again on %s, which the last run left unfinished", call.id)
            self.pools.submit(call)

    async def close(self) -> None:
        await self.go_down()
        await self.pools.stop()
        await self.host.close()
        await self._http.cleanup()

    async def come_up(self) -> None:
        if self._server is not None:
            return
        listening = _listen(self._port)
        self._port = listening.getsockname()[1]
        server = Server([self], status_details_codec=StatusDetails(), codec=None)
        listen(server, RecvRequest, self._receive)
        await server.start(sock=listening)
        self._server = server

    async def go_down(self) -> None:
        """Refuses connections and tears those that there are, as a server that has gone; containers go on."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for transport in list(self._transports):
            transport.abort()
        await server.wait_closed()

    async def _receive(self, event: RecvRequest) -> None:
        """Before each request: who asks, and what is to go wrong."""
        method = event.method_name.rpartition("/")[2]
        work = event.method_func

        async def serve(stream: Any) -> None:
            transport = stream._stream._transport
            self._transports = {one for one in self._transports if not one.is_closing()} | {transport}
            self.rpcs[method] = self.rpcs.get(method, 0) + 1
            self._check_token(event.metadata)
            await self.faults.around(method, work, stream)

        event.method_func = serve

    def _check_token(self, metadata: Any) -> None:
        """The token of the start, or a container's own."""
        shown = (metadata.get("x-modal-token-id", ""), metadata.get("x-modal-token-secret", ""))
        is_ours = all(hmac.compare_digest(one.encode(), two.encode()) for one, two in zip(shown, self._token, strict=True))
        container = self.pools.containers.get(shown[0])
        if not is_ours and (container is None or container.spec.is_restricted or shown[1] != container.id):
            raise GRPCError(Status.UNAUTHENTICATED, "Token ID or secret is not that of this emulator.")


def _listen(port: int) -> socket.socket:
    # The protocol is named, because asyncio sends small packets at once only on such sockets.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((_LOOPBACK, port))
    listening.listen(128)
    return listening


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="of the control plane; 0: a free one")
    parser.add_argument("--data-dir", type=Path, required=True, help="keeps the deployed app, Volumes, secrets and results")
    parser.add_argument("--control-file", type=Path, help="opens the door for scripted faults and writes here where it is; tests only")
    parser.add_argument(
        "--link", action="append", default=[], metavar="PATH=FOLDER",
        help="what an image would install at PATH is FOLDER on this machine; for every image that has files beside PATH",
    )
    options = parser.parse_args()
    token = (os.environ.get("MODAL_TOKEN_ID", ""), os.environ.get("MODAL_TOKEN_SECRET", ""))
    if not all(token):
        print("MODAL_TOKEN_ID and MODAL_TOKEN_SECRET must be set: callers have to show the same.", file=sys.stderr)
        return 1
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    options.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    emulator = Emulator(options.data_dir.resolve(), token, dict(link.split("=", 1) for link in options.link))
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await emulator.open(options.port, options.control_file)
    print(json.dumps({"ready": emulator.host.server_url}), flush=True)
    await stopped.wait()
    await emulator.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
