"""What a container of a function is like: the deployed definition with the options of whoever calls it."""

from dataclasses import dataclass
from typing import Any

from modal_proto import api_pb2

from state import Deployed, State, new_id

_DEFAULT_TIMEOUT_S = 300
_DEFAULT_SCALEDOWN_S = 60


@dataclass(frozen=True)
class Mount:
    volume_id: str
    #: In the container.
    path: str
    sub_path: str


@dataclass(frozen=True)
class Spec:
    tag: str
    module: str
    #: Name in the module.
    function: str
    root: str
    version: int
    app_id: str
    env: dict[str, str]
    mounts: tuple[Mount, ...]
    timeout_s: int
    startup_timeout_s: int
    scaledown_s: int
    #: 0: as many as there are inputs.
    max_containers: int
    is_single_use: bool
    #: Runs code that nobody trusts: it gets no access to Modal itself.
    is_restricted: bool


def metadata_of(definition: Any, app_id: str) -> Any:
    """What a client must know of a function to call it."""
    return api_pb2.FunctionHandleMetadata(
        function_name=definition.function_name, function_type=definition.function_type, function_schema=definition.function_schema,
        supported_input_formats=definition.supported_input_formats, supported_output_formats=definition.supported_output_formats,
        definition_id=new_id("de"), app_id=app_id,
    )


def handle_metadata(deployed: Deployed) -> Any:
    return metadata_of(api_pb2.Function.FromString(deployed.definition), deployed.app_id)


def spec_of(state: State, function_id: str) -> Spec | None:
    """None when the function is not deployed any more."""
    bound = state.bound.get(function_id)
    deployed = state.functions.get(bound.function_id if bound else function_id)
    if deployed is None:
        return None
    options = api_pb2.FunctionOptions.FromString(bound.options) if bound else api_pb2.FunctionOptions()
    return _merge(state, deployed, api_pb2.Function.FromString(deployed.definition), options)


def _merge(state: State, deployed: Deployed, definition: Any, options: Any) -> Spec:
    scaling = definition.autoscaler_settings
    secret_ids = options.secret_ids if options.replace_secret_ids else [*definition.secret_ids, *options.secret_ids]
    volume_mounts = options.volume_mounts if options.replace_volume_mounts else definition.volume_mounts
    env = dict(deployed.image_env)
    for secret_id in secret_ids:
        env.update(state.secrets.get(secret_id, {}))
    return Spec(
        tag=deployed.tag, module=definition.module_name, function=definition.implementation_name or definition.function_name,
        root=deployed.root, version=deployed.version, app_id=deployed.app_id, env=env,
        mounts=tuple(Mount(mount.volume_id, mount.mount_path, mount.sub_path) for mount in volume_mounts),
        timeout_s=options.timeout_secs or definition.timeout_secs or _DEFAULT_TIMEOUT_S,
        startup_timeout_s=definition.startup_timeout_secs or _DEFAULT_TIMEOUT_S,
        scaledown_s=options.task_idle_timeout_secs or scaling.scaledown_window or definition.task_idle_timeout_secs or _DEFAULT_SCALEDOWN_S,
        max_containers=options.concurrency_limit or scaling.max_containers or definition.concurrency_limit,
        is_single_use=definition.single_use_containers, is_restricted=definition.untrusted,
    )
