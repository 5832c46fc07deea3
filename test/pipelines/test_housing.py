import json
import random
import tarfile

import numpy as np
import pytest

ROW = "-122.23,37.88,41.0,880.0,129.0,322.0,126.0,8.3252,452600.0"
SNAKE = (
    "longitude,latitude,housing_median_age,total_rooms,total_bedrooms,population,households,median_income,"
    "median_house_value,ocean_proximity"
)


@pytest.fixture
def features(load):
    return load("serial_inference/features.py")


def write(folder, text, name="housing.csv"):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text)
    return path


def test_a_file_without_header_and_one_with_other_spellings_and_columns_are_the_same(features, tmp_path):
    bare = features.read_records(write(tmp_path / "a", f"{ROW}\n"), "a")
    named = features.read_records(write(tmp_path / "b", f"{SNAKE}\n{ROW},NEAR BAY\n"), "b")
    assert bare == named == ([[float(value) for value in ROW.split(",")]], 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{ROW}\n1,2,3\n", "housing.csv, line 2: 3 columns, but 9 are expected"),
        (f"{ROW}\n{ROW.replace('8.3252', 'nan')}\n", 'housing.csv, line 2: medianIncome is "nan"'),
        (f"{ROW}\n{ROW.replace('129.0', '')}\n", 'housing.csv, line 2: totalBedrooms is "", which is no number'),
        ("longitude,latitude\n1,2\n", "housing.csv, line 1: the header lacks housingMedianAge, totalRooms"),
        ("", "0 records are in housing.csv, and 10 are needed"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(features, tmp_path, text, message):
    write(tmp_path / "in", text)
    with pytest.raises(features.BadRecord, match=message.replace("(", r"\(")):
        features.prepare(tmp_path / "in", tmp_path / "out", 0.33, 0)


def test_no_file_at_all_is_said(features, tmp_path):
    (tmp_path / "in").mkdir()
    with pytest.raises(features.BadRecord, match="No .csv or .data file lies in"):
        features.prepare(tmp_path / "in", tmp_path / "out", 0.33, 0)


def prepare_many(features, folder, count):
    chance = random.Random(0)
    lines = (",".join(f"{chance.uniform(0, 9):.3f}" for _ in range(9)) for _ in range(count))
    write(folder / "in", "\n".join(lines) + "\n", "cal_housing.data")
    features.prepare(folder / "in", folder / "out", 0.33, 0)
    return folder / "out"


def test_the_published_file_is_parted_into_13828_and_6812_records(features, tmp_path):
    out = prepare_many(features, tmp_path, 20_640)
    counts = [len((out / name / f"{name}.csv").read_text().splitlines()) for name in ("train", "test")]
    assert counts == [13_828, 6_812]


def test_training_data_is_scaled_and_test_data_is_raw(features, tmp_path):
    out = prepare_many(features, tmp_path, 200)
    train = np.loadtxt(out / "train" / "train.csv", delimiter=",")
    test = np.loadtxt(out / "test" / "test.csv", delimiter=",")
    assert np.allclose(train[:, :8].mean(axis=0), 0) and np.allclose(train[:, :8].std(axis=0), 1)
    assert test[:, :8].min() >= 0
    with tarfile.open(out / "scaler_model" / "model.tar.gz") as archive:
        assert archive.getnames() == ["model.joblib"]
        archive.extractall(tmp_path / "scaler")
    scaler = features.model_fn(str(tmp_path / "scaler"))
    # The scaler knows nothing of the records that test.
    assert not np.allclose(scaler.mean_, np.vstack([train, test])[:, :8].mean(axis=0))


def test_records_with_and_without_label_become_the_same_features(features):
    bare = ROW.rsplit(",", 1)[0]
    assert features.input_fn(f"{ROW}\n", "text/csv").tolist() == features.input_fn(bare, "text/csv").tolist()
    with pytest.raises(ValueError, match="record 1: 2 columns"):
        features.input_fn("1,2\n", "text/csv")


def test_npy_and_json_are_the_same_to_the_next_container(features, load):
    model = load("serial_inference/sklearn/model.py")
    numbers = np.array([[0.1] * 8, [1 / 3] * 8])
    received = [
        model.input_fn(*features.output_fn(numbers, kind)) for kind in ("application/x-npy", "application/json")
    ]
    assert received[0].tolist() == received[1].tolist() == numbers.tolist()


def test_metrics_are_those_of_their_definitions(load, tmp_path):
    evaluate = load("serial_inference/evaluate.py").evaluate
    found = evaluate([(1.0, 1.5), (2.0, 2.0), (3.0, 2.0)])["regression_metrics"]
    values = {name: metric["value"] for name, metric in found.items()}
    assert values == pytest.approx({"mse": 1.25 / 3, "rmse": (1.25 / 3) ** 0.5, "mae": 0.5, "r2": 1 - 1.25 / 2})
    assert json.loads(json.dumps(evaluate([(2.0, 2.0)])))["regression_metrics"]["r2"]["value"] == 0.0
