"""Turns raw abalone records into the features that the model was trained on.

Reads headerless CSV files: sex, length, diameter, height, whole weight, shucked weight, viscera weight, shell weight, and
optionally the rings, which are the label and are left out. Writes one row for every record, in order: the seven
measurements as they stand, then the sex as three columns (F, I, M). Nothing is fitted here: what a row becomes depends
on that row alone, so records get the same features whatever else is in the file.

Runs in SageMaker as it is, and by hand:
    python3 preprocess.py --input sample --output features
"""

import argparse
import csv
import math
import pathlib
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
SEXES = ("F", "I", "M")


class BadRecord(Exception):
    """A record that cannot become features, with the place where it stands."""


def features(record, place):
    """The features of one record, as texts: numbers keep the digits they came with."""
    expected = 1 + len(MEASUREMENTS)
    if len(record) not in (expected, expected + 1):
        raise BadRecord(f"{place}: {len(record)} columns, but {expected} (or {expected + 1} with the rings) are expected")
    sex, *values = (value.strip() for value in record[:expected])
    if sex not in SEXES:
        raise BadRecord(f'{place}: sex is "{sex}", which is none of {", ".join(SEXES)}')
    for name, value in zip(MEASUREMENTS, values):
        try:
            number = float(value)
        except ValueError:
            raise BadRecord(f'{place}: {name} is "{value}", which is no number') from None
        if not math.isfinite(number):
            raise BadRecord(f'{place}: {name} is "{value}", which is no finite number')
    return values + ["1" if sex == known else "0" for known in SEXES]


def convert(source, target):
    """Writes the features of every record of a file; returns how many there were."""
    rows = 0
    with source.open(newline="", encoding="utf-8-sig") as raw, target.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        reader = csv.reader(raw)
        for record in reader:
            if not record:
                continue
            writer.writerow(features(record, f"{source.name}, line {reader.line_num}"))
            rows += 1
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--input", type=pathlib.Path, default=pathlib.Path("/opt/ml/processing/input/data"))
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("/opt/ml/processing/output/inference"))
    arguments = parser.parse_args()

    sources = sorted(path for path in arguments.input.rglob("*.csv") if path.is_file())
    if not sources:
        sys.exit(f"No .csv file lies in {arguments.input}")
    total = 0
    try:
        for source in sources:
            target = arguments.output / source.relative_to(arguments.input)
            target.parent.mkdir(parents=True, exist_ok=True)
            rows = convert(source, target)
            print(f"{source.name}: {rows} records")
            total += rows
    except BadRecord as fault:
        sys.exit(str(fault))
    if total == 0:
        sys.exit(f"The .csv files in {arguments.input} hold no records")


if __name__ == "__main__":
    main()
