"""Calls of functions: what was asked, what came out. Both are files, so that they outlive the emulator as they outlive Modal's servers."""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cbor2
from google.protobuf.empty_pb2 import Empty
from modal_proto import api_pb2

from blobs import Blobs
from rpc import bad_request, not_found, rpc
from specs import handle_metadata
from state import Bound, Deployed, Store, new_id, write_whole

_STATUS = {
    "success": api_pb2.GenericResult.GENERIC_STATUS_SUCCESS,
    "failure": api_pb2.GenericResult.GENERIC_STATUS_FAILURE,
    "terminated": api_pb2.GenericResult.GENERIC_STATUS_TERMINATED,
    "timeout": api_pb2.GenericResult.GENERIC_STATUS_TIMEOUT,
    "broken": api_pb2.GenericResult.GENERIC_STATUS_INIT_FAILURE,
    "internal": api_pb2.GenericResult.GENERIC_STATUS_INTERNAL_FAILURE,
}
#: It has ended, and nobody will ever hear how (a scripted fault).
LOST = "lost"
_IN_MESSAGE_BYTES = 2 * 1024 * 1024
#: Modal keeps results for a week.
_KEPT_S = 7 * 24 * 3600
_LONGEST_POLL_S = 60.0


@dataclass
class Call:
    id: str
    input_id: str
    function_id: str
    format: int
    created: float
    #: Of the request that made it: the same key means the same call.
    key: str
    args: bytes = b""
    args_blob: str = ""
    #: Times that it was begun, 1 unless a container was lost.
    begun: int = 0
    #: None until it has ended; `data` stays in the file.
    result: dict[str, Any] | None = None
    #: Where a large result can be fetched, once somebody has asked.
    result_blob: str = ""
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Calls:
    """Every call that is known, by id."""

    def __init__(self, folder: Path, blobs: Blobs) -> None:
        self._folder = folder
        self._blobs = blobs
        self.by_id: dict[str, Call] = {}
        self._by_key: dict[str, Call] = {}

    def load(self) -> list[Call]:
        """Takes in what the last run left; returns the calls that have not ended."""
        self._blobs.forget_older_than(time.time() - _KEPT_S)
        for file in self._folder.glob("*.call"):
            result_file = file.with_suffix(".result")
            if time.time() - file.stat().st_mtime > _KEPT_S:
                file.unlink()
                result_file.unlink(missing_ok=True)
                continue
            call = Call(**cbor2.loads(file.read_bytes()))
            if result_file.exists():
                call.result = {**cbor2.loads(result_file.read_bytes()), "data": None}
                call.args = b""
                call.ended.set()
            self._know(call)
        return sorted((call for call in self.by_id.values() if call.result is None), key=lambda call: call.created)

    def begin(self, function_id: str, item: Any, key: str) -> tuple[Call, bool]:
        """The call of a request, and whether it is new: a request that is sent again means the same call."""
        if key and (known := self._by_key.get(key)):
            return known, False
        asked = item.input
        call = Call(
            id=new_id("fc"), input_id=new_id("in"), function_id=function_id, format=asked.data_format or api_pb2.DATA_FORMAT_PICKLE,
            created=time.time(), key=key, args=asked.args, args_blob=asked.args_blob_id,
        )
        self._know(call)
        kept = {name: getattr(call, name) for name in ("id", "input_id", "function_id", "format", "created", "key", "args", "args_blob")}
        write_whole(self._folder / f"{call.id}.call", cbor2.dumps(kept))
        return call, True

    def args_of(self, call: Call) -> bytes:
        return self._blobs.read(call.args_blob) if call.args_blob else call.args

    def end(self, call: Call, result: dict[str, Any]) -> None:
        """The first end counts."""
        if call.result is not None:
            return
        write_whole(self._folder / f"{call.id}.result", cbor2.dumps(result))
        call.result = {**result, "data": None}
        call.args = b""
        call.ended.set()

    def output(self, call: Call) -> Any:
        """The result as the client wants it."""
        stored = cbor2.loads((self._folder / f"{call.id}.result").read_bytes())
        result = api_pb2.GenericResult(
            status=_STATUS[stored["status"]], exception=stored.get("exception", ""), traceback=stored.get("traceback", ""),
        )
        data = stored.get("data") or b""
        if len(data) > _IN_MESSAGE_BYTES:
            call.result_blob = call.result_blob or self._blobs.keep(data)
            result.data_blob_id = call.result_blob
        else:
            result.data = data
        return api_pb2.FunctionGetOutputsItem(result=result, idx=0, input_id=call.input_id, data_format=stored.get("format", 0))

    def _know(self, call: Call) -> None:
        self.by_id[call.id] = call
        if call.key:
            self._by_key[call.key] = call


