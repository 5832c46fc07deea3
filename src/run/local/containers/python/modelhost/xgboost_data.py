"""Rows to a DMatrix, as the XGBoost image reads them (encoder.py, serve_utils.py, recordio_protobuf.py)."""

import csv
import struct
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple, Union

import numpy as np
import xgboost

from .containers_arrays import UnsupportedFormatError, table_of_floats
from .reply import media_type

Bytes = Union[bytes, bytearray]

CSV = "csv"
LIBSVM = "libsvm"
PARQUET = "parquet"
RECORDIO = "recordio-protobuf"
TYPES = {
    "csv": CSV,
    "text/csv": CSV,
    "libsvm": LIBSVM,
    "text/libsvm": LIBSVM,
    "text/x-libsvm": LIBSVM,
    "parquet": PARQUET,
    "application/x-parquet": PARQUET,
    "recordio-protobuf": RECORDIO,
    "application/x-recordio-protobuf": RECORDIO,
}


class UserError(Exception):
    """Something in the request is not as the algorithm wants it."""


def algorithm_type(header: Optional[str]) -> str:
    """The algorithm's name for a content type; none at all means LIBSVM."""
    if not header:
        return LIBSVM
    main, parameters = media_type(header.lower())
    kind = TYPES.get(main)
    if kind is None:
        raise UserError("%s is not an accepted ContentType: %s." % (header, ", ".join(TYPES_AS_TOLD)))
    if kind == CSV and parameters.get("label_size", "1") != "1":
        raise UserError(
            "%s is not an accepted csv ContentType. Optional parameter label_size must be equal to 1" % header
        )
    return kind


TYPES_AS_TOLD = ["csv", "libsvm", "parquet", "recordio-protobuf", "text/csv", "text/libsvm", "text/x-libsvm"] + [
    "application/x-parquet",
    "application/x-recordio-protobuf",
]


def csv_to_dmatrix(content: Union[str, Bytes], dtype: Any = None) -> Any:
    """The delimiter is guessed from the first line; an empty field is missing, and a last empty line is a row too many."""
    text = content if isinstance(content, str) else bytes(content).decode()
    guessed = csv.Sniffer().sniff(text.split("\n", 1)[0][:512]).delimiter
    delimiter = "," if guessed.isalnum() else guessed
    quick = None if text.endswith("\n") else table_of_floats(text, delimiter)
    if quick is not None:
        return xgboost.DMatrix(quick)
    rows = [["nan" if field == "" else field for field in line.split(delimiter)] for line in text.split("\n")]
    return xgboost.DMatrix(np.array(rows).astype(dtype))


def libsvm_to_dmatrix(content: Union[str, Bytes]) -> Any:
    """A script's default; what is not written is 0."""
    text = content if isinstance(content, str) else bytes(content).decode("utf-8")
    rows = []
    for line in text.strip().split("\n"):
        pairs = [token.split(":", 1) for token in line.split() if ":" in token]
        rows.append({int(index): float(value) for index, value in pairs})
    if not any(rows):
        return xgboost.DMatrix(np.empty((0, 0)))
    # The format counts from 1; some writers count from 0.
    first = min(min(row) for row in rows if row)
    offset = 1 if first >= 1 else 0
    data = np.zeros((len(rows), max(max(row) for row in rows if row) - offset + 1))
    for number, row in enumerate(rows):
        for index, value in row.items():
            data[number, index - offset] = value
    return xgboost.DMatrix(data)


def libsvm_to_sparse(text: str) -> Any:
    """The algorithm's own reading; what is not written is missing."""
    from scipy.sparse import csr_matrix

    rows: List[int] = []
    columns: List[int] = []
    values: List[str] = []
    for number, line in enumerate(text.split("\n")):
        for item in line.split(" "):
            if ":" in item:
                index, value = item.split(":")[:2]
                rows.append(number)
                columns.append(int(index))
                values.append(value)
    column = np.array(columns).astype(int)
    if len(column) > 0 and column.min() >= 1:
        column = column - 1
    return csr_matrix((np.array(values).astype(float), (np.array(rows), column)))


def parse(content: bytes, header: Optional[str]) -> Tuple[Any, str]:
    """The algorithm's DMatrix of a request."""
    kind = algorithm_type(header)
    try:
        if kind == CSV:
            return csv_to_dmatrix(content.strip().decode("utf-8"), dtype=float), kind
        if kind == LIBSVM:
            return xgboost.DMatrix(libsvm_to_sparse(content.strip().decode("utf-8"))), kind
    except Exception as error:
        raise RuntimeError(
            "Loading %s data failed with Exception, please ensure data is in %s format:\n %s\n %s"
            % (kind, kind, type(error), error)
        )
    if kind == RECORDIO:
        try:
            return recordio_to_dmatrix(content), kind
        except Exception as error:
            raise RuntimeError(
                "Loading recordio-protobuf data failed with Exception, please ensure data is in recordio-protobuf format: %s %s"
                % (type(error), error)
            )
    raise RuntimeError("Content-type %s is not supported." % header)


