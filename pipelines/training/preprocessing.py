"""Prepares census records, in training and at inference by the same code and the same fitted artefact.

    --mode train   cleans the records, parts them by a seed, fits the preprocessor on the training part alone, and
                   writes train/ and test/ (features.csv, labels.csv) and preprocessor/ (the artefact, and
                   baseline.json: what the training part was distributed like)
    --mode infer   applies the artefact out of the model's archive and writes features/features.csv, one row for every
                   record in order, records/records.csv with each record and where it stood, and records/lineage.json

Reads the census-income data set in the shapes it is published in: with a header or as the bare 42 columns, with blanks
before the values. Columns that are not used may be there, and at inference the label need not be. "?" is a category as
any other. By hand:
    python3 preprocessing.py --mode train --input sample --output prepared
"""

import argparse
import collections
import csv
import hashlib
import json
import math
import os
import pathlib
import sys
import tarfile
import tempfile

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
CLASSES = {"-50000": 0, "50000+": 1}
BINS = 10
SUFFIXES = (".csv", ".data", ".test")
PUBLISHED_WIDTH = 42
PUBLISHED = {
    "age": 0,
    "class of worker": 1,
    "education": 4,
    "major industry code": 8,
    "capital gains": 16,
    "capital losses": 17,
    "dividends from stocks": 18,
    "num persons worked for employer": 30,
    "income": 41,
}


class BadRecord(Exception):
    """A record that cannot be used, with the place where it stands."""


def read_lines(source, name):
    with source.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as raw:
        for number, line in enumerate(raw, start=1):
            try:
                line.encode("utf-8")
            except UnicodeEncodeError:
                raise BadRecord(f"{name}, line {number}: the text is not UTF-8") from None
            yield line


def read_csv(source, name):
    """The records of a file and the line each begins in; a blank line is none."""
    reader = csv.reader(read_lines(source, name), skipinitialspace=True, strict=True)
    line = 1
    try:
        for record in reader:
            if record and record != [""]:
                yield line, record
            line = reader.line_num + 1
    except csv.Error as fault:
        raise BadRecord(f"{name}, line {line}: the record cannot be read, {fault}") from None


def find_sources(folder):
    """The files of a folder in the order of their paths, each with its path below the folder."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not files:
        raise BadRecord(f"No {' or '.join(SUFFIXES)} file lies in {folder}")
    return [(path, path.relative_to(folder).as_posix()) for path in files]


def plain(name):
    """A column's name whichever way it is spelt: class of worker, class_of_worker, "Class of Worker"."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def columns_of(header, place, needs_label):
    """Where each column stands in a file with a header."""
    names = [plain(name) for name in header]
    wanted = (*FEATURES, LABEL) if needs_label else FEATURES
    missing = [name for name in wanted if plain(name) not in names]
    if missing:
        raise BadRecord(f"{place}: the header lacks {', '.join(missing)}; it is {','.join(header)}")
    return {name: names.index(plain(name)) for name in (*FEATURES, LABEL) if plain(name) in names}


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


def read_label(text, place):
    text = text.strip()
    label = CLASSES.get(text.removesuffix(".").replace(" ", ""))
    if label is None:
        raise BadRecord(f'{place}: {LABEL} is "{text}", which is neither "- 50000." nor "50000+."')
    return label


def read_file(path, name, needs_label):
    """The records of a file: each the features in their order, the label if there is one, and the line it stood in."""
    columns = None
    for line, record in read_csv(path, name):
        place = f"{name}, line {line}"
        if columns is None:
            width = len(record)
            # The data set is published without a header, too, always with its 42 columns.
            if record[0].strip().isdigit() and width in (PUBLISHED_WIDTH - 1, PUBLISHED_WIDTH):
                columns = PUBLISHED
            else:
                columns = columns_of(record, place, needs_label)
                continue
        if len(record) != width:
            raise BadRecord(f"{place}: {len(record)} columns, but {width} are expected")
        features = [read_value(feature, record[columns[feature]], place) for feature in FEATURES]
        yield features, read_label(record[columns[LABEL]], place) if needs_label else None, line
    if columns is None:
        raise BadRecord(f"{name}: the file is empty, not even a header is there")


def read_folder(folder, needs_label):
    """The files below a folder, each with its path, and all their records, each with the path of its file."""
    sources = find_sources(folder)
    records = [(name, *record) for source, name in sources for record in read_file(source, name, needs_label)]
    if not records:
        raise BadRecord(f"No record is in {', '.join(name for _, name in sources)}")
    return sources, records


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
        for file, features, _, line in records:
            if features[at] not in seen:
                fix = "(--unseen ignore lets it through)"
                raise BadRecord(f'{file}, line {line}: {name} is "{features[at]}", which training has not seen {fix}')


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


def load_preprocessor(folder):
    # What trained the model is in the model's own archive: another preprocessor cannot come with it.
    archive = folder / "model.tar.gz"
    if not archive.is_file():
        raise BadRecord(f"No model.tar.gz lies in {folder}")
    with tempfile.TemporaryDirectory() as unpacked, tarfile.open(archive) as tar:
        tar.extractall(unpacked)
        artefact = pathlib.Path(unpacked) / "preprocessor.joblib"
        if not artefact.is_file():
            raise BadRecord("The model has no preprocessor.joblib: it was not made by this pipeline's training")
        return joblib.load(artefact)


def infer(arguments):
    transformer = load_preprocessor(arguments.model)
    sources, records = read_folder(arguments.input, needs_label=False)
    if arguments.unseen == "refuse":
        refuse_unseen(transformer, records)
    rows = as_rows(records)
    write_csv(arguments.output / "features" / "features.csv", transformer.transform(rows).tolist())
    write_csv(
        arguments.output / "records" / "records.csv",
        [("file", "line", *FEATURES), *((file, line, *features) for file, features, _, line in records)],
    )
    counts = collections.Counter(file for file, *_ in records)
    lineage = {
        "run": os.environ.get("RUN_ID"),
        "model": os.environ.get("MODEL"),
        "inputs": [
            {"file": name, "rows": counts[name], "sha256": hashlib.sha256(source.read_bytes()).hexdigest()}
            for source, name in sources
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
    except BadRecord as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main()
