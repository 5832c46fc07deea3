"""Scales the measurements of abalone records and encodes the sex: a model's first container.

Fitted once, in training. As a training job it fits on the `train` channel: headerless CSV, the rings first. As a
container it takes the same records without the rings and answers with ten numbers each, as NPY or JSON.
"""

import argparse
import csv
import io
import json
import os
import pathlib

import joblib
import numpy as np
from sklearn.preprocessing import OneHotEncoder, StandardScaler

COLUMNS = 8


def read_records(text, columns=COLUMNS):
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    for number, row in enumerate(rows, start=1):
        if len(row) != columns:
            raise ValueError(f"record {number}: {len(row)} columns, but {columns} are expected")
    return np.array(rows, dtype=object).reshape(len(rows), columns)


def transform(records, fitted):
    numbers = fitted["scaler"].transform(records[:, 1:].astype(float))
    return np.hstack([numbers, fitted["encoder"].transform(records[:, :1].astype(str))])


def fit(records):
    encoder = OneHotEncoder(categories=[["F", "I", "M"]], sparse_output=False).fit(records[:, :1].astype(str))
    return {"scaler": StandardScaler().fit(records[:, 1:].astype(float)), "encoder": encoder}


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "features.joblib"))


def input_fn(body, content_type):
    if content_type.split(";")[0].strip() != "text/csv":
        raise ValueError(f"{content_type} is not supported: send text/csv")
    return read_records(body if isinstance(body, str) else body.decode("utf-8"))


def predict_fn(records, fitted):
    return transform(records, fitted)


def output_fn(features, accept):
    if accept == "application/x-npy":
        buffer = io.BytesIO()
        np.save(buffer, features)
        return buffer.getvalue(), accept
    if accept in ("application/json", "*/*"):
        return json.dumps({"instances": features.tolist()}), "application/json"
    raise ValueError(f"{accept} is not supported: ask for application/x-npy or application/json")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--train", type=pathlib.Path, default=os.environ.get("SM_CHANNEL_TRAIN"))
    parser.add_argument("--model-dir", type=pathlib.Path, default=os.environ.get("SM_MODEL_DIR"))
    arguments, _ = parser.parse_known_args()
    text = "".join(path.read_text() for path in sorted(arguments.train.glob("*.csv")))
    records = read_records(text, COLUMNS + 1)[:, 1:]
    joblib.dump(fit(records), arguments.model_dir / "features.joblib")
    print(f"fitted on {len(records)} records")


if __name__ == "__main__":
    main()
