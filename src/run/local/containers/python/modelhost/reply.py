"""What a model server answers: a status, a type and a body, and the pages that each server shows for its own errors."""

import json
from http import HTTPStatus
from typing import Any, Iterable, Optional, Tuple, Union

Body = Union[bytes, bytearray, memoryview]

JSON = "application/json"
HTML = "text/html; charset=utf-8"

# Werkzeug says the charset of these types and of every text/*.
TEXT_LIKE = {
    "application/ecmascript",
    "application/javascript",
    "application/sql",
    "application/xml",
    "application/xml-dtd",
    "application/xml-external-parsed-entity",
}


class Reply:
    """One answer; `content_type` None is an answer without that header."""

    __slots__ = ("status", "content_type", "parts", "phrase", "close", "headers")

    def __init__(
        self,
        status: int = 200,
        body: Union[str, Body, Iterable[Body]] = b"",
        content_type: Optional[str] = JSON,
        phrase: Optional[str] = None,
        close: bool = False,
        headers: Iterable[Tuple[str, str]] = (),
    ) -> None:
        self.status = status
        self.content_type = content_type
        self.phrase = phrase
        self.close = close
        self.headers = tuple(headers)
        if isinstance(body, str):
            self.parts = [body.encode("utf-8")]
        elif isinstance(body, (bytes, bytearray, memoryview)):
            self.parts = [body]
        else:
            self.parts = list(body)

    def body(self) -> bytes:
        return b"".join(bytes(part) for part in self.parts)


def with_charset(mimetype: str) -> str:
    """The Content-Type that Werkzeug makes of a mimetype; `text/csv` becomes `text/csv; charset=utf-8`."""
    if mimetype.startswith("text/") or mimetype in TEXT_LIKE or mimetype.endswith("+xml"):
        return mimetype + "; charset=utf-8"
    return mimetype


FLASK_TEXTS = {
    404: "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.",
    405: "The method is not allowed for the requested URL.",
    413: "The data value transmitted exceeds the capacity limit.",
    500: "The server encountered an internal error and was unable to complete your request. "
    "Either the server is overloaded or there is an error in the application.",
}


def flask_page(status: int, headers: Iterable[Tuple[str, str]] = ()) -> Reply:
    """Flask's own page for an error that the application did not answer."""
    title = "%d %s" % (status, HTTPStatus(status).phrase)
    text = "<!doctype html>\n<html lang=en>\n<title>%s</title>\n<h1>%s</h1>\n<p>%s</p>\n"
    page = text % (title, HTTPStatus(status).phrase, FLASK_TEXTS[status])
    return Reply(status, page, HTML, headers=headers)


# Gson escapes these unless it is told not to: Multi Model Server's texts have them so, TorchServe's do not.
HTML_ESCAPES = {ord(sign): "\\u%04x" % ord(sign) for sign in "<>&='"}


def server_error(status: int, type_name: str, message: str, is_escaped: bool = False) -> Reply:
    """How Multi Model Server and TorchServe answer an error of their own; they close the connection after it."""
    text = json.dumps({"code": status, "type": type_name, "message": message}, indent=2, ensure_ascii=False)
    return Reply(status, (text.translate(HTML_ESCAPES) if is_escaped else text) + "\n", JSON, close=True)


def media_type(header: Optional[str]) -> Tuple[str, dict]:
    """`text/csv; label_size=1` → (`text/csv`, {label_size: 1}), the type's own case kept."""
    main, *rest = (header or "").split(";")
    parameters: Any = {}
    for part in rest:
        name, sign, value = part.partition("=")
        if sign:
            parameters[name.strip().lower()] = value.strip().strip('"')
    return main.strip(), parameters
