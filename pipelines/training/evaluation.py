"""Tests a classifier on prepared records and writes evaluation.json: scikit-learn's report, accuracy and ROC AUC.

By hand:
    python3 evaluation.py --test prepared/test --model model --output evaluation
"""

import argparse
import json
import pathlib
import tarfile
import tempfile

import joblib
import numpy as np
from sklearn.metrics import accuracy_score, classification_report, roc_auc_score


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    root = pathlib.Path("/opt/ml/processing")
    parser.add_argument("--test", type=pathlib.Path, default=root / "input/test")
    parser.add_argument("--model", type=pathlib.Path, default=root / "input/model")
    parser.add_argument("--output", type=pathlib.Path, default=root / "output/evaluation")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as unpacked, tarfile.open(arguments.model / "model.tar.gz") as archive:
        archive.extractall(unpacked)
        model = joblib.load(pathlib.Path(unpacked) / "model.joblib")
    features = np.loadtxt(arguments.test / "features.csv", delimiter=",", ndmin=2)
    labels = np.loadtxt(arguments.test / "labels.csv", dtype=int, ndmin=1)
    predicted = model.predict(features)
    report = classification_report(labels, predicted, output_dict=True, zero_division=0)
    report["accuracy"] = accuracy_score(labels, predicted)
    report["roc_auc"] = roc_auc_score(labels, model.predict_proba(features)[:, 1])
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "evaluation.json").write_text(json.dumps(report, indent=2) + "\n")
    print(f"accuracy={report['accuracy']:.6f}; roc_auc={report['roc_auc']:.6f}; rows={len(labels)};")


if __name__ == "__main__":
    main()
