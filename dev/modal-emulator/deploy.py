"""What `modal deploy` asks for: files, images, functions, and the step that makes them the deployed app."""

import re
import shlex
import shutil
import time
from pathlib import Path
from typing import Any

from google.protobuf.empty_pb2 import Empty
from google.protobuf.timestamp_pb2 import Timestamp
from modal_proto import api_pb2

from rpc import bad_request, not_found, rpc
from specs import handle_metadata, metadata_of
from state import App, Deployed, Store, new_id

_BUILDER = "2025.06"
_CREATE_IF_MISSING = api_pb2.OBJECT_CREATION_TYPE_CREATE_IF_MISSING


def now() -> Timestamp:
    stamp = Timestamp()
    stamp.GetCurrentTime()
    return stamp


class DeployMethods:
    """Mixin of the servicer; needs `store`, `blobs`, `links`, `roots_in_use`, `tasks_of`, `on_published` and `on_stopped`."""

    store: Store
    #: What images would install, as far as this machine has it: path in the image → folder here.
    links: dict[str, str]

    # -- Client and environment

    @rpc
    async def ClientHello(self, request: Any, _: Any) -> Any:
        return api_pb2.ClientHelloResponse(image_builder_version=_BUILDER)

    @rpc
    async def EnvironmentGetOrCreate(self, request: Any, _: Any) -> Any:
        name = request.deployment_name or "main"
        settings = api_pb2.EnvironmentSettings(image_builder_version=_BUILDER)
        return api_pb2.EnvironmentGetOrCreateResponse(environment_id=f"en-{name}", metadata=api_pb2.EnvironmentMetadata(name=name, settings=settings))

    # -- Files and images

    @rpc
    async def MountBatchedCheckExistence(self, request: Any, _: Any) -> Any:
        missing = [digest for digest in request.sha256_hex_hashes if not self._file_of(digest).exists()]
        return api_pb2.MountBatchedCheckExistenceResponse(missing_sha256_hex_hashes=missing, checked_at=now())

    @rpc
    async def MountPutFile(self, request: Any, _: Any) -> Any:
        file = self._file_of(request.sha256_hex)
        which = request.WhichOneof("data_oneof")
        if which is not None:
            file.write_bytes(request.data if which == "data" else self.blobs.take(request.data_blob_id))
        return api_pb2.MountPutFileResponse(exists=file.exists(), checked_at=now())

    @rpc
    async def MountGetOrCreate(self, request: Any, _: Any) -> Any:
        # Published mounts (the client's own packages) are in the local Python already: they are empty here.
        mount_id = new_id("mo")
        self.store.state.mounts[mount_id] = [(file.filename, file.sha256_hex, file.mode) for file in request.files]
        return api_pb2.MountGetOrCreateResponse(mount_id=mount_id, handle_metadata=api_pb2.MountHandleMetadata())

    @rpc
    async def ImageGetOrCreate(self, request: Any, _: Any) -> Any:
        image_id = new_id("im")
        self.store.state.images[image_id] = request.image.SerializeToString()
        result = api_pb2.GenericResult(status=api_pb2.GenericResult.GENERIC_STATUS_SUCCESS)
        return api_pb2.ImageGetOrCreateResponse(image_id=image_id, result=result, metadata=api_pb2.ImageMetadata(image_builder_version=_BUILDER))

    def _file_of(self, digest: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise bad_request("a file is named by its sha256")
        return self.store.folder("files", digest)

    # -- Apps and functions

    @rpc
    async def AppGetByDeploymentName(self, request: Any, _: Any) -> Any:
        app = self.store.state.apps.get(request.name)
        return api_pb2.AppGetByDeploymentNameResponse(app_id=app.id if app else "")

    @rpc
    async def AppGetOrCreate(self, request: Any, _: Any) -> Any:
        app = self.store.state.apps.get(request.app_name)
        if app is None:
            if request.object_creation_type != _CREATE_IF_MISSING:
                raise not_found(f"App '{request.app_name}'")
            app = self.store.state.apps[request.app_name] = App(new_id("ap"), request.app_name, created_at=time.time())
            self.store.save()
        return api_pb2.AppGetOrCreateResponse(app_id=app.id)

    @rpc
    async def AppList(self, request: Any, _: Any) -> Any:
        response = api_pb2.AppListResponse()
        for app in self.store.state.apps.values():
            response.apps.add(
                app_id=app.id, description=app.name, name=app.name, state=api_pb2.APP_STATE_DEPLOYED,
                created_at=app.created_at, n_running_tasks=self.tasks_of(app.id),
            )
        return response

    @rpc
    async def AppGetLifecycle(self, request: Any, _: Any) -> Any:
        app = self._app_of(request.app_id)
        return api_pb2.AppGetLifecycleResponse(lifecycle=api_pb2.AppLifecycle(app_state=api_pb2.APP_STATE_DEPLOYED, created_at=app.created_at))

    @rpc
    async def AppStop(self, request: Any, _: Any) -> Any:
        app = self._app_of(request.app_id)
        del self.store.state.apps[app.name]
        for function_id in app.functions.values():
            self.store.state.functions.pop(function_id, None)
        self.store.save()
        self.on_stopped(app.id)
        self._remove_unused_roots()
        return Empty()

    def _app_of(self, app_id: str) -> App:
        app = next((app for app in self.store.state.apps.values() if app.id == app_id), None)
        if app is None:
            raise not_found(f"App '{app_id}'")
        return app

    @rpc
    async def AppCreate(self, request: Any, _: Any) -> Any:
        return api_pb2.AppCreateResponse(app_id=new_id("ap"))

    @rpc
    async def AppGetLayout(self, request: Any, _: Any) -> Any:
        app = next((app for app in self.store.state.apps.values() if app.id == request.app_id), None)
        return api_pb2.AppGetLayoutResponse(app_layout=api_pb2.AppLayout(function_ids=app.functions if app else {}))

    @rpc
    async def AppHeartbeat(self, request: Any, _: Any) -> Any:
        return Empty()

    @rpc
    async def AppClientDisconnect(self, request: Any, _: Any) -> Any:
        return Empty()

    @rpc
    async def AppSetTags(self, request: Any, _: Any) -> Any:
        return Empty()

    @rpc
    async def FunctionPrecreate(self, request: Any, _: Any) -> Any:
        function_id = request.existing_function_id or new_id("fu")
        return api_pb2.FunctionPrecreateResponse(function_id=function_id, handle_metadata=metadata_of(request, request.app_id))

    @rpc
    async def FunctionCreate(self, request: Any, _: Any) -> Any:
        definition = request.function
        if request.HasField("function_data"):
            # A list of GPUs comes as one definition for each; here there is none, so any will do.
            definition = request.function_data.ranked_functions[0].function
        if definition.is_class or definition.definition_type != api_pb2.Function.DEFINITION_TYPE_FILE:
            raise bad_request("The local Modal emulator runs plain functions of a file only.")
        function_id = request.existing_function_id or new_id("fu")
        self.store.state.staged[function_id] = Deployed(
            app_id=request.app_id, tag=definition.function_name, definition=definition.SerializeToString(),
            root=str(self._lay_out(definition)), image_env=self._image_env(definition.image_id), version=0,
        )
        data = api_pb2.FunctionData(
            module_name=definition.module_name, function_name=definition.function_name, function_type=definition.function_type,
            timeout_secs=definition.timeout_secs, function_schema=definition.function_schema,
            supported_input_formats=definition.supported_input_formats, supported_output_formats=definition.supported_output_formats,
        )
        data.ranked_functions.add(rank=0, function=definition)
        return api_pb2.FunctionCreateResponse(
            function_id=function_id, function=definition, function_data=data, handle_metadata=metadata_of(definition, request.app_id),
        )

    @rpc
    async def AppPublish(self, request: Any, _: Any) -> Any:
        state = self.store.state
        app = state.apps.setdefault(request.name, App(request.app_id, request.name, created_at=time.time()))
        app.id = request.app_id
        app.version += 1
        gone = set(app.functions.values()) - set(request.function_ids.values())
        app.functions = dict(request.function_ids)
        for function_id in app.functions.values():
            if (deployed := state.staged.pop(function_id, None)) is not None:
                deployed.version = app.version
                state.functions[function_id] = deployed
        for function_id in gone:
            state.functions.pop(function_id, None)
        self.store.save()
        self._remove_unused_roots()
        self.on_published(request.app_id)
        return api_pb2.AppPublishResponse(url=f"http://localhost/apps/{request.name}", deployed_at=time.time())

    @rpc
    async def FunctionGet(self, request: Any, _: Any) -> Any:
        app = self.store.state.apps.get(request.app_name)
        function_id = app.functions.get(request.object_tag) if app else None
        if app is None or function_id is None or (request.app_version and request.app_version != app.version):
            raise not_found(f"Function '{request.app_name}/{request.object_tag}'")
        metadata = handle_metadata(self.store.state.functions[function_id])
        return api_pb2.FunctionGetResponse(function_id=function_id, handle_metadata=metadata)

    # -- The files of a container

    def _layers(self, image_id: str) -> list[Any]:
        """The image and what it is built on, the oldest first."""
        content = self.store.state.images.get(image_id)
        if content is None:
            return []
        image = api_pb2.Image.FromString(content)
        return [layer for base in image.base_images for layer in self._layers(base.image_id)] + [image]

    def _lay_out(self, definition: Any) -> Path:
        """Copies what the image and the mounts bring into a new folder, by path in the container."""
        root = self.store.folder("images", new_id("fs"))
        root.mkdir(mode=0o700)
        for layer in self._layers(definition.image_id):
            # Files that are added with `copy=True`; other build steps need a real image and do not happen here.
            if layer.context_mount_id and "COPY . /" in layer.dockerfile_commands:
                self._copy_mount(layer.context_mount_id, root)
        for mount_id in definition.mount_ids:
            self._copy_mount(mount_id, root)
        for path, folder in self.links.items():
            place = root / path.lstrip("/")
            if place.parent.is_dir() and not place.exists():
                place.symlink_to(folder)
        return root

    def _copy_mount(self, mount_id: str, root: Path) -> None:
        for name, digest, mode in self.store.state.mounts.get(mount_id, []):
            target = (root / name.lstrip("/")).resolve()
            if not target.is_relative_to(root.resolve()):
                raise bad_request(f"{name} leaves the image")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._file_of(digest), target)
            target.chmod(mode & 0o777 or 0o644)

    def _image_env(self, image_id: str) -> dict[str, str]:
        """Variables from `Image.env`; PATH stays that of this machine."""
        env: dict[str, str] = {}
        for layer in self._layers(image_id):
            for command in layer.dockerfile_commands:
                if command.startswith("ENV "):
                    env.update(part.split("=", 1) for part in shlex.split(command[4:]) if "=" in part)
        env.pop("PATH", None)
        return env

    def _remove_unused_roots(self) -> None:
        state = self.store.state
        used = {deployed.root for deployed in (*state.functions.values(), *state.staged.values())} | self.roots_in_use()
        for folder in self.store.folder("images").iterdir():
            if str(folder) not in used:
                shutil.rmtree(folder, ignore_errors=True)
