"""Writes census records for training and for inference: synthetic, from a seed, shaped like the census-income data set.

Age is uniform in 17 to 89; education, industry and class of worker are drawn with the weights below; two in three of
the employed work for an employer of 1 to 6 persons' size; one in eight has capital gains, one in twenty losses, one in
five dividends, all log-normal. The log-odds of a high income are -5.2 + 0.035 x age up to 60 + what the education adds
+ 0.3 x the employer's size + 1 for gains + 0.8 for dividends, plus a normal deviate (sd 0.5).

    python3 make_sample.py
"""

import math
import pathlib
import random

COLUMNS = (
    "age",
    "class of worker",
    "major industry code",
    "education",
    "capital gains",
    "capital losses",
    "dividends from stocks",
    "num persons worked for employer",
    "income",
)
EDUCATION = {
    "High school graduate": (45, 0.0),
    "Some college but no degree": (25, 0.4),
    "Bachelors degree(BA AB BS)": (20, 1.4),
    "Masters degree(MA MS MEng MEd MSW MBA)": (10, 2.1),
}
INDUSTRY = {"Retail trade": 30, "Manufacturing-durable goods": 25, "Education": 20, "Not in universe or children": 25}
WORKER = {"Private": 60, "Self-employed-not incorporated": 15, "Local government": 10, "Not in universe": 15}


def records(count, seed):
    chance = random.Random(seed)

    def draw(weights):
        return chance.choices(list(weights), weights=list(weights.values()))[0]

    def money(share, median):
        return round(median * chance.lognormvariate(0, 0.8)) if chance.random() < share else 0

    for _ in range(count):
        age, worker, industry = chance.randint(17, 89), draw(WORKER), draw(INDUSTRY)
        education = draw({name: weight for name, (weight, _) in EDUCATION.items()})
        size = chance.randint(1, 6) if worker != "Not in universe" and chance.random() < 0.67 else 0
        gains, losses, dividends = money(0.125, 4000), money(0.05, 1500), money(0.2, 600)
        odds = -5.2 + 0.035 * min(age, 60) + EDUCATION[education][1] + 0.3 * size + (gains > 0) + 0.8 * (dividends > 0)
        is_high = chance.random() < 1 / (1 + math.exp(-(odds + chance.gauss(0, 0.5))))
        yield age, worker, industry, education, gains, losses, dividends, size, "50000+." if is_high else "- 50000."


def write(path, rows, columns):
    with path.open("w", newline="") as out:
        out.write(",".join(columns) + "\n")
        # The published files have a blank before every value.
        out.writelines(", ".join(map(str, row[: len(columns)])) + "\n" for row in rows)


if __name__ == "__main__":
    folder = pathlib.Path(__file__).parent
    write(folder / "census.csv", records(1200, seed=2), COLUMNS)
    write(folder.parent.parent / "inference" / "sample" / "new.csv", records(300, seed=3), COLUMNS[:-1])