RECORDIO_MAGIC = 0xCED7230A


def recordio_to_dmatrix(content: Bytes) -> Any:
    """Records of Amazon's `Record` message: dense or sparse `values` under features and label."""
    from scipy.sparse import csr_matrix, vstack

    features: List[Any] = []
    labels: List[np.ndarray] = []
    is_sparse = False
    for record in records(bytes(content)):
        found = read_record(record)
        if "features" not in found:
            continue
        values, keys, shape = found["features"]
        if keys is None and not (len(values) == 0 and shape):
            features.append(values.reshape(1, -1))
        else:
            is_sparse = True
            keys = np.array([], dtype=np.int64) if keys is None else keys
            width = shape[0] if shape else (int(keys.max()) + 1 if len(keys) else 1)
            features.append(csr_matrix((values, keys, [0, len(keys)]), shape=(1, width)))
        if "label" in found:
            labels.append(found["label"][0])
    if not features:
        raise ValueError("No records found in RecordIO-Protobuf data")
    table = vstack(features).tocsr() if is_sparse else np.vstack(features)
    return xgboost.DMatrix(table, label=np.concatenate(labels, axis=None) if labels else None)


def records(content: bytes) -> Iterator[bytes]:
    offset = 0
    while offset + 8 <= len(content):
        magic, length = struct.unpack_from("<II", content, offset)
        if magic != RECORDIO_MAGIC:
            raise ValueError("Invalid RecordIO magic at offset %d" % offset)
        offset += 8
        padded = (length + 3) // 4 * 4
        if offset + padded > len(content):
            raise ValueError("Truncated record at offset %d" % offset)
        yield content[offset : offset + length]
        offset += padded


Tensor = Tuple[np.ndarray, Optional[np.ndarray], List[int]]

# Field numbers of Amazon's messages: Record.features 1, Record.label 2; Value's tensors by the type of their values.
PARTS = {1: "features", 2: "label"}
TENSORS = {2: np.dtype("<f4"), 3: np.dtype("<f8"), 7: np.dtype("<i4")}


def read_record(record: bytes) -> Dict[str, Tensor]:
    found: Dict[str, Tensor] = {}
    for number, entry in fields(record):
        if number in PARTS and isinstance(entry, bytes):
            members = dict(fields(entry))
            if members.get(1) == b"values":
                for kind, tensor in fields(bytes(members.get(2, b""))):  # type: ignore[arg-type]
                    if kind in TENSORS and isinstance(tensor, bytes):
                        found[PARTS[number]] = read_tensor(tensor, TENSORS[kind])
    return found


def read_tensor(message: bytes, dtype: np.dtype) -> Tensor:
    values: List[np.ndarray] = []
    whole: Dict[int, List[int]] = {1: [], 2: [], 3: []}
    for number, value in fields(message):
        if number == 1 and dtype.kind == "f":
            values.append(np.frombuffer(value if isinstance(value, bytes) else b"", dtype=dtype))
        elif number in whole:
            whole[number] += list(varints(value)) if isinstance(value, bytes) else [value]
    if dtype.kind == "i":
        # Negative numbers are written as 64 bits.
        values.append(np.array(whole[1], dtype=np.uint64).astype(np.int64).astype(dtype))
    flat = np.concatenate(values) if values else np.array([], dtype=dtype)
    return flat, np.array(whole[2], dtype=np.int64) if whole[2] else None, whole[3]


def fields(message: bytes) -> Iterator[Tuple[int, Union[int, bytes]]]:
    """Protocol Buffers' wire format: numbered fields, each a number or a run of bytes."""
    offset = 0
    while offset < len(message):
        tag, offset = varint(message, offset)
        kind = tag & 7
        if kind == 0:
            value, offset = varint(message, offset)
            yield tag >> 3, value
            continue
        if kind == 2:
            length, offset = varint(message, offset)
        else:
            length = {1: 8, 5: 4}[kind]
        yield tag >> 3, message[offset : offset + length]
        offset += length


def varint(message: bytes, offset: int) -> Tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[offset]
        offset += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, offset
        shift += 7


def varints(packed: bytes) -> Iterator[int]:
    offset = 0
    while offset < len(packed):
        value, offset = varint(packed, offset)
        yield value


DECODERS: Dict[str, Callable[..., Any]] = {
    "text/csv": csv_to_dmatrix,
    "text/libsvm": libsvm_to_dmatrix,
    "text/x-libsvm": libsvm_to_dmatrix,
    "application/x-recordio-protobuf": recordio_to_dmatrix,
}


def decode(content: Any, content_type: str) -> Any:
    """A script's default input_fn; JSON is none of its types."""
    main, _ = media_type(content_type)
    if main not in DECODERS:
        raise UnsupportedFormatError(main)
    return DECODERS[main](content)
