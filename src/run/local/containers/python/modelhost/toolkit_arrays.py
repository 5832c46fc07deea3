"""
Arrays to and from bytes as the package sagemaker-inference does it, for the PyTorch image; and the errors that it answers.

The texts are those of that package to the letter, and so is what numpy's own readers make of a table of mixed columns.
"""

import io
from typing import Any, Callable, Dict, List, Optional

import numpy as np

from .containers_arrays import UnsupportedFormatError as ContainersUnsupported
from .containers_arrays import array_to_json, json_to_numpy, numbers_as_text
from .npy import array_to_npy, npy_to_array

JSON = "application/json"
CSV = "text/csv"
NPY = "application/x-npy"
NPZ = "application/x-npz"
ANY = "*/*"
UTF8_TYPES = [JSON, CSV]


class UnsupportedFormatError(ContainersUnsupported):
    """The content type has no default."""


class BaseInferenceToolkitError(Exception):
    """An error that says how it is to be answered."""

    def __init__(self, status_code: int, message: str, phrase: str) -> None:
        self.status_code = status_code
        self.message = message
        self.phrase = phrase
        super().__init__(status_code, message, phrase)


class GenericInferenceToolkitError(BaseInferenceToolkitError):
    """Any other error, as it is answered."""

    def __init__(self, status_code: int, message: Optional[str] = None, phrase: Optional[str] = None) -> None:
        message = message or "Invalid Request"
        super().__init__(status_code, message, phrase or message)


def csv_to_numpy(text: str, dtype: Any = None) -> np.ndarray:
    """Columns of different types become a record array, which a tensor cannot be made of; so it is in the image."""
    return np.genfromtxt(io.StringIO(text), dtype=dtype, delimiter=",")


def npz_to_sparse(content: Any) -> Any:
    import scipy.sparse

    return scipy.sparse.load_npz(io.BytesIO(content))


def array_to_csv(array_like: Any) -> str:
    array = np.asarray(array_like)
    quick = numbers_as_text(array)
    if quick is not None:
        return quick
    stream = io.StringIO()
    np.savetxt(stream, array, delimiter=",", fmt="%s")
    return stream.getvalue()


DECODERS: Dict[str, Callable[..., Any]] = {
    NPY: npy_to_array,
    CSV: csv_to_numpy,
    JSON: json_to_numpy,
    NPZ: npz_to_sparse,
}
ENCODERS: Dict[str, Callable[..., Any]] = {NPY: array_to_npy, CSV: array_to_csv, JSON: array_to_json}


def decode(content: Any, content_type: Optional[str]) -> Any:
    decoder = DECODERS.get(content_type or "")
    if decoder is None:
        raise UnsupportedFormatError(content_type)
    return decoder(content)


def encode(array_like: Any, content_type: str) -> Any:
    encoder = ENCODERS.get(content_type)
    if encoder is None:
        raise UnsupportedFormatError(content_type)
    return encoder(array_like)


def parse_accept(accept: str) -> List[str]:
    return accept.replace(" ", "").split(",")
