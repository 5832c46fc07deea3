import io

import numpy as np
import pytest


@pytest.fixture
def preprocess(load):
    return load("batch_inference/preprocess.py")


@pytest.fixture
def features(load):
    return load("batch_inference/training/src/features.py")


def test_a_header_in_any_spelling_is_no_record(preprocess, tmp_path):
    header = "Sex,Length,Diameter,Height,Whole_weight,Shucked_weight,Viscera_weight,Shell_weight,Rings"
    source = tmp_path / "a.csv"
    source.write_text(header + "\nM,1,2,3,4,5,6,7,8\n")
    assert list(preprocess.read_records(source, source.name)) == [["M", "1", "2", "3", "4", "5", "6", "7", "8"]]


def test_a_header_is_only_the_first_line(preprocess, tmp_path):
    source = tmp_path / "a.csv"
    source.write_text(
        "M,1,2,3,4,5,6,7\nsex,length,diameter,height,whole weight,shucked weight,viscera weight,shell weight\n"
    )
    with pytest.raises(preprocess.BadRecord, match='a.csv, line 2: sex is "sex"'):
        list(preprocess.read_records(source, source.name))


def test_training_needs_the_label(preprocess, tmp_path):
    source = tmp_path / "a.csv"
    source.write_text("M,1,2,3,4,5,6,7\n")
    with pytest.raises(preprocess.BadRecord, match="line 1: 8 columns, but 9 are expected"):
        list(preprocess.read_records(source, source.name, needs_label=True))


RECORDS = "M,1,2,3,4,5,6,7\nF,2,2,4,4,5,6,8\nI,3,5,3,1,5,2,7\n"


def test_npy_and_json_between_containers_are_the_same_numbers(features):
    fitted = features.fit(features.read_records(RECORDS))
    answer = features.predict_fn(features.input_fn(RECORDS, "text/csv; charset=utf-8"), fitted)
    npy, kind = features.output_fn(answer, "application/x-npy")
    assert kind == "application/x-npy"
    assert np.load(io.BytesIO(npy)).tolist() == answer.tolist()
    body, kind = features.output_fn(answer, "application/json")
    assert kind == "application/json"
    assert '"instances"' in body
    assert answer.shape == (3, 10)


def test_one_record_alone_has_the_features_that_it_has_among_others(features):
    fitted = features.fit(features.read_records(RECORDS))
    together = features.transform(features.read_records(RECORDS), fitted)
    for row, line in zip(together, RECORDS.splitlines()):
        assert features.transform(features.input_fn(line, "text/csv"), fitted).tolist() == [row.tolist()]


def test_a_record_with_a_column_too_few_is_named(features):
    with pytest.raises(ValueError, match="record 2: 3 columns, but 8 are expected"):
        features.input_fn("M,1,2,3,4,5,6,7\nM,1,2\n", "text/csv")


def test_a_type_that_is_not_csv_is_refused(features):
    with pytest.raises(ValueError, match="application/json is not supported"):
        features.input_fn("[]", "application/json")
