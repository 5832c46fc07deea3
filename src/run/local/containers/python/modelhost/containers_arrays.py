"""
Arrays to and from bytes as the package sagemaker-containers does it, for the scikit-learn and XGBoost images.

The texts are those of that package to the letter; where numpy can read or write the same text faster, it does.
"""

import csv
import io
import json
from typing import Any, Callable, Dict, Optional, Union

import numpy as np

from .npy import array_to_npy, npy_to_array as npy_to_numpy

JSON = "application/json"
CSV = "text/csv"
NPY = "application/x-npy"
OCTET_STREAM = "application/octet-stream"
ANY = "*/*"
UTF8_TYPES = [JSON, CSV]


class ClientError(Exception):
    """What the user's code raised."""


class UnsupportedFormatError(Exception):
    """The content type has no default."""

    def __init__(self, content_type: Any, **kwargs: Any) -> None:
        self.message = (
            "Content type %s is not supported by this framework.\n\n"
            "            Please implement input_fn to to deserialize the request data or an output_fn to\n"
            "            serialize the response. For more information, see the SageMaker Python SDK README."
            % content_type
        )
        super().__init__(self.message, **kwargs)


def json_to_numpy(text: Union[str, bytes], dtype: Any = None) -> np.ndarray:
    return np.array(json.loads(text), dtype=dtype)


def csv_to_numpy(text: str, dtype: Any = None) -> np.ndarray:
    """Every dimension of length one goes: a single row, or a single column, becomes a vector."""
    quick = table_of_floats(text) if dtype is None else None
    if quick is not None:
        return quick.squeeze()
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=",", quotechar='"', doublequote=True, strict=True))
    except csv.Error as error:
        raise ClientError("Error while decoding csv: %s" % error)
    array = np.array(rows).squeeze()
    try:
        return array.astype(dtype)
    except ValueError as error:
        if dtype is not None:
            raise ClientError("Error while writing numpy array: %s. dtype is: %s" % (error, dtype))
        return array


def table_of_floats(text: str, delimiter: str = ",") -> Any:
    """A table of nothing but numbers, read by numpy; None where only the csv module gives the same answer."""
    if '"' in text or "\r" in text or "\n\n" in text or text[:1] in ("", "\n") or not READS_FAST:
        return None
    try:
        # The widths are compared by numpy; white space alone is no number, as for float().
        return np.loadtxt(io.StringIO(text), delimiter=delimiter, comments=None, dtype=np.float64, ndmin=2)
    except (TypeError, ValueError):
        return None


# Before 1.23 numpy reads text line by line in Python.
READS_FAST = tuple(int(part) for part in np.__version__.split(".")[:2]) >= (1, 23)


def array_to_json(array_like: Any) -> str:
    def default(value: Any) -> Any:
        if hasattr(value, "tolist"):
            return value.tolist()
        return json.JSONEncoder().default(value)

    return json.dumps(array_like, default=default)


def array_to_csv(array_like: Any) -> str:
    array = np.asarray(array_like)
    quick = numbers_as_text(array)
    if quick is not None:
        return quick
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n", delimiter=",", quotechar='"', doublequote=True, strict=True)
    try:
        writer.writerows(array.reshape(-1, 1) if array.ndim == 1 else array)
    except csv.Error as error:
        raise ClientError("Error while encoding csv: %s" % error)
    return stream.getvalue()


def numbers_as_text(array: np.ndarray) -> Optional[str]:
    """A table of numbers, which never need quotes, faster than the csv module and numpy write it; None for anything else."""
    if array.ndim not in (1, 2) or array.size == 0 or array.dtype.kind not in "fiub":
        return None
    flat = array.ravel()
    # Python's numbers print as numpy's do, and faster; not so the short floats, whose digits would grow.
    is_plain = array.dtype not in (np.float16, np.float32, np.longdouble)
    texts = [str(value) for value in (flat.tolist() if is_plain else flat)]
    width = 1 if array.ndim == 1 else array.shape[1]
    lines = texts if width == 1 else [",".join(texts[at : at + width]) for at in range(0, len(texts), width)]
    return "\n".join(lines) + "\n"


DECODERS: Dict[str, Callable[..., Any]] = {NPY: npy_to_numpy, CSV: csv_to_numpy, JSON: json_to_numpy}
ENCODERS: Dict[str, Callable[..., Any]] = {NPY: array_to_npy, CSV: array_to_csv, JSON: array_to_json}


def decode(content: Any, content_type: str) -> np.ndarray:
    try:
        decoder = DECODERS[content_type]
    except KeyError:
        raise UnsupportedFormatError(content_type)
    return decoder(content)


def encode(array_like: Any, content_type: str) -> Any:
    try:
        encoder = ENCODERS[content_type]
    except KeyError:
        raise UnsupportedFormatError(content_type)
    return encoder(array_like)
