"""Trains a classifier of reviews: words and pairs of words, weighted, into a logistic regression.

Reads reviews.csv (a header `text,sentiment`, with positive or negative) of the `train` channel, tests itself on every
fifth review and then trains on all of them. Serves too: a JSON list of texts gets how likely each is positive.
"""

import argparse
import csv
import json
import os
import pathlib
import sys

import joblib
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.pipeline import make_pipeline

CLASSES = {"negative": 0, "positive": 1}
FEWEST = 10


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "sentiment.joblib"))


def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(f"{content_type} is not supported: send application/json")
    return json.loads(body)


def predict_fn(texts, model):
    return model.predict_proba(texts)[:, 1]


def read_lines(path):
    with path.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as raw:
        for number, line in enumerate(raw, start=1):
            try:
                line.encode("utf-8")
            except UnicodeEncodeError:
                sys.exit(f"{path.name}, line {number}: the text is not UTF-8")
            yield line


def read_file(path):
    """The reviews of a file with their classes; a review may have several lines."""
    reader = csv.reader(read_lines(path), strict=True)
    header, line = next(reader, []), 2
    if [name.strip().lower() for name in header] != ["text", "sentiment"]:
        sys.exit(f'{path.name}, line 1: the header is "{",".join(header)}", but "text,sentiment" is expected')
    try:
        for row in reader:
            if row and (len(row) > 1 or row[0].strip()):
                if len(row) != 2 or row[1].strip() not in CLASSES:
                    sys.exit(f"{path.name}, line {line}: a text and positive or negative are expected")
                if not row[0].strip():
                    sys.exit(f"{path.name}, line {line}: the text is empty")
                yield row[0], CLASSES[row[1].strip()]
            line = reader.line_num + 1
    except csv.Error as fault:
        sys.exit(f"{path.name}, line {line}: the review cannot be read, {fault}")


def read_reviews(folder):
    files = sorted(path for path in folder.rglob("*.csv") if path.is_file())
    if not files:
        sys.exit(f"No .csv file lies in {folder}")
    reviews = [review for file in files for review in read_file(file)]
    if len(reviews) < FEWEST:
        sys.exit(f"{len(reviews)} reviews are in {', '.join(file.name for file in files)}, and {FEWEST} are needed")
    labels = [label for _, label in reviews]
    # What is tried is every fifth, and what is learnt from the others: both have to know both classes.
    if min(len(set(labels[::5])), len({label for at, label in enumerate(labels) if at % 5 != 0})) < 2:
        sys.exit(f"The reviews in {', '.join(file.name for file in files)} are of one class, or in the order of them")
    return [text for text, _ in reviews], labels


def fit(texts, labels):
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10))
    return model.fit(texts, labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--train", type=pathlib.Path, default=os.environ.get("SM_CHANNEL_TRAIN"))
    parser.add_argument("--model-dir", type=pathlib.Path, default=os.environ.get("SM_MODEL_DIR"))
    arguments, _ = parser.parse_known_args()

    texts, labels = read_reviews(arguments.train)
    known = [at for at in range(len(texts)) if at % 5 != 0]
    tried = fit([texts[at] for at in known], [labels[at] for at in known])
    scores, truth = tried.predict_proba(texts[::5])[:, 1], labels[::5]
    accuracy, auc = accuracy_score(truth, scores > 0.5), roc_auc_score(truth, scores)
    joblib.dump(fit(texts, labels), arguments.model_dir / "sentiment.joblib")
    print(f"reviews={len(texts)}; accuracy={accuracy:.6f}; auc={auc:.6f};")


if __name__ == "__main__":
    main()
