"""Reads raw abalone records, refuses what a model could not use, and writes what it takes.

Reads .csv and .data files with or without a header: sex, length, diameter, height, whole weight, shucked weight,
viscera weight, shell weight, and optionally the rings, which are the label. Writes one row for every record, in order,
each value with the digits it came with. Nothing is fitted here: scaling and encoding belong to the model's first
container, which was fitted once, in training.

With --test-share it keeps the rings, as the first column, and parts the records into training and test data.

Runs in SageMaker as it is, and by hand:
    python3 preprocess.py --input sample --output records --lineage lineage
"""

import argparse
import csv
import hashlib
import json
import math
import os
import pathlib
import random
import sys

MEASUREMENTS = (
    "length",
    "diameter",
    "height",
    "whole weight",
    "shucked weight",
    "viscera weight",
    "shell weight",
)
LABEL = "rings"
COLUMNS = ("sex", *MEASUREMENTS, LABEL)
SEXES = ("F", "I", "M")
WITHOUT_LABEL = len(COLUMNS) - 1
SUFFIXES = (".csv", ".data")


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


def check_number(name, value, place):
    try:
        number = float(value)
    except ValueError:
        raise BadRecord(f'{place}: {name} is "{value}", which is no number') from None
    if not math.isfinite(number):
        raise BadRecord(f'{place}: {name} is "{value}", which is no finite number')


def check_record(record, place, needs_label=False):
    """The values of a record, without blanks around them."""
    values = [value.strip() for value in record]
    counts = (len(COLUMNS),) if needs_label else (WITHOUT_LABEL, len(COLUMNS))
    if len(values) not in counts:
        expected = f"{len(COLUMNS)}" if needs_label else f"{WITHOUT_LABEL} (or {len(COLUMNS)} with the rings)"
        raise BadRecord(f"{place}: {len(values)} columns, but {expected} are expected")
    if values[0] not in SEXES:
        raise BadRecord(f'{place}: sex is "{values[0]}", which is none of {", ".join(SEXES)}')
    checked = COLUMNS[1:] if needs_label else MEASUREMENTS
    for name, value in zip(checked, values[1:]):
        check_number(name, value, place)
    return values


def is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def is_header(record, place):
    """Whether a file's first record names the columns; one that names others is refused."""
    if any(is_number(value) for value in record):
        return False
    names = [value.strip().lower().replace("_", " ").removesuffix(".") for value in record]
    if tuple(names) in (COLUMNS, COLUMNS[:WITHOUT_LABEL]):
        return True
    raise BadRecord(f'{place}: the header is "{",".join(record)}", but "{",".join(COLUMNS)}" is expected')


def read_records(source, name, needs_label=False):
    """The checked records of a file, one by one."""
    is_first = True
    for line, record in read_csv(source, name):
        place = f"{name}, line {line}"
        if not (is_first and is_header(record, place)):
            yield check_record(record, place, needs_label)
        is_first = False


def write_rows(target, rows):
    target.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with target.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def sha256_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def prepare_inference(sources, arguments):
    """Writes the records of each file to a file of the same name, and what they came from beside them."""
    files = []
    for source, name in sources:
        target = arguments.output / name
        rows = write_rows(target, (record[:WITHOUT_LABEL] for record in read_records(source, name)))
        if rows == 0:
            target.unlink()
        print(f"{name}: {rows} records")
        files.append({"file": name, "rows": rows, "sha256": sha256_of(source)})
    if arguments.lineage is not None:
        arguments.lineage.mkdir(parents=True, exist_ok=True)
        lineage = {"run": os.environ.get("RUN_ID"), "model": os.environ.get("MODEL"), "inputs": files}
        (arguments.lineage / "lineage.json").write_text(json.dumps(lineage, indent=2) + "\n")
    return sum(file["rows"] for file in files)


def prepare_training(sources, arguments):
    """Writes the records with their label first, a share of them by itself, chosen by a seed."""
    records = [record for source, name in sources for record in read_records(source, name, needs_label=True)]
    rows = [[record[-1], *record[:-1]] for record in records]
    order = random.Random(arguments.seed)
    is_test = [order.random() < arguments.test_share for _ in rows]
    for name, wanted in (("train", False), ("test", True)):
        part = [row for row, chosen in zip(rows, is_test) if chosen == wanted]
        if rows and not part:
            raise BadRecord(f"{len(rows)} records are too few to part into training and test data")
        write_rows(arguments.output / name / f"{name}.csv", part)
        print(f"{name}: {len(part)} records")
    return len(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--input", type=pathlib.Path, default=pathlib.Path("/opt/ml/processing/input/data"))
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("/opt/ml/processing/output/inference"))
    parser.add_argument("--lineage", type=pathlib.Path)
    parser.add_argument("--test-share", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    try:
        sources = find_sources(arguments.input)
        prepare = prepare_training if arguments.test_share > 0 else prepare_inference
        if prepare(sources, arguments) == 0:
            raise BadRecord(f"No record is in {', '.join(name for _, name in sources)}")
    except BadRecord as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main()
