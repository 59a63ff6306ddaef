"""Which container runs which call: one pool for each function with its options, as on Modal."""

import asyncio
import logging
from collections import deque
from typing import Any

from calls import LOST, Call, Calls
from containers import Container, Host
from faults import Faults
from specs import spec_of
from state import Store

log = logging.getLogger("emulator")


class Pool:
    """The containers of one function, its waiting calls, and nothing else."""

    def __init__(self, pools: "Pools", function_id: str) -> None:
        self._pools = pools
        self.function_id = function_id
        self.waiting: deque[Call] = deque()
        self.members: set[Container] = set()
        self._starting = 0
        self._idle: deque[asyncio.Future[Call]] = deque()

    def add(self, call: Call, first: bool = False) -> None:
        while self._idle:
            next_call = self._idle.popleft()
            if not next_call.done():
                next_call.set_result(call)
                return
        (self.waiting.appendleft if first else self.waiting.append)(call)
        self._grow()

    def _grow(self) -> None:
        if self._pools.is_stopping:
            return
        spec = spec_of(self._pools.store.state, self.function_id)
        if spec is None:
            while self.waiting:
                self._pools.calls.end(self.waiting.popleft(), {"status": "failure", "exception": "The function is not deployed any more."})
            return
        while self._starting < len(self.waiting) and (spec.max_containers == 0 or len(self.members) < spec.max_containers):
            container = Container(self._pools.host, spec)
            self.members.add(container)
            self._starting += 1
            self._pools.track(self._live(container))

    async def _live(self, container: Container) -> None:
        """From the start of a container to its end."""
        try:
            try:
                problem = await container.start()
            finally:
                self._starting -= 1
            if problem is not None:
                log.warning("%s cannot start: %s", container.spec.tag, problem.get("exception"))
                if self.waiting:
                    self._pools.calls.end(self.waiting.popleft(), problem)
                return
            while not container.is_retired and (call := await self._next(container)) is not None:
                if not await self._work(container, call):
                    return
        finally:
            await container.stop()
            self.members.discard(container)
            self._grow()

    async def _next(self, container: Container) -> Call | None:
        """The next call for a container, or None when it has idled too long or died meanwhile."""
        if self.waiting:
            return self.waiting.popleft()
        next_call: asyncio.Future[Call] = asyncio.get_running_loop().create_future()
        self._idle.append(next_call)
        gone = asyncio.ensure_future(container.gone.wait())
        try:
            await asyncio.wait({next_call, gone}, timeout=container.spec.scaledown_s, return_when=asyncio.FIRST_COMPLETED)
            if not gone.done():
                return next_call.result() if next_call.done() else None
            if next_call.done():
                self.waiting.appendleft(next_call.result())
            return None
        finally:
            next_call.cancel()
            gone.cancel()

    async def _work(self, container: Container, call: Call) -> bool:
        """Runs one call; False when the container can take no other."""
        calls, faults, tag = self._pools.calls, self._pools.faults, container.spec.tag
        if call.result is not None:
            return True
        if (death := faults.take_death(tag, "before")) is not None:
            container.kill(death.outcome)
        call.begun += 1
        self._pools.running[call.id] = container
        try:
            result = await container.run(call, calls.args_of(call), faults.take_death(tag, "during"))
        finally:
            self._pools.running.pop(call.id, None)
        if (death := faults.take_death(tag, "after")) is not None:
            container.kill(death.outcome)
            result = None
        if result is None:
            self._bury(container, call)
            return False
        calls.end(call, {"status": LOST} if faults.take_lost_result(tag) else result)
        return result["status"] != "timeout" and not container.spec.is_single_use

    def _bury(self, container: Container, call: Call) -> None:
        """The container died under the call: it begins again elsewhere, or has failed."""
        if call.result is not None:
            return
        if container.outcome == "restart":
            log.info("%s begins again on %s", container.spec.tag, call.id)
            self.waiting.appendleft(call)
            return
        self._pools.calls.end(call, {"status": container.outcome, "exception": "The container of the function was lost."})


class Pools:
    def __init__(self, store: Store, calls: Calls, faults: Faults, host: Host) -> None:
        self.store = store
        self.calls = calls
        self.faults = faults
        self.host = host
        self.running: dict[str, Container] = {}
        self.is_stopping = False
        self._pools: dict[str, Pool] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, call: Call) -> None:
        self._pool(call.function_id).add(call)

    async def cancel(self, call: Call, terminate: bool) -> None:
        """The call ends now; its container is told (or killed with all that it started)."""
        container = self.running.get(call.id)
        pool = self._pool(call.function_id)
        if call in pool.waiting:
            pool.waiting.remove(call)
        self.calls.end(call, {"status": "terminated", "exception": ""})
        if container is None:
            return
        if terminate:
            await container.stop()
        else:
            container.interrupt()

    def retire(self, app_id: str) -> None:
        """A new version is deployed: idle containers of the old one go, busy ones finish what they do."""
        for pool in self._pools.values():
            for container in pool.members:
                if container.spec.app_id == app_id:
                    container.is_retired = True
                    if not container.is_busy:
                        container.kill()

    def end(self, app_id: str) -> None:
        """An app is stopped: its containers die with what they do."""
        for container in self.members():
            if container.spec.app_id == app_id:
                container.is_retired = True
                container.kill()

    def count(self, app_id: str) -> int:
        """Containers of an app that are there."""
        return sum(container.spec.app_id == app_id for container in self.members())

    def members(self) -> list[Container]:
        return [container for pool in self._pools.values() for container in pool.members]

    @property
    def containers(self) -> dict[str, Container]:
        return {container.id: container for container in self.members()}

    def track(self, life: Any) -> None:
        task = asyncio.create_task(life)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Ends every container; calls that were running begin again with the next start."""
        self.is_stopping = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _pool(self, function_id: str) -> Pool:
        return self._pools.setdefault(function_id, Pool(self, function_id))
