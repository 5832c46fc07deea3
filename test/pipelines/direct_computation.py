"""What the pipelines compute, computed directly: plain scikit-learn on the sample's files, with none of their scripts.

python3 direct_computation.py abalone|housing|census|reviews PIPELINES-FOLDER      (prints JSON)
"""

import csv
import json
import pathlib
import random
import sys

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, mean_squared_error, r2_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, StandardScaler


def abalone(folder):
    with (folder / "batch_inference/training/sample/abalone.csv").open(newline="") as raw:
        records = np.array(list(csv.reader(raw)), dtype=object)
    drawn = random.Random(0)
    is_test = np.array([drawn.random() < 0.2 for _ in records])
    rings = records[:, 8].astype(float)
    steps = [("scaled", StandardScaler(), slice(1, 8)), ("named", OneHotEncoder(sparse_output=False), [0])]
    forest = RandomForestRegressor(100, min_samples_leaf=3, random_state=0)
    model = make_pipeline(ColumnTransformer(steps), forest).fit(records[~is_test, :8], rings[~is_test])
    predicted = model.predict(records[is_test, :8])
    with (folder / "batch_inference/sample/abalone.csv").open(newline="") as raw:
        new = np.array(list(csv.reader(raw)), dtype=object)
    return {
        "r2": r2_score(rings[is_test], predicted),
        "rmse": mean_squared_error(rings[is_test], predicted) ** 0.5,
        "tested": np.flatnonzero(is_test).tolist(),
        "predictions": model.predict(new[:, :8]).tolist(),
    }


def housing(folder):
    rows = np.loadtxt(folder / "serial_inference/sample/housing.csv", delimiter=",", skiprows=1)
    train, test = train_test_split(rows, test_size=0.33, random_state=0)
    model = make_pipeline(StandardScaler(), RandomForestRegressor(50, random_state=0))
    predicted = model.fit(train[:, :8], train[:, 8]).predict(test[:, :8])
    return {"r2": r2_score(test[:, 8], predicted), "predictions": predicted.tolist()}


NUMBERS = [
    "age",
    "num persons worked for employer",
    "capital gains",
    "capital losses",
    "dividends from stocks",
]
TEXTS = ["education", "major industry code", "class of worker"]


def read_people(path):
    with path.open(newline="") as raw:
        return list(csv.DictReader(raw, skipinitialspace=True))


def census(folder):
    people = read_people(folder / "training/sample/census.csv")
    rows = [tuple([float(person[name]) for name in NUMBERS] + [person[name] for name in TEXTS]) for person in people]
    labels = [int(person["income"] == "50000+.") for person in people]
    kept = list(dict.fromkeys(zip(rows, labels)))
    records = np.array([row for row, _ in kept], dtype=object)
    classes = np.array([label for _, label in kept])
    parts = train_test_split(records, classes, test_size=0.3, random_state=0, stratify=classes)
    steps = [
        ("bins", KBinsDiscretizer(10, encode="onehot-dense", strategy="uniform"), [0, 1]),
        ("scaled", StandardScaler(), [2, 3, 4]),
        ("named", OneHotEncoder(handle_unknown="ignore", sparse_output=False), [5, 6, 7]),
    ]
    model = make_pipeline(ColumnTransformer(steps), LogisticRegression(class_weight="balanced", max_iter=1000))
    model.fit(parts[0], parts[2])
    new = read_people(folder / "inference/sample/new.csv")
    others = [[float(person[name]) for name in NUMBERS] + [person[name] for name in TEXTS] for person in new]
    return {
        "accuracy": accuracy_score(parts[3], model.predict(parts[1])),
        "auc": roc_auc_score(parts[3], model.predict_proba(parts[1])[:, 1]),
        "tested": len(parts[3]),
        "probabilities": model.predict_proba(np.array(others, dtype=object))[:, 1].tolist(),
    }


def reviews(folder):
    with (folder / "text_inference/training/sample/reviews.csv").open(newline="") as raw:
        known = list(csv.DictReader(raw))
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10))
    model.fit([each["text"] for each in known], [each["sentiment"] == "positive" for each in known])
    texts = [path.read_text() for path in sorted((folder / "text_inference/sample/reviews").glob("*.txt"))]
    return {"probabilities": model.predict_proba(texts)[:, 1].tolist()}


if __name__ == "__main__":
    chosen = {"abalone": abalone, "housing": housing, "census": census, "reviews": reviews}[sys.argv[1]]
    print(json.dumps(chosen(pathlib.Path(sys.argv[2]))))
