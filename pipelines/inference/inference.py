"""Predicts prepared census records: predictions.csv, one row for every record and in order.

Each row says where its record stood (file and line), the class and how likely a high income is. By hand:
    python3 inference.py --features prepared/features --records prepared/records --model model --output predictions
"""

import argparse
import csv
import pathlib
import shutil
import sys
import tarfile
import tempfile

import joblib
import numpy as np


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    root = pathlib.Path("/opt/ml/processing")
    parser.add_argument("--features", type=pathlib.Path, default=root / "input/features")
    parser.add_argument("--records", type=pathlib.Path, default=root / "input/records")
    parser.add_argument("--model", type=pathlib.Path, default=root / "input/model")
    parser.add_argument("--output", type=pathlib.Path, default=root / "output/predictions")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as unpacked, tarfile.open(arguments.model / "model.tar.gz") as archive:
        archive.extractall(unpacked)
        model = joblib.load(pathlib.Path(unpacked) / "model.joblib")
    features = np.loadtxt(arguments.features / "features.csv", delimiter=",", ndmin=2)
    with (arguments.records / "records.csv").open(newline="", encoding="utf-8") as raw:
        places = [row[:2] for row in csv.reader(raw)][1:]
    if len(places) != len(features):
        sys.exit(f"{len(features)} rows of features, but {len(places)} records")
    likely = model.predict_proba(features)[:, 1]
    classes = model.predict(features)
    arguments.output.mkdir(parents=True, exist_ok=True)
    with (arguments.output / "predictions.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("file", "line", "prediction", "probability"))
        for place, predicted, probability in zip(places, classes, likely):
            writer.writerow((*place, int(predicted), repr(float(probability))))
    shutil.copy(arguments.records / "lineage.json", arguments.output / "lineage.json")
    print(f"rows={len(features)}; positive={int(classes.sum())};")


if __name__ == "__main__":
    main()
