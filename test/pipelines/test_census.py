import argparse
import csv
import json
import subprocess
import sys

import pytest

HEADER = (
    "age,class of worker,major industry code,education,capital gains,capital losses,dividends from stocks,"
    "num persons worked for employer,income"
)


@pytest.fixture
def preprocessing(load):
    return load("training/preprocessing.py")


@pytest.fixture
def drift(load):
    return load("inference/drift.py")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The folder of a whole training, done by the scripts as a person would do it."""
    import pathlib

    folder = tmp_path_factory.mktemp("census")
    scripts = pathlib.Path(__file__).parents[2] / "pipelines" / "training"

    def run(script, *words):
        subprocess.run([sys.executable, str(scripts / script), *map(str, words)], check=True, timeout=120)

    run("preprocessing.py", "--mode", "train", "--input", scripts / "sample", "--output", folder)
    model = folder / "model"
    model.mkdir()
    run("train.py", "--train", folder / "train", "--preprocessor", folder / "preprocessor", "--model-dir", model)
    archive = folder / "archive"
    archive.mkdir()
    subprocess.run(["tar", "-czf", str(archive / "model.tar.gz"), "-C", str(model), "."], check=True, timeout=60)
    return folder


def infer(preprocessing, trained, tmp_path, text, unseen="refuse"):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "new.csv").write_text(text)
    preprocessing.infer(
        argparse.Namespace(input=tmp_path / "in", model=trained / "archive", output=tmp_path / "out", unseen=unseen)
    )
    return list(csv.DictReader((tmp_path / "out" / "records" / "records.csv").open()))


PERSON = " 40, Private, Retail trade, Bachelors degree(BA AB BS), 0, 0, 0, 3"
UNLABELLED = HEADER.rsplit(",", 1)[0]


def test_unlabelled_records_keep_their_number_and_order_duplicates_too(preprocessing, trained, tmp_path):
    other = PERSON.replace(" 40", " 20")
    records = infer(preprocessing, trained, tmp_path, f"{UNLABELLED}\n{PERSON}\n{other}\n{PERSON}\n")
    assert [(record["file"], record["line"], record["age"]) for record in records] == [
        ("new.csv", "2", "40.0"),
        ("new.csv", "3", "20.0"),
        ("new.csv", "4", "40.0"),
    ]
    rows = (tmp_path / "out" / "features" / "features.csv").read_text().splitlines()
    assert len(rows) == 3 and rows[0] == rows[2] != rows[1]


def test_columns_may_stand_in_another_order_and_others_beside_them(preprocessing, trained, tmp_path):
    names, values = UNLABELLED.split(","), PERSON.split(",")
    turned = ",".join(["year", *reversed(names)]) + "\n" + ",".join([" 94", *reversed(values)]) + "\n"
    [record] = infer(preprocessing, trained, tmp_path, turned)
    assert (record["age"], record["education"]) == ("40.0", "Bachelors degree(BA AB BS)")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "new.csv: the file is empty"),
        (f"{UNLABELLED}\n", "No record is in new.csv"),
        ("age,education\n1,2\n", "new.csv, line 1: the header lacks num persons worked for employer, capital gains"),
        (
            f"{UNLABELLED}\n{PERSON}\n{PERSON.replace(' 40', ' nan')}\n",
            'new.csv, line 3: age is "nan", which is no finite',
        ),
        (f"{UNLABELLED}\n{PERSON},9\n", "new.csv, line 2: 9 columns, but 8 are expected"),
        (f"{UNLABELLED}\n{PERSON.replace('Retail trade', '')}\n", "new.csv, line 2: major industry code is empty"),
        (
            f"{UNLABELLED}\n{PERSON.replace('Private', 'Pirate')}\n",
            'line 2: class of worker is "Pirate", which training has',
        ),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(preprocessing, trained, tmp_path, text, message):
    with pytest.raises(preprocessing.BadRecord, match=message):
        infer(preprocessing, trained, tmp_path, text)


def test_an_unseen_category_can_be_let_through(preprocessing, trained, tmp_path):
    text = f"{UNLABELLED}\n{PERSON.replace('Private', 'Pirate')}\n"
    assert len(infer(preprocessing, trained, tmp_path, text, unseen="ignore")) == 1


def test_training_on_one_class_is_refused(preprocessing, tmp_path):
    (tmp_path / "in").mkdir()
    people = "\n".join(f"{PERSON.replace(' 40', f' {age}')}, - 50000." for age in range(20, 40))
    (tmp_path / "in" / "a.csv").write_text(f"{HEADER}\n{people}\n")
    given = argparse.Namespace(input=tmp_path / "in", output=tmp_path / "out", train_test_split_ratio=0.3, seed=0)
    with pytest.raises(preprocessing.BadRecord, match="0 records of a class are too few"):
        preprocessing.train(given)


def test_the_archive_of_a_model_holds_what_made_its_features(trained):
    names = {path.name for path in (trained / "model").iterdir()}
    assert names == {"model.joblib", "preprocessor.joblib", "baseline.json"}


def bins_of(values):
    low, high = min(values), max(values)
    edges = [low + (high - low) / 10 * at for at in range(11)]
    counts = [0] * 10
    for value in values:
        counts[min(9, int((value - low) / (high - low) * 10))] += 1
    return [
        {"lower_bound": a, "upper_bound": b, "count": count}
        for a, b, count in zip(edges, edges[1:], counts, strict=False)
    ]


def test_the_stability_index_is_the_known_one_for_numbers_that_moved(drift):
    found = drift.compare_numbers(bins_of(range(1, 11)), list(range(3, 13)))
    assert found["psi_in_range"] == pytest.approx(1.380169504740631, abs=1e-12)
    # Two of ten are beyond the last bin, and that is drift too.
    assert (found["below"], found["beyond"]) == (0, 2)
    assert found["psi"] > found["psi_in_range"]


@pytest.mark.parametrize(("actual", "expected"), [(3, 0), (4, 9.209419337938986)])
def test_the_stability_index_of_a_constant(drift, preprocessing, actual, expected):
    import numpy as np

    rows = np.array([[3.0] * 5 + ["a"] * 3] * 4, dtype=object)
    [bins] = [
        feature["statistic"]["distribution"]["numerical"]
        for feature in preprocessing.distribution(rows)["features"]
        if feature["name"] == "age"
    ]
    found = drift.compare_numbers(bins, [actual] * 6)
    assert found["psi_in_range"] == pytest.approx(expected, abs=1e-12)


def test_a_new_category_is_drift_and_is_named(drift):
    shares = [{"name": "a", "count": 5}, {"name": "b", "count": 5}]
    assert drift.compare_categories(shares, ["a", "b"]) == {"psi": 0.0, "unseen": []}
    found = drift.compare_categories(shares, ["a", "c"])
    assert found["unseen"] == ["c"] and found["psi"] > 1


def test_the_same_records_have_not_drifted(drift, preprocessing, pipelines):
    _, records = preprocessing.read_folder(pipelines / "training" / "sample", needs_label=True)
    baseline = preprocessing.distribution(preprocessing.as_rows(records))
    values = [dict(zip(preprocessing.FEATURES, features)) for _, features, _, _ in records]
    report = drift.compare(json.loads(json.dumps(baseline)), values)
    assert report["max_psi"] == 0.0 and report["rows"] == 1200
