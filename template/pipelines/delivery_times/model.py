"""Trains a model of how long a delivery takes, and serves it.

As a training job it reads the CSV files of the `train` channel: no header, the minutes first. As a container it takes
the same records without the minutes, and answers with the minutes, a line each.
"""

import argparse
import os
import pathlib

import joblib
import numpy as np
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import cross_val_predict

FEATURES = 4


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))


def input_fn(body, content_type):
    if content_type.split(";")[0].strip() != "text/csv":
        raise ValueError(f"{content_type} is not supported: send text/csv")
    text = body if isinstance(body, str) else body.decode("utf-8")
    rows = [line.split(",") for line in text.splitlines() if line]
    for number, row in enumerate(rows, start=1):
        if len(row) != FEATURES:
            raise ValueError(f"record {number}: {len(row)} values, but {FEATURES} are expected")
    return np.array(rows, dtype=float)


def predict_fn(records, model):
    return model.predict(records)


def output_fn(minutes, accept):
    return "".join(f"{value:.1f}\n" for value in minutes), "text/csv"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trees", type=int, default=50)
    parser.add_argument("--train", type=pathlib.Path, default=os.environ.get("SM_CHANNEL_TRAIN"))
    parser.add_argument("--model-dir", type=pathlib.Path, default=os.environ.get("SM_MODEL_DIR"))
    arguments, _ = parser.parse_known_args()

    rows = np.vstack([np.loadtxt(path, delimiter=",", ndmin=2) for path in sorted(arguments.train.glob("*.csv"))])
    minutes, records = rows[:, 0], rows[:, 1:]
    model = RandomForestRegressor(arguments.trees, min_samples_leaf=2, random_state=0)
    error = mean_absolute_error(minutes, cross_val_predict(model, records, minutes, cv=4))
    joblib.dump(model.fit(records, minutes), arguments.model_dir / "model.joblib")
    print(f"records={len(rows)}; error={error:.3f};")


if __name__ == "__main__":
    main()
