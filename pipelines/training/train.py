"""Trains a classifier on prepared census records and packs it with the preprocessor that made its features.

Reads features.csv and labels.csv of the `train` channel, and the artefact of the `preprocessor` channel. The archive of
the model holds all that inference needs, so that a model is never used with features of another make.
"""

import argparse
import os
import pathlib
import shutil

import joblib
import numpy as np
from sklearn.linear_model import LogisticRegression


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--iterations", type=int, default=1000)
    parser.add_argument("--train", type=pathlib.Path, default=os.environ.get("SM_CHANNEL_TRAIN"))
    parser.add_argument("--preprocessor", type=pathlib.Path, default=os.environ.get("SM_CHANNEL_PREPROCESSOR"))
    parser.add_argument("--model-dir", type=pathlib.Path, default=os.environ.get("SM_MODEL_DIR"))
    arguments, _ = parser.parse_known_args()

    features = np.loadtxt(arguments.train / "features.csv", delimiter=",", ndmin=2)
    labels = np.loadtxt(arguments.train / "labels.csv", dtype=int, ndmin=1)
    # Few have a high income; without weights the best guess would be that nobody has.
    model = LogisticRegression(class_weight="balanced", solver="lbfgs", max_iter=arguments.iterations)
    model.fit(features, labels)
    joblib.dump(model, arguments.model_dir / "model.joblib")
    for name in ("preprocessor.joblib", "baseline.json"):
        shutil.copy(arguments.preprocessor / name, arguments.model_dir / name)
    print(f"trained on {len(features)} records with {features.shape[1]} features")


if __name__ == "__main__":
    main()
