"""Faults on order: what a call of the control plane, or a container, is made to do wrong."""

import asyncio
import fnmatch
from dataclasses import dataclass
from typing import Any

from grpclib import GRPCError, Status
from modal_proto import api_pb2

from rpc import bad_request

_KINDS = ("slow", "hang", "error", "cut", "container-death", "lost-result")
_OUTCOMES = ("failure", "internal", "restart")


@dataclass
class Fault:
    kind: str
    #: Pattern for the name of the method, or of the function where a container is meant.
    on: str = "*"
    #: How often it still happens; None: until it is cleared.
    times: int | None = None
    delay_ms: int = 0
    #: `error`: name of a gRPC status.
    code: str = "UNAVAILABLE"
    #: `error`: sends the server's advice to wait that long with it.
    retry_after_s: float | None = None
    #: `error`, `cut`: before the method did its work or after; `container-death`: before, during or after an input.
    when: str = "before"
    #: `container-death`: ms after the function began.
    after_ms: int = 0
    outcome: str = "failure"


@dataclass(frozen=True)
class Death:
    outcome: str
    after_ms: int


class Faults:
    def __init__(self) -> None:
        self.active: list[Fault] = []

    def add(self, wanted: dict[str, Any]) -> None:
        names = {"delayMs": "delay_ms", "retryAfterSecs": "retry_after_s", "afterMs": "after_ms"}
        fault = Fault(**{names.get(key, key): value for key, value in wanted.items()})
        if fault.kind not in _KINDS or fault.outcome not in _OUTCOMES or fault.code not in Status.__members__:
            raise bad_request(f"no such fault: {wanted}")
        self.active.append(fault)

    def clear(self) -> None:
        self.active.clear()

    def take_death(self, function: str, when: str) -> Death | None:
        fault = self._take(function, lambda one: one.kind == "container-death" and one.when == when)
        return Death(fault.outcome, fault.after_ms) if fault else None

    def take_lost_result(self, function: str) -> bool:
        return self._take(function, lambda one: one.kind == "lost-result") is not None

    async def around(self, method: str, work: Any, stream: Any) -> None:
        """Runs a method with the faults that are due for it."""
        fault = self._take(method, lambda one: one.kind in ("slow", "hang", "error", "cut"))
        if fault is None:
            await work(stream)
        elif fault.kind == "slow":
            await asyncio.sleep(fault.delay_ms / 1000)
            await work(stream)
        elif fault.kind == "hang":
            await asyncio.Event().wait()
        else:
            await self._fail(fault, work, stream)

    async def _fail(self, fault: Fault, work: Any, stream: Any) -> None:
        """Fails a method before or after its work: with a status, or by tearing the connection."""
        if fault.when == "after":
            await work(_Mute(stream))
        if fault.kind == "cut":
            await asyncio.sleep(fault.delay_ms / 1000)
            stream._stream._transport.abort()
            return
        details = None if fault.retry_after_s is None else [api_pb2.RPCRetryPolicy(retry_after_secs=fault.retry_after_s)]
        raise GRPCError(Status[fault.code], "scripted by the emulator", details)

    def _take(self, name: str, matches: Any) -> Fault | None:
        fault = next((one for one in self.active if matches(one) and fnmatch.fnmatchcase(name, one.on)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.active.remove(fault)
        return fault


class _Mute:
    """A stream whose answer does not arrive."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.metadata = stream.metadata

    async def recv_message(self) -> Any:
        return await self._stream.recv_message()

    async def send_message(self, _: Any) -> None:
        return None
