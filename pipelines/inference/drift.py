"""Holds records against what the model was trained on: the population stability index of every feature, psi.json.

Numbers are counted in the baseline's ten bins, and beyond them on either side; categories by name. A share of nothing
counts as 0.0001. `psi` counts what is beyond the bins too; `psi_in_range` leaves it out, as others do. By hand:
    python3 drift.py --records prepared/records --model model --output drift
"""

import argparse
import csv
import json
import math
import pathlib
import tarfile

NOTHING = 0.0001


def stability(expected, actual):
    """The sum of (a - e) ln(a / e) over pairs of shares."""
    pairs = [(max(e, NOTHING), max(a, NOTHING)) for e, a in zip(expected, actual)]
    return sum((a - e) * math.log(a / e) for e, a in pairs)


def counts_of(values, bins):
    """How many values are in each bin, and below and beyond all; only the last bin has its upper bound."""
    counts, below, beyond = [0] * len(bins), 0, 0
    for value in values:
        if value < bins[0]["lower_bound"]:
            below += 1
        elif value > bins[-1]["upper_bound"]:
            beyond += 1
        else:
            at = sum(value >= bound["lower_bound"] for bound in bins) - 1
            counts[at] += 1
    return counts, below, beyond


def compare_numbers(bins, values):
    total = sum(bound["count"] for bound in bins)
    expected = [bound["count"] / total for bound in bins]
    counts, below, beyond = counts_of(values, bins)
    actual = [count / len(values) for count in counts]
    in_range = stability(expected, actual)
    overall = in_range + stability([0, 0], [below / len(values), beyond / len(values)])
    return {"psi": overall, "psi_in_range": in_range, "below": below, "beyond": beyond}


def compare_categories(shares, values):
    known = {share["name"]: share["count"] for share in shares}
    names = [*known, *sorted(set(values) - set(known))]
    total = sum(known.values())
    expected = [known.get(name, 0) / total for name in names]
    actual = [values.count(name) / len(values) for name in names]
    return {"psi": stability(expected, actual), "unseen": [name for name in names if name not in known]}


def compare(baseline, records):
    features = []
    for feature in baseline["features"]:
        distribution = feature["statistic"]["distribution"]
        values = [record[feature["name"]] for record in records]
        if "numerical" in distribution:
            found = compare_numbers(distribution["numerical"], [float(value) for value in values])
        else:
            found = compare_categories(distribution["categorical"], values)
        features.append({"name": feature["name"], **found})
    worst = max(features, key=lambda feature: feature["psi"])
    return {"features": features, "max_psi": worst["psi"], "most_drifted": worst["name"], "rows": len(records)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    root = pathlib.Path("/opt/ml/processing")
    parser.add_argument("--records", type=pathlib.Path, default=root / "input/records")
    parser.add_argument("--model", type=pathlib.Path, default=root / "input/model")
    parser.add_argument("--output", type=pathlib.Path, default=root / "output/drift")
    arguments = parser.parse_args()

    with tarfile.open(arguments.model / "model.tar.gz") as archive:
        names = [name for name in archive.getnames() if pathlib.PurePosixPath(name).name == "baseline.json"]
        baseline = json.load(archive.extractfile(names[0]))
    with (arguments.records / "records.csv").open(newline="", encoding="utf-8") as raw:
        records = list(csv.DictReader(raw))
    report = compare(baseline, records)
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "psi.json").write_text(json.dumps(report, indent=2) + "\n")
    print(f"max_psi={report['max_psi']:.6f}; of {report['most_drifted']}")


if __name__ == "__main__":
    main()
