"""Scales the features of California housing records: fits on training data, and serves as a model's first container.

As a processing job it reads .csv and .data files of nine columns (longitude, latitude, housing median age, total rooms,
total bedrooms, population, households, median income, median house value) with or without a header, parts the records
by a seed, fits a StandardScaler on the training part alone, and writes
    scaler_model/model.tar.gz   the scaler, as the first container loads it
    train/train.csv             eight scaled features and the label, no header
    test/test.csv               eight raw features and the label, no header

As a container it takes raw records with or without the label and answers with eight numbers each, as NPY or JSON.

By hand:
    python3 features.py --input sample --output features
"""

import argparse
import csv
import io
import json
import math
import os
import pathlib
import sys
import tarfile

import joblib
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

FEATURES = (
    "longitude",
    "latitude",
    "housingMedianAge",
    "totalRooms",
    "totalBedrooms",
    "population",
    "households",
    "medianIncome",
)
LABEL = "medianHouseValue"
COLUMNS = (*FEATURES, LABEL)
SUFFIXES = (".csv", ".data")
FEWEST = 10
MISSING = ("", "na", "nan", "null", "?")


class BadRecord(ValueError):
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
    """A column's name whichever way it is spelt: totalRooms, total_rooms, "Total rooms"."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def read_number(name, text, place):
    try:
        value = float(text)
    except ValueError:
        fix = " (--missing drop leaves such records out)" if text.strip().lower() in MISSING else ""
        raise BadRecord(f'{place}: {name} is "{text}", which is no number{fix}') from None
    if not math.isfinite(value):
        raise BadRecord(f'{place}: {name} is "{text}", which is no finite number')
    return value


def read_features(row, place):
    return [read_number(name, text, place) for name, text in zip(FEATURES, row)]


def columns_of(header, place):
    """Where each column stands in a file with a header; columns that are not needed may be there too."""
    names = [plain(name) for name in header]
    missing = [name for name in COLUMNS if plain(name) not in names]
    if missing:
        raise BadRecord(f"{place}: the header lacks {', '.join(missing)}; it is {','.join(header)}")
    return [names.index(plain(name)) for name in COLUMNS]


def read_records(source, name, missing="refuse"):
    """The records of a file as rows of nine numbers, and how many were left out for a value they do not have."""
    rows, left_out = [], 0
    order, width = list(range(len(COLUMNS))), len(COLUMNS)
    is_first = True
    for line, record in read_csv(source, name):
        place = f"{name}, line {line}"
        if is_first and not any(is_number(value) for value in record):
            order, width = columns_of(record, place), len(record)
        elif len(record) != width:
            raise BadRecord(f"{place}: {len(record)} columns, but {width} are expected")
        elif missing == "drop" and any(record[at].strip().lower() in MISSING for at in order):
            left_out += 1
        else:
            rows.append([read_number(column, record[at], place) for column, at in zip(COLUMNS, order)])
        is_first = False
    return rows, left_out


def write_csv(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out, lineterminator="\n").writerows([repr(float(value)) for value in row] for row in rows)


def write_archive(path, scaler):
    path.parent.mkdir(parents=True, exist_ok=True)
    fitted = path.parent / "model.joblib"
    joblib.dump(scaler, fitted)
    with tarfile.open(path, "w:gz") as archive:
        archive.add(fitted, fitted.name)
    fitted.unlink()


def prepare(source, output, test_share, seed, missing="refuse"):
    parts = [read_records(file, name, missing) for file, name in find_sources(source)]
    records = np.array([row for rows, _ in parts for row in rows], dtype=float)
    if left_out := sum(count for _, count in parts):
        print(f"{left_out} records are left out: they lack a value")
    if len(records) < FEWEST:
        names = ", ".join(name for _, name in find_sources(source))
        raise BadRecord(f"{len(records)} records are in {names}, and {FEWEST} are needed to train")
    train, test = train_test_split(records, test_size=test_share, random_state=seed)
    scaler = StandardScaler().fit(train[:, :-1])
    write_archive(output / "scaler_model" / "model.tar.gz", scaler)
    write_csv(output / "train" / "train.csv", np.hstack([scaler.transform(train[:, :-1]), train[:, -1:]]))
    write_csv(output / "test" / "test.csv", test)
    print(f"train: {len(train)} records, test: {len(test)} records")


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))


def input_fn(body, content_type):
    if content_type.split(";")[0].strip() != "text/csv":
        raise ValueError(f"{content_type} not supported by script!")
    text = body if isinstance(body, str) else body.decode("utf-8")
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    for number, row in enumerate(rows, start=1):
        if len(row) not in (len(FEATURES), len(COLUMNS)):
            raise ValueError(f"record {number}: {len(row)} columns, but {len(FEATURES)} are expected")
    return np.array([read_features(row, f"record {number}") for number, row in enumerate(rows, start=1)])


def predict_fn(records, scaler):
    return scaler.transform(records)


def output_fn(features, accept):
    if accept == "application/x-npy":
        buffer = io.BytesIO()
        np.save(buffer, features)
        return buffer.getvalue(), accept
    if accept in ("application/json", "*/*"):
        return json.dumps({"instances": features.tolist()}), "application/json"
    if accept == "text/csv":
        return "".join(",".join(repr(value) for value in row) + "\n" for row in features.tolist()), accept
    raise ValueError(f"{accept} not supported by script!")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--input", type=pathlib.Path, default=pathlib.Path("/opt/ml/processing/input/data"))
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("/opt/ml/processing/output"))
    parser.add_argument("--test-share", type=float, default=0.33)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--missing", choices=("refuse", "drop"), default="refuse")
    arguments = parser.parse_args()
    try:
        prepare(arguments.input, arguments.output, arguments.test_share, arguments.seed, arguments.missing)
    except BadRecord as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main()
