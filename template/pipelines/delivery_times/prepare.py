"""Checks records of deliveries and parts them: most to train with, every fifth to be predicted.

Reads CSV files with the header distance_km,stops,weight_kg,rain,minutes. Training data keep the minutes, as the first
column; the others lose them. Runs in SageMaker as it is, and by hand:
    python3 prepare.py --input sample --output prepared
"""

import argparse
import csv
import pathlib
import sys

HEADER = ["distance_km", "stops", "weight_kg", "rain", "minutes"]
UNSEEN = 5


def read_records(path):
    with path.open(newline="", encoding="utf-8-sig") as source:
        reader = csv.reader(source)
        if next(reader, None) != HEADER:
            sys.exit(f"{path.name}, line 1: the header {','.join(HEADER)} is expected")
        for record in reader:
            try:
                [float(value) for value in record]
            except ValueError as fault:
                sys.exit(f"{path.name}, line {reader.line_num}: {fault}")
            if len(record) != len(HEADER):
                sys.exit(f"{path.name}, line {reader.line_num}: {len(record)} values, {len(HEADER)} are expected")
            yield record


def write_rows(folder, rows):
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "deliveries.csv").open("w", newline="", encoding="utf-8") as target:
        csv.writer(target, lineterminator="\n").writerows(rows)
    print(f"{folder.name}: {len(rows)} records")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--input", type=pathlib.Path, default="/opt/ml/processing/input/data")
    parser.add_argument("--output", type=pathlib.Path, default="/opt/ml/processing/output")
    arguments = parser.parse_args()

    records = [record for path in sorted(arguments.input.rglob("*.csv")) for record in read_records(path)]
    if len(records) < 2 * UNSEEN:
        sys.exit(f"{len(records)} records in {arguments.input} are too few")
    write_rows(arguments.output / "train", [[row[-1], *row[:-1]] for at, row in enumerate(records) if at % UNSEEN])
    write_rows(arguments.output / "unseen", [row[:-1] for row in records[::UNSEEN]])


if __name__ == "__main__":
    main()
