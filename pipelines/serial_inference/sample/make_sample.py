"""Writes housing.csv: synthetic records, from a seed, in the columns and units of the California housing data set.

Longitude and latitude are uniform over the state's box, the age is uniform in 1 to 52, households are log-normal
(median 400, sigma 0.6), rooms, bedrooms and population are 5.4, 1.1 and 2.9 times the households (log-normal, sigma
0.2), the income is log-normal (median 3.6, sigma 0.45). The value is 4.2 times the income plus 0.15 times the age
less 1.1 times the distance to the coast line in degrees plus a normal deviate (sd 2), in tens of thousands of
dollars, kept within 1.5 and 50, and divided by 50: the label is a share of 500,000 dollars.

    python3 make_sample.py
"""

import csv
import pathlib
import random

HEADER = (
    "longitude",
    "latitude",
    "housingMedianAge",
    "totalRooms",
    "totalBedrooms",
    "population",
    "households",
    "medianIncome",
    "medianHouseValue",
)


def records(count, seed):
    chance = random.Random(seed)
    for _ in range(count):
        longitude, latitude = chance.uniform(-124.3, -114.4), chance.uniform(32.6, 41.9)
        age = chance.randint(1, 52)
        households = max(1, round(400 * chance.lognormvariate(0, 0.6)))
        rooms, bedrooms, population = (
            max(1, round(households * share * chance.lognormvariate(0, 0.2))) for share in (5.4, 1.1, 2.9)
        )
        income = 3.6 * chance.lognormvariate(0, 0.45)
        from_coast = max(0.0, longitude + 124.3 - (41.9 - latitude) * 0.7)
        value = 4.2 * income + 0.15 * age - 1.1 * from_coast + chance.gauss(0, 2)
        label = min(50.0, max(1.5, value)) / 50
        yield [
            f"{longitude:.2f}",
            f"{latitude:.2f}",
            *(f"{number:.1f}" for number in (age, rooms, bedrooms, population, households)),
            f"{income:.4f}",
            f"{label:.6f}",
        ]


if __name__ == "__main__":
    with (pathlib.Path(__file__).parent / "housing.csv").open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(records(1000, seed=1))
