"""Holds the predictions of a batch transform against the labels in the same rows, and keeps what they came from.

Reads the `.out` files of a transform with JoinSource Input: eight features, the label, the prediction. Writes
evaluation.json and lineage.json. So what is evaluated is what serves, both containers of it.
"""

import argparse
import csv
import hashlib
import json
import os
import pathlib
import sys

COLUMNS = 10


def read_rows(file):
    with file.open(newline="", encoding="utf-8") as raw:
        reader = csv.reader(raw)
        for row in reader:
            if len(row) != COLUMNS:
                sys.exit(f"{file.name}, line {reader.line_num}: {len(row)} columns, but {COLUMNS} are expected")
            yield float(row[-2]), float(row[-1])


def evaluate(pairs):
    labels = [label for label, _ in pairs]
    mean = sum(labels) / len(labels)
    residual = sum((label - predicted) ** 2 for label, predicted in pairs)
    total = sum((label - mean) ** 2 for label in labels)
    mae = sum(abs(label - predicted) for label, predicted in pairs) / len(pairs)
    return {
        "regression_metrics": {
            "mse": {"value": residual / len(pairs)},
            "rmse": {"value": (residual / len(pairs)) ** 0.5},
            "mae": {"value": mae},
            # Undefined where all labels are the same.
            "r2": {"value": 1 - residual / total if total > 0 else 0.0},
        },
        "rows": len(pairs),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    root = pathlib.Path("/opt/ml/processing")
    parser.add_argument("--predictions", type=pathlib.Path, default=root / "input/predictions")
    parser.add_argument("--output", type=pathlib.Path, default=root / "output/evaluation")
    arguments = parser.parse_args()

    files = sorted(path for path in arguments.predictions.rglob("*.out") if path.is_file())
    pairs = [pair for file in files for pair in read_rows(file)]
    if not pairs:
        sys.exit(f"No predictions lie in {arguments.predictions}")
    evaluation = evaluate(pairs)
    lineage = {
        "run": os.environ.get("RUN_ID"),
        "model": os.environ.get("MODEL"),
        "scaler": os.environ.get("SCALER"),
        "predictions": [{"file": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()} for file in files],
    }
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name, content in (("evaluation", evaluation), ("lineage", lineage)):
        (arguments.output / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n")
    print(f"R2 score on test set : {evaluation['regression_metrics']['r2']['value']}")


if __name__ == "__main__":
    main()
