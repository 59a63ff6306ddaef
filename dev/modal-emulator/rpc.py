"""How a method of the control plane is written here: one request in, one response out."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from grpclib import GRPCError, Status
from modal_proto import api_pb2
from modal_proto.api_grpc import ModalClientBase

Method = Callable[[Any, Any, Mapping[str, str]], Awaitable[Any]]


def rpc(method: Method) -> Callable[[Any, Any], Awaitable[None]]:
    """Wraps `async (self, request, metadata) -> response` as grpclib wants it."""

    async def serve(self: Any, stream: Any) -> None:
        request = await stream.recv_message()
        await stream.send_message(await method(self, request, stream.metadata))

    serve.__name__ = method.__name__
    return serve


def _unknown(name: str) -> Callable[[Any, Any], Awaitable[None]]:
    async def refuse(self: Any, stream: Any) -> None:
        await stream.recv_message()
        raise GRPCError(Status.UNIMPLEMENTED, f"The local Modal emulator does not implement {name}.")

    return refuse


#: Every method of the control plane, each of which refuses.
UnknownMethods: type = type("UnknownMethods", (ModalClientBase,), {name: _unknown(name) for name in ModalClientBase.__abstractmethods__})


def not_found(what: str) -> GRPCError:
    return GRPCError(Status.NOT_FOUND, f"{what} not found")


def bad_request(why: str) -> GRPCError:
    return GRPCError(Status.INVALID_ARGUMENT, why)


class StatusDetails:
    """Details of an error as the real service sends them (`google.rpc.Status`)."""

    def encode(self, status: Status, message: str | None, details: Any) -> bytes:
        packed = api_pb2.RPCStatus(code=status.value, message=message or "")
        for detail in details or ():
            packed.details.add().Pack(detail)
        return packed.SerializeToString()

    def decode(self, status: Status, message: str | None, data: bytes) -> Any:
        return None
