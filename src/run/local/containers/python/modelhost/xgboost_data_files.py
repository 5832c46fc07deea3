"""
A channel's files to a DMatrix for a training script, as the XGBoost image reads them (data_utils.py). XGBoost itself reads
CSV and LIBSVM there, so what it makes of a header, of text and of an empty field is the same here.
"""

import csv
import logging
import os
import tempfile
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, List, Optional, Union

import xgboost

from .xgboost_data import CSV, LIBSVM, PARQUET, RECORDIO, UserError, recordio_to_dmatrix

log = logging.getLogger("sagemaker_xgboost_container")

DEEPEST = 3


def get_dmatrix(data_path: Union[str, List[str]], content_type: str, csv_weights: int = 0, is_pipe: bool = False) -> Any:
    """A file, a folder, or several of them; the label is the first column of CSV and Parquet, the weight CSV's second."""
    if is_pipe:
        raise UserError("Pipe mode is not supported on this machine: with the input mode File the channel is a folder")
    kind = content_type.lower()
    if kind not in READERS:
        known = ", ".join(READERS)
        raise UserError("get_dmatrix reads %s, not %s: get_content_type tells which of them it is" % (known, content_type))
    try:
        paths = data_path if isinstance(data_path, list) else [data_path]
        matrix = READERS[kind]([file for path in paths for file in files_of(path)], csv_weights == 1)
    except UserError:
        raise
    except Exception as error:
        raise UserError("Failed to load %s data with exception:\n%s" % (kind, error)) from error
    if matrix is not None and matrix.get_label().size == 0:
        raise UserError("Got input data without labels. Please check the input data set: %s" % data_path)
    return matrix


def files_of(path: Optional[str]) -> List[str]:
    if path is None:
        raise UserError("get_dmatrix was given None for a path: does the job have this channel?")
    if not os.path.exists(path):
        raise FileNotFoundError("%s does not exist" % path)
    return [path] if os.path.isfile(path) else files_below(path)


def files_below(folder: str, depth: int = 1) -> List[str]:
    """In the order of their names, where the image takes them as they come; hidden ones too, as it does."""
    entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    found = [entry.path for entry in entries if entry.is_file()]
    folders = [entry.path for entry in entries if entry.is_dir()]
    if folders and depth == DEEPEST:
        log.warning("%s is %d folders deep: what is in folders below it is not loaded", folder, DEEPEST)
        return found
    return found + [file for each in folders for file in files_below(each, depth + 1)]


def read_csv(files: List[str], is_weighted: bool) -> Any:
    files = with_content(files)
    with open(files[0], encoding="utf-8", errors="replace") as stream:
        first = stream.readline()
    try:
        delimiter = csv.Sniffer().sniff(first).delimiter
    except csv.Error as error:
        raise UserError("Could not determine delimiter on line %s:\n%s" % (first[:50], error))
    return read_text(files, "csv&label_column=0&delimiter=%s%s" % (delimiter, "&weight_column=1" if is_weighted else ""))


def read_libsvm(files: List[str], _: bool) -> Any:
    return read_text(with_content(files), "libsvm")


def read_parquet(files: List[str], _: bool) -> Any:
    import pyarrow.parquet

    with side_by_side(without_markers(files)) as folder:
        table = pyarrow.parquet.read_table(folder).to_pandas().to_numpy()
    return xgboost.DMatrix(table[:, 1:], label=table[:, 0])


def read_recordio(files: List[str], _: bool) -> Any:
    content = []
    for file in without_markers(files):
        with open(file, "rb") as stream:
            content.append(stream.read())
    return recordio_to_dmatrix(b"".join(content)) if content else None


READERS: Dict[str, Callable[[List[str], bool], Any]] = {
    CSV: read_csv,
    LIBSVM: read_libsvm,
    PARQUET: read_parquet,
    RECORDIO: read_recordio,
}


def read_text(files: List[str], form: str) -> Any:
    with side_by_side(files) as folder:
        links = sorted(os.path.join(folder, name) for name in os.listdir(folder))
        return xgboost.DMatrix("%s?format=%s" % (";".join(links), form))


def with_content(files: List[str]) -> List[str]:
    found = [file for file in files if os.path.getsize(file) > 0]
    if not found:
        raise FileNotFoundError("there is no data in it")
    return found


def without_markers(files: List[str]) -> List[str]:
    """Hadoop and Spark leave markers beside their data."""
    return [file for file in files if not os.path.basename(file).startswith((".", "_"))]


@contextmanager
def side_by_side(files: List[str]) -> Iterator[str]:
    """A folder of links whose names have none of what XGBoost reads out of a path: `?`, `#` and `;`."""
    with tempfile.TemporaryDirectory(prefix="xgboost-") as folder:
        for number, file in enumerate(files):
            os.symlink(os.path.abspath(file), os.path.join(folder, "%08d" % number))
        yield folder


def get_size(data_path: str, is_pipe: bool = False) -> int:
    """The bytes of a file or of all files of a folder; nothing when there is no such thing."""
    if os.path.isfile(data_path):
        return os.path.getsize(data_path)
    size = 0
    for root, _, names in os.walk(data_path):
        if any(name.startswith(".") for name in names):
            raise UserError("Hidden file found in the data path! Remove that before training.")
        size += sum(os.path.getsize(os.path.join(root, name)) for name in names)
    return size
