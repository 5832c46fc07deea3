"""Predicts house values from scaled features with a random forest: trains, and serves as a model's second container.

As a training job it reads `train.csv` (eight scaled features and the label, no header) of the `train` channel. As a
container it takes what features.py answers, NPY or JSON, and answers one number a record.
"""

import argparse
import io
import json
import os
import pathlib

import joblib
import numpy as np
from sklearn.ensemble import RandomForestRegressor


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))


def input_fn(body, content_type):
    if content_type == "application/x-npy":
        return np.load(io.BytesIO(body), allow_pickle=False)
    if content_type == "application/json":
        return np.array(json.loads(body)["instances"], dtype=float)
    raise ValueError(f"{content_type} is not supported: send application/x-npy or application/json")


def predict_fn(features, model):
    return model.predict(features)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n_estimators", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--train", type=pathlib.Path, default=os.environ.get("SM_CHANNEL_TRAIN"))
    parser.add_argument("--sm-model-dir", type=pathlib.Path, default=os.environ.get("SM_MODEL_DIR"))
    arguments, _ = parser.parse_known_args()

    rows = np.loadtxt(arguments.train / "train.csv", delimiter=",", ndmin=2)
    model = RandomForestRegressor(arguments.n_estimators, random_state=arguments.seed)
    model.fit(rows[:, :-1], rows[:, -1])
    joblib.dump(model, arguments.sm_model_dir / "model.joblib")
    print(f"x train shape: {rows[:, :-1].shape} y train shape: {rows[:, -1].shape}")


if __name__ == "__main__":
    main()
