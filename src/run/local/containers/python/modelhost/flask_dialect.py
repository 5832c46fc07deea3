"""The server of the scikit-learn and XGBoost images: gunicorn and Flask behind nginx, as the package sagemaker-containers has them."""

import json
import logging
import warnings
from types import ModuleType
from typing import Any, Callable, Optional

from . import containers_arrays as arrays
from .faults import trace
from .reply import HTML, JSON, Reply, flask_page, with_charset
from .settings import Settings
from .wire import Request

log = logging.getLogger("modelhost")


class Response:
    """`worker.Response` of sagemaker-containers, for scripts that import it."""

    default_mimetype = JSON

    def __init__(
        self,
        response: Any = None,
        accept: Optional[str] = None,
        status: Any = 200,
        headers: Any = None,
        mimetype: Optional[str] = None,
        direct_passthrough: bool = False,
    ) -> None:
        if accept:
            warnings.warn(
                'ignoring deprecated "accept" argument to Response.__init__', DeprecationWarning, stacklevel=2
            )
        self.response = b"" if response is None else response
        self.status_code = int(str(status).split(" ", 1)[0])
        self.headers = dict(headers or {})
        self.mimetype = mimetype or self.default_mimetype


def as_reply(result: Any) -> Reply:
    """What Flask makes of what a view gives back; a bare text is a page of HTML to it."""
    if isinstance(result, Reply):
        return result
    if isinstance(result, Response):
        given = {name.lower(): value for name, value in result.headers.items()}
        content_type = given.pop("content-type", None) or with_charset(result.mimetype)
        body = result.response
        if not isinstance(body, (str, bytes, bytearray)) and hasattr(body, "__iter__") and not hasattr(body, "dtype"):
            body = b"".join(part.encode("utf-8") if isinstance(part, str) else part for part in body)
        if not isinstance(body, (str, bytes, bytearray)):
            raise TypeError("a response's body is text or bytes, not %s" % type(body).__name__)
        return Reply(result.status_code, body, content_type, headers=given.items())
    if hasattr(result, "get_data") and hasattr(result, "status_code"):
        headers = {name.lower(): value for name, value in result.headers.items()}
        headers.pop("content-length", None)
        return Reply(result.status_code, result.get_data(), headers.pop("content-type", None), headers=headers.items())
    if isinstance(result, (str, bytes, bytearray)):
        return Reply(200, result, HTML)
    if isinstance(result, (dict, list)):
        # Flask's own writer: members in order, no spaces.
        return Reply(200, json.dumps(result, sort_keys=True, separators=(",", ":")) + "\n", JSON)
    raise TypeError(
        "The view function did not return a valid response. The return type must be a string, dict, list, tuple "
        "or Response, but it was a %s." % type(result).__name__
    )


class FlaskServer:
    """What is the same for every model behind that server."""

    max_request_size: Optional[int] = None

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.seconds_at_most: Optional[int] = settings.timeout()

    def ping(self) -> Reply:
        return Reply(200, b"", JSON)

    def execution_parameters(self) -> Reply:
        return flask_page(404)

    def method_not_allowed(self) -> Reply:
        return flask_page(405, [("Allow", "OPTIONS, POST")])

    def too_large(self) -> Reply:
        return flask_page(413)

    def not_found(self) -> Reply:
        return Reply(404, b"{}", "application/octet-stream")

    def invoke(self, request: Request) -> Reply:
        raise NotImplementedError


class ScriptServer(FlaskServer):
    """A user's script with the family's defaults for what it leaves out."""

    def __init__(self, settings: Settings, module: ModuleType, defaults: Any) -> None:
        super().__init__(settings)
        self.transform_fn = getattr(module, "transform_fn", None)
        given = {name: getattr(module, name, None) for name in ("input_fn", "predict_fn", "output_fn")}
        if self.transform_fn and any(given.values()):
            raise ValueError("Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn")
        self.reads_in_place = given["input_fn"] is None
        self.input_fn = given["input_fn"] or defaults.input_fn
        self.predict_fn = given["predict_fn"] or defaults.predict_fn
        self.output_fn = given["output_fn"] or defaults.output_fn
        self.execution_parameters_fn: Optional[Callable[[], Any]] = getattr(module, "execution_parameters_fn", None)
        self.model = getattr(module, "model_fn", no_model_fn)(settings.model_dir)

    def execution_parameters(self) -> Reply:
        return self.answer(self.execution_parameters_fn) if self.execution_parameters_fn else flask_page(404)

    def invoke(self, request: Request) -> Reply:
        return self.answer(lambda: self.transform(request))

    def answer(self, view: Callable[[], Any]) -> Reply:
        try:
            return as_reply(view())
        except Exception as error:
            # As Flask does it: the client sees a page that says nothing, the log has the traceback.
            log.error("Exception on /invocations [POST]\n%s", trace(error))
            return flask_page(500)

    def transform(self, request: Request) -> Any:
        headers = request.headers
        content_type = headers.get("contenttype") or headers.get("content-type") or JSON
        accept = headers.get("accept")
        if not accept or accept == arrays.ANY:
            accept = self.settings.default_accept
        content: Any = request.body
        if content_type in arrays.UTF8_TYPES:
            content = content.decode("utf-8", "replace")
        elif self.transform_fn or not self.reads_in_place:
            # Scripts get bytes, which cannot change under them.
            content = bytes(content)
        if self.transform_fn:
            result = self.transform_fn(self.model, content, content_type, accept)
        else:
            data = self.input_fn(content, content_type)
            result = self.output_fn(self.predict_fn(data, self.model), accept)
        if isinstance(result, tuple):
            return Response(result[0], mimetype=result[1])
        return result


def no_model_fn(model_dir: str) -> Any:
    raise NotImplementedError(
        "\nPlease provide a model_fn implementation.\nSee documentation for model_fn at https://github.com/aws/sagemaker-python-sdk\n"
    )
