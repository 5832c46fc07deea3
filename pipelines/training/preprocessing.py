"""Prepares census records, in training and at inference by the same code and the same fitted artefact.

    --mode train   cleans the records, parts them by a seed, fits the preprocessor on the training part alone, and
                   writes train/ and test/ (features.csv, labels.csv) and preprocessor/ (the artefact, and
                   baseline.json: what the training part was distributed like)
    --mode infer   applies the artefact out of the model's archive and writes features/features.csv, one row for every
                   record in order, records/records.csv with each record and where it stood, and records/lineage.json

Reads CSV files with a header, as the census-income data set is published: values may have blanks before them, columns
that are not used may be there, and at inference the label need not be. By hand:
    python3 preprocessing.py --mode train --input sample --output prepared
"""

import argparse
import csv
import hashlib
import json
import math
import os
import pathlib
import sys
import tarfile

import joblib
import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, StandardScaler

BINNED = ("age", "num persons worked for employer")
SCALED = ("capital gains", "capital losses", "dividends from stocks")
CATEGORIES = ("education", "major industry code", "class of worker")
FEATURES = (*BINNED, *SCALED, *CATEGORIES)
NUMBERS = (*BINNED, *SCALED)
LABEL = "income"
CLASSES = {"- 50000.": 0, "50000+.": 1}
BINS = 10


class BadRecord(Exception):
    """A record that cannot be used, with the place where it stands."""


def columns_of(header, place, needs_label):
    """Where each column stands; the published files spell some with other blanks and letters."""
    names = [" ".join(name.lower().split()) for name in header]
    wanted = (*FEATURES, LABEL) if needs_label else FEATURES
    missing = [name for name in wanted if name not in names]
    if missing:
        raise BadRecord(f"{place}: the header lacks {', '.join(missing)}")
    return {name: names.index(name) for name in (*FEATURES, LABEL) if name in names}


def read_value(name, text, place):
    text = text.strip()
    if name in CATEGORIES:
        if text == "":
            raise BadRecord(f"{place}: {name} is empty")
        return text
    try:
        number = float(text)
    except ValueError:
        raise BadRecord(f'{place}: {name} is "{text}", which is no number') from None
    if not math.isfinite(number):
        raise BadRecord(f'{place}: {name} is "{text}", which is no finite number')
    return number


def read_file(path, needs_label):
    """The records of a file: each the features in their order, the label if there is one, and the line it stood in."""
    with path.open(newline="", encoding="utf-8-sig") as raw:
        reader = csv.reader(raw)
        header = next(reader, None)
        if header is None:
            raise BadRecord(f"{path.name}: the file is empty, not even a header is there")
        columns = columns_of(header, f"{path.name}, line 1", needs_label)
        for record in reader:
            place = f"{path.name}, line {reader.line_num}"
            if not record:
                continue
            if len(record) != len(header):
                raise BadRecord(f"{place}: {len(record)} columns, but the header has {len(header)}")
            features = [read_value(name, record[columns[name]], place) for name in FEATURES]
            label = None
            if needs_label:
                text = record[columns[LABEL]].strip()
                if text not in CLASSES:
                    raise BadRecord(f'{place}: {LABEL} is "{text}", which is none of {", ".join(CLASSES)}')
                label = CLASSES[text]
            yield features, label, reader.line_num


def read_folder(folder, needs_label):
    """All records below a folder, with their file."""
    files = sorted(path for path in folder.rglob("*.csv") if path.is_file())
    if not files:
        raise BadRecord(f"No .csv file lies in {folder}")
    records = [(path, *record) for path in files for record in read_file(path, needs_label)]
    if not records:
        raise BadRecord(f"The .csv files in {folder} hold no records")
    return files, records


def as_rows(records):
    return np.array([features for _, features, _, _ in records], dtype=object).reshape(len(records), len(FEATURES))


def places_of(names):
    return [FEATURES.index(name) for name in names]


def fit(rows):
    transformer = ColumnTransformer(
        [
            ("bins", KBinsDiscretizer(BINS, encode="onehot-dense", strategy="uniform"), places_of(BINNED)),
            ("scale", StandardScaler(), places_of(SCALED)),
            ("categories", OneHotEncoder(handle_unknown="ignore", sparse_output=False), places_of(CATEGORIES)),
        ]
    )
    return transformer.fit(rows)


