"""The door for tests: orders faults and looks inside. It exists only when the emulator is started with a file to name it in."""

import hmac
import os
import secrets
from typing import Any

from aiohttp import web
from grpclib import GRPCError

from state import summary


class Control:
    def __init__(self, emulator: Any) -> None:
        self._emulator = emulator
        self.token = secrets.token_hex(16)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/ctl/state", self._guard(self._state)),
            web.post("/ctl/faults", self._guard(self._add_fault)),
            web.delete("/ctl/faults", self._guard(self._clear)),
            web.post("/ctl/down", self._guard(self._down)),
            web.post("/ctl/up", self._guard(self._up)),
            web.post("/ctl/volumes", self._guard(self._volumes)),
            web.post("/ctl/kill", self._guard(self._kill)),
        ]

    def _guard(self, handler: Any) -> Any:
        async def checked(request: web.Request) -> web.Response:
            if not hmac.compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {self.token}".encode()):
                return web.Response(status=401)
            try:
                return web.json_response(await handler(await request.json() if request.can_read_body else {}))
            except (GRPCError, TypeError, ValueError, KeyError) as error:
                return web.json_response({"error": str(error)}, status=400)

        return checked

    async def _state(self, _: Any) -> Any:
        emulator = self._emulator
        return {
            **summary(emulator.store.state),
            "calls": [
                {
                    "id": call.id, "function": emulator.tag_of(call.function_id), "begun": call.begun,
                    "status": call.result["status"] if call.result else "pending",
                    "exception": (call.result or {}).get("exception", ""), "isRunning": call.id in emulator.pools.running,
                }
                for call in sorted(emulator.calls.by_id.values(), key=lambda one: one.created)
            ],
            "containers": [
                {"id": one.id, "pid": one.pid, "function": one.spec.tag, "isBusy": one.is_busy, "mounts": one.local_mounts()}
                for one in emulator.pools.members()
            ],
            "commits": emulator.volumes.commits,
            "rpcs": emulator.rpcs,
            "pid": os.getpid(),
        }

    async def _add_fault(self, wanted: Any) -> Any:
        self._emulator.faults.add(wanted)
        return {}

    async def _clear(self, _: Any) -> Any:
        self._emulator.faults.clear()
        return {}

    async def _down(self, _: Any) -> Any:
        await self._emulator.go_down()
        return {}

    async def _up(self, _: Any) -> Any:
        await self._emulator.come_up()
        return {}

    async def _volumes(self, wanted: Any) -> Any:
        self._emulator.volumes.is_synced_only = {"synced-only": True, "shared": False}[wanted["mode"]]
        return {}

    async def _kill(self, wanted: Any) -> Any:
        """Kills the container of a call, or every busy one of a function."""
        killed = 0
        for call_id, container in list(self._emulator.pools.running.items()):
            if wanted.get("call", call_id) == call_id and wanted.get("function", container.spec.tag) == container.spec.tag:
                container.kill(wanted.get("outcome", "failure"))
                killed += 1
        return {"killed": killed}
