import json

import pytest


@pytest.fixture
def batches(load):
    return load("file_batches/batches.py")


OWN = {"file_check_glob": "*.txt", "threshold": 0.5}


@pytest.mark.parametrize(
    ("word", "key", "value"),
    [
        ("inference.input_data_dir=/a b", "input_data_dir", "/a b"),
        ("input_data_dir='/quoted=x'", "input_data_dir", "/quoted=x"),
        ("+inference.threshold=0.25", "threshold", 0.25),
        ("++lineage=True", "lineage", True),
        ("inference.mode=append", "mode", "append"),
    ],
)
def test_a_setting_is_overridden_by_its_name(batches, word, key, value):
    assert batches.read_settings([word], "inference", OWN, {})[key] == value


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("inference.modle_path=x", "Could not override 'inference.modle_path=x'. The settings are: model_path"),
        ("--help", "Could not override '--help'"),
        ("threshold=high", "threshold is 'high', which is no number"),
        ("lineage=maybe", "lineage is 'maybe', which is neither true nor false"),
        ("mode=again", "mode is 'again', which is none of append, resume, overwrite"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(batches, word, message):
    with pytest.raises(batches.BadSetting, match=message):
        batches.read_settings([word], "inference", OWN, {})


def test_words_win_over_the_environment_and_that_over_the_defaults(batches):
    environ = {"PRED_MODEL_PATH": "/from/environment", "INPUT_DATA_DIR": "/data"}
    settings = batches.read_settings(["inference.model_path=/from/word"], "inference", OWN, environ)
    assert (settings["model_path"], settings["input_data_dir"]) == ("/from/word", "/data")
    assert settings["file_check_glob"] == "*.txt"


@pytest.fixture
def folder(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    for name, content in {
        "b.txt": b"good",
        "a.txt": b"two\nlines",
        "c.txt": b" \n",
        "d.txt": b"caf\xe9",
        ".hidden.txt": b"no",
        "other.md": b"no",
    }.items():
        (data / name).write_bytes(content)
    model = tmp_path / "model"
    model.mkdir()
    (model / "weights").write_text("1")
    return tmp_path


@pytest.fixture
def run(batches, folder, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1641451227")
    monkeypatch.setenv("RUN_ID", "run-1")

    def load(_, settings):
        def predict(content):
            try:
                text = content.decode("utf-8")
            except UnicodeDecodeError:
                raise batches.BadFile("is not UTF-8") from None
            if not text.strip():
                raise batches.BadFile("is empty")
            probability = 3.255962656112388e-05 if "\n" in text else 1.0
            return {
                "logit_prob": probability,
                "sentiment": "positive" if probability > settings["threshold"] else "negative",
            }

        return predict

    def run_batch(*words):
        places = [f"model_path={folder}/model", f"input_data_dir={folder}/data", f"output_path={folder}/out/rows.jsonl"]
        empty = {"logit_prob": None, "sentiment": None}
        code = batches.run([*places, *words], "inference", OWN, "text", "filepath", empty, load)
        output = folder / "out" / "rows.jsonl"
        return code, output.read_text(encoding="utf-8") if output.exists() else ""

    return run_batch


def test_rows_are_in_order_of_paths_and_in_python_style_to_the_byte(run, folder):
    code, text = run()
    data = f"{folder}/data"
    time = '"time": "2022-01-06T06:40:27+0000"'
    assert text.splitlines() == [
        f'{{{time}, "filepath": "{data}/a.txt", "logit_prob": 3.255962656112388e-05, "sentiment": "negative"}}',
        f'{{{time}, "filepath": "{data}/b.txt", "logit_prob": 1.0, "sentiment": "positive"}}',
        f'{{{time}, "filepath": "{data}/c.txt", "logit_prob": null, "sentiment": null, "error": "is empty"}}',
        f'{{{time}, "filepath": "{data}/d.txt", "logit_prob": null, "sentiment": null, "error": "is not UTF-8"}}',
    ]
    assert code == 0


def test_rows_that_are_errors_can_end_the_run_with_a_code(run):
    assert run("fail_on_error=true")[0] == 3


def test_a_second_run_adds_no_row_twice(run, folder):
    _, first = run()
    (folder / "data" / "e.txt").write_text("new")
    _, second = run()
    assert second.startswith(first)
    assert [json.loads(row)["filepath"][-5:] for row in second[len(first) :].splitlines()] == ["e.txt"]


def test_a_run_that_was_killed_within_a_row_goes_on_with_that_row(run, folder):
    _, whole = run()
    (folder / "out" / "rows.jsonl").write_text(whole[: whole.index("b.txt") + 3])
    assert run()[1] == whole


def test_append_and_overwrite_do_what_they_say(run):
    _, once = run()
    assert run("mode=append")[1] == once * 2
    assert run("mode=overwrite")[1] == once


def test_rows_say_where_they_come_from_when_asked(run):
    row = json.loads(run("lineage=true")[1].splitlines()[1])
    assert list(row)[-3:] == ["input_sha256", "model", "run"]
    assert row["run"] == "run-1"
    assert row["input_sha256"] == "770e607624d689265ca6c44884d0807d9b054d23c473c106c72be9de08b7376c"


def test_what_the_run_came_from_stands_beside_the_rows(run, folder):
    run()
    lineage = json.loads((folder / "out" / "rows.lineage.json").read_text())
    assert (lineage["run"], lineage["files"], lineage["rows"], lineage["errors"]) == ("run-1", 4, 4, 2)
    assert len(lineage["inputs"]) == 4 and len(lineage["model_sha256"]) == 64


def test_an_empty_folder_is_said_before_the_model_is_looked_at(run, folder, capsys):
    for path in (folder / "data").iterdir():
        path.unlink()
    code, text = run(f"model_path={folder}/nowhere")
    assert (code, text) == (1, "")
    assert f"Folder {folder}/data has no text files to infer." in capsys.readouterr().err
    assert run("allow_empty=true") == (0, "")


def test_a_model_that_is_not_there_is_said(run, folder, capsys):
    assert run(f"model_path={folder}/nowhere")[0] == 1
    assert f"No model is at {folder}/nowhere" in capsys.readouterr().err


def test_logs_are_json_and_go_to_three_files_when_asked(run, folder, capsys):
    run(f"log_dir={folder}/logs")
    messages = [json.loads(line)["message"] for line in (folder / "logs" / "info.log").read_text().splitlines()]
    assert messages[:3] == [
        "Setting up logging configuration.",
        "Loading the model...",
        "Conducting inferencing on text files...",
    ]
    assert messages[-1] == f"Output result location: {folder}/out/rows.jsonl"
    errors = [json.loads(line) for line in (folder / "logs" / "errors.log").read_text().splitlines()]
    assert list(errors[0]) == ["asctime", "process", "name", "levelname", "message"]
    assert len(errors) == 2


def test_a_relative_folder_stays_relative_in_the_rows(run, folder, monkeypatch):
    monkeypatch.chdir(folder)
    _, text = run("input_data_dir=./data")
    assert [json.loads(row)["filepath"] for row in text.splitlines()][:2] == ["./data/a.txt", "./data/b.txt"]


@pytest.fixture
def infer_text(load):
    return load("file_batches/infer_text.py")


@pytest.mark.parametrize(("content", "text"), [(b"\xef\xbb\xbfa\r\n b", "a b"), ("grüße".encode(), "grüße")])
def test_a_text_of_several_lines_is_one_text(infer_text, content, text):
    assert infer_text.read_text(content) == text


@pytest.mark.parametrize(("content", "message"), [(b"", "is empty"), (b"ab\xff", "is not UTF-8: byte 3 is 0xff")])
def test_a_text_that_cannot_be_read_says_why(infer_text, content, message):
    with pytest.raises(infer_text.batches.BadFile, match=message):
        infer_text.read_text(content)


@pytest.mark.parametrize(
    ("probability", "sentiment"), [(0.5, "negative"), (0.5000001, "positive"), (float("nan"), "negative")]
)
def test_a_text_is_positive_above_the_threshold(infer_text, tmp_path, monkeypatch, probability, sentiment):
    class Model:
        def predict_proba(self, texts):
            import numpy as np

            return np.array([[1 - probability, probability]] * len(texts))

    (tmp_path / "sentiment.joblib").write_bytes(b"")
    monkeypatch.setattr(infer_text.joblib, "load", lambda _: Model())
    assert infer_text.load(tmp_path, {"threshold": 0.5})(b"text")["sentiment"] == sentiment
