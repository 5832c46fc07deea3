"""The server of the PyTorch image: TorchServe in front, the package sagemaker-inference behind it."""

import json
import logging
from inspect import signature
from types import ModuleType
from typing import Any, Callable, Dict, Optional

from . import toolkit_arrays as arrays
from .faults import trace
from .reply import JSON, Reply, server_error
from .settings import Settings
from .toolkit_arrays import BaseInferenceToolkitError, GenericInferenceToolkitError
from .wire import Request

log = logging.getLogger("modelhost")

# default of `max_request_size` and `max_response_size` in TorchServe and Multi Model Server.
SIZE_LIMIT = 6553500


class RequestProperties:
    """What a handler learns of a request."""

    def __init__(self, headers: Dict[str, str]) -> None:
        self.headers = {
            "-".join(part.capitalize() for part in name.split("-")): value for name, value in headers.items()
        }

    def get_request_properties(self) -> Dict[str, str]:
        return self.headers

    def get_request_property(self, key: str) -> Optional[str]:
        return self.headers.get(key)

    def report_status(self, code: int, reason_phrase: Optional[str] = None) -> None:
        self.status = (code, reason_phrase)


class Context:
    """The last argument of functions that take one more than they must."""

    def __init__(self, settings: Settings) -> None:
        self.model_name = "model"
        self.manifest: Dict[str, Any] = {"model": {"modelName": "model"}}
        self.system_properties = {
            "model_dir": settings.model_dir,
            "gpu_id": None,
            "batch_size": 1,
            "server_name": "MMS",
        }
        self.begin({})

    def begin(self, headers: Dict[str, str]) -> None:
        self.request_processor = [RequestProperties(headers)]
        self.status: Optional[int] = None
        self.phrase: Optional[str] = None
        self.content_type: Optional[str] = None
        self.response_headers: Dict[str, str] = {}

    def get_request_header(self, idx: int, key: str) -> Optional[str]:
        return self.request_processor[idx].get_request_property(key)

    def get_all_request_header(self, idx: int) -> Dict[str, str]:
        return self.request_processor[idx].get_request_properties()

    def set_response_status(self, code: int = 200, phrase: Optional[str] = "", idx: int = 0) -> None:
        self.status, self.phrase = code, phrase

    def set_response_content_type(self, idx: int, value: str) -> None:
        self.content_type = value

    def set_response_header(self, idx: int, key: str, value: str) -> None:
        self.response_headers[key] = value

    def get_request_id(self, idx: int = 0) -> str:
        return str(idx)


class ModelServer:
    """What TorchServe and Multi Model Server have in common."""

    def __init__(self, settings: Settings, prefix: str) -> None:
        self.settings = settings
        # Both take their settings from the environment under a prefix of their own (`enable_envvars_config`).
        self.max_request_size: Optional[int] = settings.number(prefix + "_MAX_REQUEST_SIZE", SIZE_LIMIT)
        self.max_response_size = settings.number(prefix + "_MAX_RESPONSE_SIZE", SIZE_LIMIT)
        self.prefix = prefix
        self.seconds_at_most: Optional[int] = None
        self.context = Context(settings)

    def ping(self) -> Reply:
        return Reply(200, '{\n  "status": "Healthy"\n}\n', JSON)

    def execution_parameters(self) -> Reply:
        return self.not_found()

    def not_found(self) -> Reply:
        words = "Requested resource is not found, please refer to API document."
        return server_error(404, "ResourceNotFoundException", words)

    def method_not_allowed(self) -> Reply:
        return server_error(
            405, "MethodNotAllowedException", "Requested method is not allowed, please refer to API document."
        )

    def too_large(self) -> Reply:
        log.error(
            "a request is larger than %s bytes; %s_MAX_REQUEST_SIZE in the container's environment raises this limit",
            self.max_request_size,
            self.prefix,
        )
        return Reply(413, b"", None, close=True)

    def respond(self, value: Any) -> Reply:
        """A handler's value as these servers write it: bytes and text as they are, all else as indented JSON."""
        context = self.context
        if isinstance(value, str):
            value = value.encode("utf-8")
        elif not isinstance(value, (bytes, bytearray)):
            value = self.other_value(value)
            if value is None:
                log.warning("Unable to serialize model output.")
                return server_error(503, "InternalServerException", "Unsupported model output data type.")
        if len(value) > self.max_response_size:
            log.error(
                "an answer has %d bytes, %d are the limit; %s_MAX_RESPONSE_SIZE in the container's environment raises it",
                len(value),
                self.max_response_size,
                self.prefix,
            )
            return server_error(500, "InternalServerException", "Worker died.")
        status = context.status or 200
        return Reply(
            status,
            value,
            context.content_type,
            context.phrase or None,
            close=status >= 400,
            headers=context.response_headers.items(),
        )

    def other_value(self, value: Any) -> Optional[bytes]:
        try:
            return json.dumps(value, indent=2).encode("utf-8")
        except TypeError:
            return None