def refuse_unseen(transformer, records):
    """A category that training has not seen has no feature of its own: the record would be predicted from the rest."""
    encoder = transformer.named_transformers_["categories"]
    for name, known in zip(CATEGORIES, encoder.categories_):
        at, seen = FEATURES.index(name), set(known)
        for path, features, _, line in records:
            if features[at] not in seen:
                raise BadRecord(f'{path.name}, line {line}: {name} is "{features[at]}", which training has not seen')


def distribution(rows):
    """What each feature of some records is distributed like, for drift.py to hold others against."""
    features = []
    for at, name in enumerate(FEATURES):
        column = rows[:, at]
        if name in NUMBERS:
            counts, edges = np.histogram(column.astype(float), bins=BINS)
            bins = [
                {"lower_bound": float(low), "upper_bound": float(high), "count": int(count)}
                for low, high, count in zip(edges, edges[1:], counts)
            ]
            features.append({"name": name, "statistic": {"count": len(column), "distribution": {"numerical": bins}}})
        else:
            names, counts = np.unique(column.astype(str), return_counts=True)
            shares = [{"name": str(value), "count": int(count)} for value, count in zip(names, counts)]
            features.append(
                {"name": name, "statistic": {"count": len(column), "distribution": {"categorical": shares}}}
            )
    return {"features": features}


def write_csv(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out, lineterminator="\n").writerows(rows)


def write_json(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n")


def without_duplicates(records):
    """The same record on both sides of the split would be known before it is tested."""
    seen = {}
    for record in records:
        seen.setdefault((*record[1], record[2]), record)
    return list(seen.values())


def train(arguments):
    _, records = read_folder(arguments.input, needs_label=True)
    kept = without_duplicates(records)
    labels = np.array([label for _, _, label, _ in kept])
    counts = np.bincount(labels, minlength=2)
    print(f"{len(records)} records, {len(kept)} without duplicates: {counts[1]} positive, {counts[0]} negative")
    if counts.min() < 2:
        raise BadRecord(f"{counts.min()} records of a class are too few to train with")
    rows = as_rows(kept)
    parts = train_test_split(
        rows, labels, test_size=arguments.train_test_split_ratio, random_state=arguments.seed, stratify=labels
    )
    train_rows, test_rows, train_labels, test_labels = parts
    transformer = fit(train_rows)
    for name, part, wanted in (("train", train_rows, train_labels), ("test", test_rows, test_labels)):
        write_csv(arguments.output / name / "features.csv", transformer.transform(part).tolist())
        write_csv(arguments.output / name / "labels.csv", ([label] for label in wanted.tolist()))
    folder = arguments.output / "preprocessor"
    write_json(folder / "baseline.json", distribution(train_rows))
    joblib.dump(transformer, folder / "preprocessor.joblib")
    print(f"{len(train_rows)} to train with, {len(test_rows)} to test with")


def infer(arguments):
    # What trained the model is in the model's own archive: another preprocessor cannot come with it.
    with tarfile.open(arguments.model / "model.tar.gz") as archive:
        archive.extractall(arguments.model / "unpacked")
    transformer = joblib.load(arguments.model / "unpacked" / "preprocessor.joblib")
    files, records = read_folder(arguments.input, needs_label=False)
    if arguments.unseen == "refuse":
        refuse_unseen(transformer, records)
    rows = as_rows(records)
    write_csv(arguments.output / "features" / "features.csv", transformer.transform(rows).tolist())
    write_csv(
        arguments.output / "records" / "records.csv",
        [
            ("file", "line", *FEATURES),
            *((path.relative_to(arguments.input).as_posix(), line, *features) for path, features, _, line in records),
        ],
    )
    lineage = {
        "run": os.environ.get("RUN_ID"),
        "model": os.environ.get("MODEL"),
        "inputs": [
            {
                "file": path.relative_to(arguments.input).as_posix(),
                "rows": sum(record[0] == path for record in records),
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            }
            for path in files
        ],
    }
    write_json(arguments.output / "records" / "lineage.json", lineage)
    print(f"{len(records)} records")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    root = pathlib.Path("/opt/ml/processing")
    parser.add_argument("--mode", choices=("train", "infer"), default="infer")
    parser.add_argument("--input", type=pathlib.Path, default=root / "input/data")
    parser.add_argument("--model", type=pathlib.Path, default=root / "input/model")
    parser.add_argument("--output", type=pathlib.Path, default=root / "output")
    parser.add_argument("--train-test-split-ratio", type=float, default=0.3)
    parser.add_argument("--unseen", choices=("refuse", "ignore"), default="refuse")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    try:
        (train if arguments.mode == "train" else infer)(arguments)
    except (BadRecord, UnicodeDecodeError) as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main()
