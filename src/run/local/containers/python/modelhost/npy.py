"""NPY without a copy where there need be none."""

import io
from typing import Any, List, Union

import numpy as np
from numpy.lib import format as npy_format

Bytes = Union[bytes, bytearray, memoryview]


def npy_to_array(content: Bytes) -> np.ndarray:
    """The array lies in the request's own bytes where they can be written to, as an array that was loaded can be."""
    if isinstance(content, bytearray) and content[:6] == npy_format.MAGIC_PREFIX:
        stream = io.BytesIO(bytes(content[:4096]))
        version = npy_format.read_magic(stream)
        reader = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}.get(version)
        try:
            shape, is_fortran, dtype = reader(stream) if reader else ((), False, np.dtype(object))
        except ValueError:
            dtype = np.dtype(object)
        if not dtype.hasobject:
            count = int(np.prod(shape, dtype=np.int64))
            flat = np.frombuffer(content, dtype=dtype, count=count, offset=stream.tell())
            return flat.reshape(shape[::-1]).T if is_fortran else flat.reshape(shape)
    return np.load(io.BytesIO(content), allow_pickle=True)


def array_to_npy(array_like: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array_like)
    return stream.getvalue()


def npy_parts(array: np.ndarray) -> List[Bytes]:
    """The same bytes, the array's own sent from where they are."""
    if array.dtype.hasobject or not array.flags.c_contiguous or array.ndim == 0 or array.size == 0:
        return [array_to_npy(array)]
    stream = io.BytesIO()
    npy_format.write_array_header_1_0(stream, npy_format.header_data_from_array_1_0(array))
    return [stream.getvalue(), memoryview(array.reshape(-1).view(np.uint8))]
