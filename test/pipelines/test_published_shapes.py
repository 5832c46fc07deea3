"""What people have lying about is taken as it is, and what cannot be used ends in one line that names file and row.

Every file here is synthetic; the shapes are those in which the data sets are published and what programs make of them.
"""

import csv
import sys

import pytest

ABALONE = ["M,0.455,0.365,0.095,0.514,0.2245,0.101,0.15,15", "F,0.53,0.42,0.135,0.677,0.2565,0.1415,0.21,9"]
ABALONE_HEADER = "sex,length,diameter,height,whole weight,shucked weight,viscera weight,shell weight,rings"
HOUSING = [f"-122.{at:02},37.{at:02},41,{880 + at},129,322,126,8.3{at:02},{452600 - at}" for at in range(20)]
HOUSING_HEADER = (
    "longitude,latitude,housing_median_age,total_rooms,total_bedrooms,population,households,median_income,"
    "median_house_value,ocean_proximity"
)
CENSUS_HEADER = (
    "age,class of worker,major industry code,education,capital gains,capital losses,dividends from stocks,"
    "num persons worked for employer,income"
)
INCOMES = (" - 50000.", " 50000+.")
WORKERS = (" ?", " Private", " Private")
INDUSTRIES = (" Retail trade", *[' "Agriculture, forestry"'] * 3)
CENSUS = [
    f"{20 + at},{WORKERS[at % 3]},{INDUSTRIES[at % 4]}, Bachelors degree(BA AB BS), {at}00, 0, 0, {at % 7},"
    f"{INCOMES[at % 2]}"
    for at in range(20)
]


def bare_census(record):
    """A record as in the file without a header: 42 columns, the used ones among others."""
    age, worker, industry, education, gains, losses, dividends, size, income = next(
        csv.reader([record], skipinitialspace=True)
    )
    columns = [" ?"] * 42
    used = {0: age, 1: worker, 4: education, 8: f'"{industry}"', 16: gains, 17: losses, 18: dividends, 30: size}
    for at, value in {**used, 41: income}.items():
        columns[at] = f" {value}"
    return ",".join(columns).lstrip()


@pytest.fixture
def run(load, tmp_path, monkeypatch):
    """Runs a script as a job would be, over files with these contents; gives its last words, None where all is well."""

    def run_script(script, files, *words):
        folder = tmp_path / "in"
        folder.mkdir()
        for name, content in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        places = [word.format(folder=folder, out=tmp_path / "out") for word in words]
        monkeypatch.setattr(sys, "argv", [script, *places])
        (tmp_path / "out").mkdir()
        try:
            load(script).main()
        except SystemExit as end:
            return end.code
        return None

    return run_script


ABALONE_SCRIPT = ("batch_inference/preprocess.py", "--input={folder}", "--output={out}")
HOUSING_SCRIPT = ("serial_inference/features.py", "--input={folder}", "--output={out}")
CENSUS_SCRIPT = ("training/preprocessing.py", "--mode=train", "--input={folder}", "--output={out}")
REVIEWS_SCRIPT = ("text_inference/training/train.py", "--train={folder}", "--model-dir={out}")
REVIEWS = [
    f'"A {"fine" if at % 2 else "poor"}, long film {at}","{"positive" if at % 2 else "negative"}"' for at in range(20)
]
FILES = {
    ABALONE_SCRIPT: (ABALONE_HEADER, ABALONE),
    HOUSING_SCRIPT: (HOUSING_HEADER, [f'{record},"NEAR BAY, EAST"' for record in HOUSING]),
    CENSUS_SCRIPT: (CENSUS_HEADER, CENSUS),
    REVIEWS_SCRIPT: ("text,sentiment", REVIEWS),
}
NAMES = [words[0] for words in FILES]


def results(folder):
    kinds = (".csv", ".joblib")
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.suffix in kinds
    }


