"""A pipeline's inputs and outputs as the Hugging Face image reads and writes them (decoder_encoder.py)."""

import base64
import csv
import datetime
import io
import json
import os
from typing import Any

import numpy as np

from .npy import array_to_npy, npy_to_array
from .toolkit_arrays import UnsupportedFormatError

JSON = "application/json"
CSV = "text/csv"
NPY = "application/x-npy"
IMAGES = {"image/jpeg", "image/png", "image/tiff", "image/bmp", "image/gif", "image/webp", "image/x-image"}
SOUNDS = {"audio/x-flac", "audio/mpeg", "audio/wave", "audio/ogg", "audio/x-audio"}
NESTED_TASKS = ("zero-shot-classification", "table-question-answering")


class PredictionException(Exception):
    """Multi Model Server's own error; its text ends with the status."""

    def __init__(self, message: str, error_code: int = 500) -> None:
        super().__init__("%s : %s" % (message, error_code))


def decode(content: Any, content_type: Any = JSON) -> Any:
    if content_type == CSV:
        task = os.environ.get("HF_TASK")
        if task in NESTED_TASKS:
            raise PredictionException(
                "content type %s not support with %s, use different content_type" % (CSV, task), 400
            )
        return decode_csv(content)
    if content_type == JSON:
        return json.loads(content)
    if content_type == NPY:
        return npy_to_array(content)
    if content_type in IMAGES:
        from PIL import Image

        return {"inputs": Image.open(io.BytesIO(content)).convert("RGB")}
    if content_type in SOUNDS:
        return {"inputs": bytes(content)}
    raise UnsupportedFormatError(content_type)


def decode_csv(text: str) -> Any:
    first = text.splitlines()[0].lower()
    if not any(header in first for header in ("question", "context", "inputs")):
        raise PredictionException(
            "You need to provide the correct CSV with Header columns to use it with the inference toolkit default handler.",
            400,
        )
    rows = list(csv.DictReader(io.StringIO(text)))
    return {"inputs": [row["inputs"] for row in rows] if "inputs" in rows[0] else rows}


def encode(content: Any, accept_type: str = JSON) -> Any:
    if accept_type == JSON:
        return json.dumps(content, ensure_ascii=False, allow_nan=False, default=plain, separators=(",", ":"))
    if accept_type == CSV:
        rows = content if isinstance(content, list) else list(content)
        stream = io.StringIO()
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
        return stream.getvalue()
    if accept_type == NPY:
        return array_to_npy(content)
    if accept_type in IMAGES:
        out = io.BytesIO()
        content.save(out, format="PNG" if accept_type == "image/x-image" else accept_type.split("/")[-1].upper())
        return out.getvalue()
    raise UnsupportedFormatError(accept_type)


def plain(value: Any) -> Any:
    """What JSON has no word for."""
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, np.floating):
        return float(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, datetime.datetime):
        return str(value)
    if hasattr(value, "save") and hasattr(value, "getbands"):
        out = io.BytesIO()
        value.save(out, format="PNG")
        return base64.b64encode(out.getvalue()).decode("utf-8")
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)
