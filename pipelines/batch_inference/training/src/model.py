"""Predicts the rings of an abalone from the features of features.py: a model's second container.

As a training job it reads the records of the `train` channel, tests itself on those of `test`, and takes the fitted
features from the `features` channel. As a container it takes NPY or JSON and answers one number a record.
"""

import argparse
import io
import json
import os
import pathlib
import tarfile
import tempfile

import features
import joblib
import numpy as np
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_squared_error, r2_score


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))


def input_fn(body, content_type):
    if content_type == "application/x-npy":
        return np.load(io.BytesIO(body), allow_pickle=False)
    if content_type == "application/json":
        return np.array(json.loads(body)["instances"], dtype=float)
    raise ValueError(f"{content_type} is not supported: send application/x-npy or application/json")


def predict_fn(inputs, model):
    return model.predict(inputs)


def read_channel(folder, fitted):
    """The features and the rings of a channel's records."""
    text = "".join(path.read_text() for path in sorted(folder.glob("*.csv")))
    records = features.read_records(text, features.COLUMNS + 1)
    return features.transform(records[:, 1:], fitted), records[:, 0].astype(float)


def read_features(folder):
    """What the archive of the channel was fitted to."""
    with tempfile.TemporaryDirectory() as unpacked, tarfile.open(folder / "model.tar.gz") as archive:
        archive.extractall(unpacked)
        return features.model_fn(unpacked)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--train", type=pathlib.Path, default=os.environ.get("SM_CHANNEL_TRAIN"))
    parser.add_argument("--test", type=pathlib.Path, default=os.environ.get("SM_CHANNEL_TEST"))
    parser.add_argument("--features", type=pathlib.Path, default=os.environ.get("SM_CHANNEL_FEATURES"))
    parser.add_argument("--model-dir", type=pathlib.Path, default=os.environ.get("SM_MODEL_DIR"))
    arguments, _ = parser.parse_known_args()

    fitted = read_features(arguments.features)
    model = RandomForestRegressor(arguments.trees, min_samples_leaf=3, random_state=arguments.seed)
    model.fit(*read_channel(arguments.train, fitted))
    inputs, rings = read_channel(arguments.test, fitted)
    predicted = model.predict(inputs)
    joblib.dump(model, arguments.model_dir / "model.joblib")
    print(f"test rmse={mean_squared_error(rings, predicted) ** 0.5:.6f}; r2={r2_score(rings, predicted):.6f};")


if __name__ == "__main__":
    main()