@pytest.mark.parametrize("words", FILES, ids=NAMES)
@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text + "\n  \n",
        lambda text: text.removesuffix("\n"),
        lambda text: text.replace("\n", "\r"),
    ],
    ids=["Windows line ends", "a byte order mark", "blank lines at the end", "no last line end", "old Mac line ends"],
)
def test_how_a_file_was_saved_changes_nothing(run, tmp_path, words, change):
    header, records = FILES[words]
    text = "\n".join([header, *records]) + "\n"
    script, *arguments = words
    assert run(script, {"a.csv": text}, *arguments) is None
    plain = results(tmp_path / "out")
    for name in ("in", "out"):
        (tmp_path / name).rename(tmp_path / f"first-{name}")
    assert run(script, {"a.csv": change(text)}, *arguments) is None
    assert results(tmp_path / "out") == plain


@pytest.mark.parametrize("words", FILES, ids=NAMES)
@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "No .csv"),
        ({"notes.txt": "a"}, "No .csv"),
        ({"a.csv": ""}, "a.csv"),
        ({"a.csv": "\n\n"}, "a.csv"),
        ({"a.csv": "HEADER\n"}, "a.csv"),
        ({"a.csv": "HEADER\nRECORD\n".encode() + b"caf\xe9,1\n"}, "a.csv, line 3: the text is not UTF-8"),
        ({"a.csv": 'HEADER\nRECORD\n"open,1\n'}, "a.csv, line 3: the re"),
        ({"a.csv": "HEADER\nRECORD\n\n1,2,3\n"}, "a.csv, line 4: "),
        ({"a.csv": "name,value\nRECORD\n"}, "a.csv, line 1: the header "),
        ({"a.csv": "HEADER\nRECORD\n", "b/c.csv": "HEADER\nRECORD\n,,,,\n"}, "c.csv, line 3: "),
    ],
    ids=[
        "no file",
        "no file of a kind that is read",
        "an empty file",
        "blank lines alone",
        "a header alone",
        "another encoding",
        "a quote that is never closed",
        "too few columns behind a blank line",
        "another header",
        "a row of nothing in a second file",
    ],
)
def test_what_cannot_be_used_ends_in_one_line(run, words, files, message):
    header, records = FILES[words]

    def fill(content):
        content = content.encode() if isinstance(content, str) else content
        return content.replace(b"HEADER", header.encode()).replace(b"RECORD", records[1].encode())

    script, *arguments = words
    end = run(script, {name: fill(content) for name, content in files.items()}, *arguments)
    assert isinstance(end, str) and "\n" not in end
    assert message in end


def test_abalone_records_come_out_with_their_own_digits(run, tmp_path):
    files = {
        "abalone.data": "\n".join(ABALONE),
        "more/b.CSV": f"{ABALONE_HEADER}\n{ABALONE[0]}\n",
        "c.csv": ABALONE_HEADER,
    }
    assert run(ABALONE_SCRIPT[0], files, *ABALONE_SCRIPT[1:]) is None
    out = tmp_path / "out"
    assert (out / "abalone.data").read_text() == "".join(f"{record.rpartition(',')[0]}\n" for record in ABALONE)
    assert (out / "more" / "b.CSV").read_text() == f"{ABALONE[0].rpartition(',')[0]}\n"
    # A file without records has nothing to transform.
    assert not (out / "c.csv").exists()


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (ABALONE[0].replace("0.455", "NaN"), 'a.csv, line 2: length is "NaN", which is no finite number'),
        (ABALONE[0].replace("0.455", '"0,455"'), 'a.csv, line 2: length is "0,455", which is no number'),
        (ABALONE[0].replace("M", "X"), 'a.csv, line 2: sex is "X", which is none of F, I, M'),
        (f"{ABALONE[0]},7", "a.csv, line 2: 10 columns, but 8 (or 9 with the rings) are expected"),
    ],
)
def test_a_value_that_the_abalone_model_cannot_use_is_named(run, record, message):
    files = {"a.csv": f"{ABALONE[1]}\n{record}\n"}
    assert run(ABALONE_SCRIPT[0], files, *ABALONE_SCRIPT[1:]) == message


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cal_housing.data", "\n".join(HOUSING)),
        ("housing.csv", "\n".join([HOUSING_HEADER, *(f"{record},NEAR BAY" for record in HOUSING)])),
        ("raw_data_all.csv", "\n".join([HOUSING_HEADER.replace("_", "").rpartition(",")[0], *HOUSING])),
    ],
    ids=["the archive's bare file", "a header and a column more", "a header of the nine"],
)
def test_housing_is_read_in_each_of_its_shapes(run, tmp_path, name, text):
    assert run(HOUSING_SCRIPT[0], {name: text}, *HOUSING_SCRIPT[1:]) is None
    rows = [line.split(",") for line in (tmp_path / "out" / "test" / "test.csv").read_text().splitlines()]
    known = [[float(value) for value in record.split(",")] for record in HOUSING]
    assert len(rows) == 7
    assert all([float(value) for value in row] in known for row in rows)


