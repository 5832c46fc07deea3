"""Serves the classifier of train.py on raw census records: headerless CSV of the eight features, in FEATURES' order.

The archive holds the preprocessor that made the features the model was trained on, so that whoever asks sends records.
"""

import csv
import io
import os

import joblib
import numpy as np

NUMBERS = 5
COLUMNS = 8


def model_fn(model_dir):
    return [joblib.load(os.path.join(model_dir, f"{name}.joblib")) for name in ("preprocessor", "model")]


def input_fn(body, content_type):
    if content_type.split(";")[0].strip() != "text/csv":
        raise ValueError(f"{content_type} is not supported: send text/csv")
    text = body if isinstance(body, str) else body.decode("utf-8")
    rows = [row for row in csv.reader(io.StringIO(text), skipinitialspace=True) if row]
    for number, row in enumerate(rows, start=1):
        if len(row) != COLUMNS:
            raise ValueError(f"record {number}: {len(row)} columns, but {COLUMNS} are expected")
    values = [[*(float(value) for value in row[:NUMBERS]), *row[NUMBERS:]] for row in rows]
    return np.array(values, dtype=object)


def predict_fn(records, fitted):
    preprocessor, model = fitted
    return model.predict_proba(preprocessor.transform(records))[:, 1]
