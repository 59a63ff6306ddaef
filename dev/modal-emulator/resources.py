"""Secrets and Volumes by name."""

import shutil
from typing import Any

from google.protobuf.empty_pb2 import Empty
from grpclib import GRPCError, Status
from modal_proto import api_pb2

from rpc import bad_request, not_found, rpc
from state import Store, new_id
from volumes import Volumes, is_usable_name

_CREATE = {
    api_pb2.OBJECT_CREATION_TYPE_CREATE_IF_MISSING, api_pb2.OBJECT_CREATION_TYPE_CREATE_FAIL_IF_EXISTS,
    api_pb2.OBJECT_CREATION_TYPE_CREATE_OVERWRITE_IF_EXISTS,
}
_FAIL_IF_EXISTS = api_pb2.OBJECT_CREATION_TYPE_CREATE_FAIL_IF_EXISTS
_OVERWRITE = api_pb2.OBJECT_CREATION_TYPE_CREATE_OVERWRITE_IF_EXISTS


class ResourceMethods:
    """Mixin of the servicer; needs `store` and `volumes`."""

    store: Store
    volumes: Volumes

    @rpc
    async def SecretGetOrCreate(self, request: Any, _: Any) -> Any:
        state, name, kind = self.store.state, request.deployment_name, request.object_creation_type
        secret_id = state.secret_names.get(name) if name else None
        if secret_id is None and name and kind not in _CREATE:
            raise not_found(f"Secret '{name}'")
        if secret_id is not None and kind == _FAIL_IF_EXISTS:
            raise GRPCError(Status.ALREADY_EXISTS, f"Secret '{name}' exists already")
        if secret_id is None or kind == _OVERWRITE:
            secret_id = self.put_secret(name, dict(request.env_dict))
        missing = [key for key in request.required_keys if key not in state.secrets[secret_id]]
        if missing:
            raise GRPCError(Status.FAILED_PRECONDITION, f"Secret '{name}' has no {', '.join(missing)}")
        return api_pb2.SecretGetOrCreateResponse(secret_id=secret_id, metadata=api_pb2.SecretMetadata(name=name))

    def put_secret(self, name: str, env: dict[str, str]) -> str:
        """Makes or replaces a secret; one without a name is new every time."""
        state = self.store.state
        secret_id = state.secret_names.get(name) or new_id("st")
        state.secrets[secret_id] = env
        if name:
            state.secret_names[name] = secret_id
        self.store.save()
        return secret_id

    @rpc
    async def VolumeGetOrCreate(self, request: Any, _: Any) -> Any:
        state, name = self.store.state, request.deployment_name
        if not is_usable_name(name):
            raise bad_request(f"'{name}' is no name of a Volume")
        volume_id = state.volume_names.get(name)
        if volume_id is None:
            if request.object_creation_type not in _CREATE:
                raise not_found(f"Volume '{name}'")
            volume_id = new_id("vo")
            state.volumes[volume_id] = name
            state.volume_names[name] = volume_id
            self.volumes.folder(name).mkdir(mode=0o700, exist_ok=True)
            self.store.save()
        elif request.object_creation_type == _FAIL_IF_EXISTS:
            raise GRPCError(Status.ALREADY_EXISTS, f"Volume '{name}' exists already")
        version = request.version or api_pb2.VOLUME_FS_VERSION_V2
        return api_pb2.VolumeGetOrCreateResponse(volume_id=volume_id, version=version, metadata=api_pb2.VolumeMetadata(version=version, name=name))

    @rpc
    async def VolumeGetById(self, request: Any, _: Any) -> Any:
        name = self.store.state.volumes.get(request.volume_id)
        if name is None:
            raise not_found(f"Volume {request.volume_id}")
        version = api_pb2.VOLUME_FS_VERSION_V2
        return api_pb2.VolumeGetByIdResponse(volume_id=request.volume_id, metadata=api_pb2.VolumeMetadata(version=version, name=name))

    @rpc
    async def VolumeDelete(self, request: Any, _: Any) -> Any:
        name = self.store.state.volumes.pop(request.volume_id, None)
        if name is None:
            raise not_found(f"Volume {request.volume_id}")
        # A volume of the same name that is made later has another id: functions that were bound to this one lose it.
        self.store.state.volume_names.pop(name, None)
        self.store.save()
        shutil.rmtree(self.volumes.folder(name), ignore_errors=True)
        return Empty()

    @rpc
    async def VolumeCommit(self, request: Any, metadata: Any) -> Any:
        await self._view(request, metadata).commit()
        return api_pb2.VolumeCommitResponse(skip_reload=True)

    @rpc
    async def VolumeReload(self, request: Any, metadata: Any) -> Any:
        await self._view(request, metadata).reload()
        return Empty()

    def _view(self, request: Any, metadata: Any) -> Any:
        """The Volume as the container sees it that asks: a container's token is its id."""
        container = self.pools.containers.get(metadata.get("x-modal-token-id", ""))
        view = container.view_of(request.volume_id) if container else None
        if view is None:
            raise GRPCError(Status.FAILED_PRECONDITION, "only a container can commit or reload the Volumes that it mounts")
        return view