class CallMethods:
    """Mixin of the servicer; needs `store`, `calls` and `pools`."""

    store: Store
    calls: Calls

    @rpc
    async def FunctionBindParams(self, request: Any, _: Any) -> Any:
        if request.serialized_params:
            raise bad_request("The local Modal emulator knows no parametrised classes.")
        base = self._check_function(request.function_id)
        options = request.function_options.SerializeToString(deterministic=True)
        bound = self.store.state.bound
        bound_id = next((key for key, one in bound.items() if (one.function_id, one.options) == (request.function_id, options)), None)
        if bound_id is None:
            bound_id = new_id("fu")
            bound[bound_id] = Bound(request.function_id, options)
            self.store.save()
        return api_pb2.FunctionBindParamsResponse(bound_function_id=bound_id, handle_metadata=handle_metadata(base))

    @rpc
    async def FunctionMap(self, request: Any, metadata: Mapping[str, str]) -> Any:
        if len(request.pipelined_inputs) != 1 or request.function_call_type != api_pb2.FUNCTION_CALL_TYPE_UNARY:
            raise bad_request("The local Modal emulator takes one input for each call.")
        self._check_function(request.function_id)
        call, is_new = self.calls.begin(request.function_id, request.pipelined_inputs[0], metadata.get("x-idempotency-key", ""))
        if is_new:
            self.pools.submit(call)
        accepted = api_pb2.FunctionPutInputsResponseItem(idx=0, input_id=call.input_id, input_jwt=call.input_id)
        return api_pb2.FunctionMapResponse(function_call_id=call.id, pipelined_inputs=[accepted], function_call_jwt=call.id)

    @rpc
    async def FunctionRetryInputs(self, request: Any, _: Any) -> Any:
        call = self._call(request.function_call_jwt)
        call.result = None
        call.ended.clear()
        item = request.inputs[0].input
        call.args, call.args_blob = item.args, item.args_blob_id
        self.pools.submit(call)
        return api_pb2.FunctionRetryInputsResponse(input_jwts=[call.input_id])

    @rpc
    async def FunctionGetOutputs(self, request: Any, _: Any) -> Any:
        call = self._call(request.function_call_id)
        # `wait_for` with no time left does not look at all, and that is how a caller asks who only wants to know.
        if not call.ended.is_set() and request.timeout > 0:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(call.ended.wait(), min(request.timeout, _LONGEST_POLL_S))
        if not call.ended.is_set():
            return api_pb2.FunctionGetOutputsResponse(last_entry_id="0-0", num_unfinished_inputs=1)
        if call.result is not None and call.result["status"] == LOST:
            # As a result that is not kept any more: nothing unfinished and nothing to fetch.
            return api_pb2.FunctionGetOutputsResponse(last_entry_id="0-0")
        return api_pb2.FunctionGetOutputsResponse(idxs=[0], outputs=[self.calls.output(call)], last_entry_id="1-0")

    @rpc
    async def FunctionCallCancel(self, request: Any, _: Any) -> Any:
        call = self._call(request.function_call_id)
        await self.pools.cancel(call, terminate=request.terminate_containers)
        return Empty()

    @rpc
    async def FunctionCallFromId(self, request: Any, _: Any) -> Any:
        return api_pb2.FunctionCallFromIdResponse(function_call_id=self._call(request.function_call_id).id, num_inputs=1)

    def _call(self, call_id: str) -> Call:
        call = self.calls.by_id.get(call_id)
        if call is None:
            raise not_found(f"FunctionCall {call_id}")
        return call

    def _check_function(self, function_id: str) -> Deployed:
        """The deployed function behind an id, which may be that of a bound one."""
        state = self.store.state
        base = state.bound[function_id].function_id if function_id in state.bound else function_id
        if base not in state.functions:
            raise not_found(f"Function {function_id}")
        return state.functions[base]