def test_housing_records_without_a_value_are_refused_or_left_out(run, tmp_path, capsys):
    holed = [HOUSING[0].replace(",129,", ",,"), *HOUSING[1:]]
    words = (HOUSING_SCRIPT[0], {"housing.csv": "\n".join(holed)}, *HOUSING_SCRIPT[1:])
    assert run(*words) == (
        'housing.csv, line 1: totalBedrooms is "", which is no number (--missing drop leaves such records out)'
    )
    for name in ("in", "out"):
        (tmp_path / name).rename(tmp_path / f"first-{name}")
    assert run(*words, "--missing=drop") is None
    assert capsys.readouterr().out == "1 records are left out: they lack a value\ntrain: 12 records, test: 7 records\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("census-income.csv", "\n".join([CENSUS_HEADER, *CENSUS])),
        ("census-income.data", "\n".join(bare_census(record) for record in CENSUS)),
        ("census.csv", "\n".join([CENSUS_HEADER.replace(" ", "_").upper(), *CENSUS])),
    ],
    ids=["a header and blanks before values", "the bare 42 columns", "a header in another spelling"],
)
def test_census_is_read_in_each_of_its_shapes(load, tmp_path, name, text):
    preprocessing = load("training/preprocessing.py")
    (tmp_path / name).write_text(text)
    _, records = preprocessing.read_folder(tmp_path, needs_label=True)
    first_line = 1 if name.endswith(".data") else 2
    assert [(file, line) for file, _, _, line in records] == [(name, at + first_line) for at in range(20)]
    assert records[0][1:3] == ([20.0, 0.0, 0.0, 0.0, 0.0, "Bachelors degree(BA AB BS)", "Retail trade", "?"], 0)
    assert records[5][1:3] == (
        [25.0, 5.0, 500.0, 0.0, 0.0, "Bachelors degree(BA AB BS)", "Agriculture, forestry", "Private"],
        1,
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("21,", "NaN,", 'a.csv, line 3: age is "NaN", which is no finite number'),
        ("21,", "?,", 'a.csv, line 3: age is "?", which is no number'),
        (" Private", " ", "a.csv, line 3: class of worker is empty"),
        (" 50000+.", " many", 'a.csv, line 3: income is "many", which is neither "- 50000." nor "50000+."'),
    ],
)
def test_a_value_that_the_census_model_cannot_use_is_named(run, old, new, message):
    records = [CENSUS[0], CENSUS[1].replace(old, new, 1), *CENSUS[2:]]
    files = {"a.csv": "\n".join([CENSUS_HEADER, *records])}
    assert run(CENSUS_SCRIPT[0], files, *CENSUS_SCRIPT[1:]) == message


def test_inference_without_a_model_says_so(run, tmp_path):
    files = {"a.csv": f"{CENSUS_HEADER}\n{CENSUS[0]}\n"}
    words = ("--mode=infer", "--input={folder}", "--output={out}", "--model={out}")
    assert run(CENSUS_SCRIPT[0], files, *words) == f"No model.tar.gz lies in {tmp_path / 'out'}"