class DefaultInferenceHandler:
    """The defaults of sagemaker-inference, for a family or a script to change."""

    def default_model_fn(self, model_dir: str, context: Any = None) -> Any:
        raise NotImplementedError(
            "\nPlease provide a model_fn implementation.\nSee documentation for model_fn at https://sagemaker.readthedocs.io/en/stable/\n"
        )

    def default_input_fn(self, input_data: Any, content_type: str, context: Any = None) -> Any:
        return arrays.decode(input_data, content_type)

    def default_predict_fn(self, data: Any, model: Any, context: Any = None) -> Any:
        raise NotImplementedError(
            "\nPlease provide a predict_fn implementation.\n"
            "See documentation for predict_fn at https://sagemaker.readthedocs.io/en/stable/\n"
        )

    def default_output_fn(self, prediction: Any, accept: str, context: Any = None) -> Any:
        for content_type in arrays.parse_accept(accept):
            if content_type in arrays.ENCODERS:
                return arrays.encode(prediction, content_type), content_type
        raise arrays.UnsupportedFormatError(accept)


class ToolkitServer(ModelServer):
    """A script, or none at all, and the family's defaults for what is missing."""

    def __init__(self, settings: Settings, prefix: str, module: Optional[ModuleType], defaults: Any) -> None:
        super().__init__(settings, prefix)
        self.seconds_at_most = settings.timeout()
        given = {name: getattr(module, name, None) for name in FUNCTIONS}
        transform_fn = given["transform_fn"]
        if transform_fn and (given["input_fn"] or given["predict_fn"] or given["output_fn"]):
            raise ValueError(
                "Cannot use transform_fn implementation in conjunction with input_fn, predict_fn, and/or output_fn implementation"
            )
        self.transform_fn = transform_fn or self.default_transform
        self.input_fn = given["input_fn"] or defaults.default_input_fn
        self.predict_fn = given["predict_fn"] or defaults.default_predict_fn
        self.output_fn = given["output_fn"] or defaults.default_output_fn
        model_dir = settings.model_dir
        if given["pre_model_fn"]:
            self.call(given["pre_model_fn"], model_dir)
        self.model = self.call(given["model_fn"] or defaults.default_model_fn, model_dir)
        if given["model_warmup_fn"]:
            self.call(given["model_warmup_fn"], model_dir, self.model)

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """A function may take the context as one more argument."""
        count = len(signature(function).parameters)
        if count == len(arguments):
            return function(*arguments)
        if count == len(arguments) + 1:
            return function(*arguments, self.context)
        name = getattr(function, "__name__", function)
        raise TypeError("%s takes %d arguments but %d were given." % (name, count, len(arguments)))

    def default_transform(self, model: Any, content: Any, content_type: str, accept: str) -> Any:
        data = self.call(self.input_fn, content, content_type)
        return self.call(self.output_fn, self.call(self.predict_fn, data, model), accept)

    def invoke(self, request: Request) -> Reply:
        context = self.context
        context.begin(request.headers)
        try:
            content_type = request.headers.get("content-type") or request.headers.get("contenttype")
            accept = request.headers.get("accept")
            if not accept or accept == arrays.ANY:
                accept = self.settings.default_accept
            content: Any = request.body
            if content_type in arrays.UTF8_TYPES:
                content = content.decode("utf-8")
            result = self.call(self.transform_fn, self.model, content, content_type, accept)
            if isinstance(result, tuple):
                result, accept = result[0], result[1]
            context.content_type = accept
            return self.respond(result)
        except Exception as error:
            told = trace(error)
            log.error("Transform failed for model: %s. Error traceback:\n%s", context.model_name, told)
            known = (
                error if isinstance(error, BaseInferenceToolkitError) else GenericInferenceToolkitError(500, str(error))
            )
            context.status, context.phrase, context.content_type = known.status_code, known.phrase, None
            return self.respond("%s\n%s" % (known.message, told))


FUNCTIONS = ("model_fn", "transform_fn", "input_fn", "predict_fn", "output_fn", "pre_model_fn", "model_warmup_fn")
