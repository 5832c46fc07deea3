"""Writes the sample's records: synthetic, from a seed, shaped like the abalone data set.

The length is uniform in 0.15 to 0.75 and the rings are 3 + 16 x length + a normal deviate (sd 1.2), at least 1;
diameter and height are 0.79 and 0.28 times the length (sd 3 %); weights are 5.2 x length cubed times (sd 6 %) 1,
0.43, 0.22 and 0.28; an abalone below 0.4 is an infant with probability 0.8, else F and M are equally likely.

    python3 make_sample.py
"""

import csv
import pathlib
import random

FOLDER = pathlib.Path(__file__).parent


def records(count, seed):
    chance = random.Random(seed)
    for _ in range(count):
        length = chance.uniform(0.15, 0.75)
        sex = "I" if length < 0.4 and chance.random() < 0.8 else chance.choice("FM")
        sizes = [length] + [length * share * chance.gauss(1, 0.03) for share in (0.79, 0.28)]
        weights = [5.2 * length**3 * share * chance.gauss(1, 0.06) for share in (1, 0.43, 0.22, 0.28)]
        rings = max(1, round(3 + 16 * length + chance.gauss(0, 1.2)))
        yield [sex, *(f"{size:.3f}" for size in sizes), *(f"{weight:.4f}" for weight in weights), rings]


def write(path, rows):
    with path.open("w", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    write(FOLDER / "abalone.csv", records(400, seed=20))
    write(FOLDER.parent.parent / "sample" / "abalone.csv", (row[:-1] for row in records(24, seed=21)))
