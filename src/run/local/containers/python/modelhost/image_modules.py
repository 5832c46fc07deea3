"""The modules that an image has beside its framework, for scripts that import from them; installed ones come first."""

import importlib.util
import sys
from types import ModuleType
from typing import Any, Dict, Optional

from . import containers_arrays, toolkit_arrays
from .flask_dialect import Response
from .settings import Settings


PLAIN_TYPES = {
    name: getattr(containers_arrays, name) for name in ("JSON", "CSV", "NPY", "OCTET_STREAM", "ANY", "UTF8_TYPES")
}


def containers_package(settings: Settings) -> ModuleType:
    """What is public in sagemaker-containers and has to do with serving."""
    env = offered(
        "sagemaker_containers.beta.framework.env", ServingEnv=lambda: ServingEnv(settings), model_dir=settings.model_dir
    )
    framework = {
        "content_types": offered("sagemaker_containers.beta.framework.content_types", **PLAIN_TYPES),
        "encoders": offered(
            "sagemaker_containers.beta.framework.encoders", **public(containers_arrays, CONTAINERS_ENCODERS)
        ),
        "errors": offered(
            "sagemaker_containers.beta.framework.errors",
            ClientError=containers_arrays.ClientError,
            UnsupportedFormatError=containers_arrays.UnsupportedFormatError,
        ),
        "worker": offered("sagemaker_containers.beta.framework.worker", Response=Response),
        "env": env,
        # AWS's own examples import these three and use nothing of them.
        **{name: offered("%s.%s" % (FRAMEWORK, name)) for name in ("modules", "server", "transformer")},
    }
    root = package(
        "sagemaker_containers", beta=package("sagemaker_containers.beta", framework=package(FRAMEWORK, **framework))
    )
    root.__dict__.update(
        _content_types=framework["content_types"],
        _encoders=framework["encoders"],
        _errors=framework["errors"],
        _worker=framework["worker"],
    )
    return root


def offer_image_modules(settings: Settings) -> None:
    """Those of sagemaker-containers, and what is public in sagemaker-inference and has to do with serving."""
    offer(containers_package(settings))

    from .toolkit_dialect import DefaultInferenceHandler

    offer(
        package(
            "sagemaker_inference",
            content_types=offered("sagemaker_inference.content_types", **PLAIN_TYPES, NPZ=toolkit_arrays.NPZ),
            decoder=offered("sagemaker_inference.decoder", decode=toolkit_arrays.decode),
            encoder=offered(
                "sagemaker_inference.encoder",
                encode=toolkit_arrays.encode,
                SUPPORTED_CONTENT_TYPES=set(toolkit_arrays.ENCODERS),
            ),
            errors=offered("sagemaker_inference.errors", **public(toolkit_arrays, TOOLKIT_ERRORS)),
            utils=offered("sagemaker_inference.utils", parse_accept=toolkit_arrays.parse_accept),
            default_inference_handler=offered(
                "sagemaker_inference.default_inference_handler", DefaultInferenceHandler=DefaultInferenceHandler
            ),
        )
    )


def xgboost_package() -> ModuleType:
    """What AWS's examples of scripts for XGBoost read their requests with."""
    from . import xgboost_data

    encoder = offered(
        "sagemaker_xgboost_container.encoder",
        **public(xgboost_data, ("csv_to_dmatrix", "libsvm_to_dmatrix", "decode")),
        recordio_protobuf_to_dmatrix=xgboost_data.recordio_to_dmatrix,
    )
    return package("sagemaker_xgboost_container", encoder=encoder)


def hugging_face_package() -> ModuleType:
    """What Hugging Face's examples of scripts read requests and write answers with."""
    from . import hugging_face_data

    decoder_encoder = offered(
        "sagemaker_huggingface_inference_toolkit.decoder_encoder", **public(hugging_face_data, ("decode", "encode"))
    )
    types = offered("sagemaker_huggingface_inference_toolkit.content_types", **PLAIN_TYPES)
    return package(
        "sagemaker_huggingface_inference_toolkit", decoder_encoder=decoder_encoder, content_types=types
    )


FRAMEWORK = "sagemaker_containers.beta.framework"
CONTAINERS_ENCODERS = (
    "array_to_npy",
    "npy_to_numpy",
    "array_to_json",
    "json_to_numpy",
    "array_to_csv",
    "csv_to_numpy",
    "decode",
    "encode",
)
TOOLKIT_ERRORS = ("UnsupportedFormatError", "BaseInferenceToolkitError", "GenericInferenceToolkitError")


class ServingEnv:
    """The part of sagemaker-containers' environment that a serving script can ask for."""

    def __init__(self, settings: Settings) -> None:
        self.model_dir = settings.model_dir
        self.module_name = settings.program
        self.module_dir: Optional[str] = settings.submit_directory
        self.default_accept = settings.default_accept
        self.model_server_workers = settings.workers()
        self.log_level = settings.log_level


def public(module: ModuleType, names: Any) -> Dict[str, Any]:
    return {name: getattr(module, name) for name in names}


def offered(name: str, **members: Any) -> ModuleType:
    module = ModuleType(name, "Stands for the module of this name in SageMaker's images.")
    module.__dict__.update(members)
    return module


def package(name: str, **members: Any) -> ModuleType:
    module = offered(name, **members)
    module.__path__ = []  # type: ignore[attr-defined]
    return module


def offer(root: ModuleType) -> None:
    if importlib.util.find_spec(root.__name__) is None:
        register(root)


def register(root: ModuleType) -> None:
    waiting = [root]
    while waiting:
        module = waiting.pop()
        sys.modules[module.__name__] = module
        waiting += [
            member
            for member in vars(module).values()
            if isinstance(member, ModuleType) and member.__name__.startswith(root.__name__ + ".")
        ]
