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


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "sentiment.joblib"))


def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(f"{content_type} is not supported: send application/json")
    return json.loads(body)


def predict_fn(texts, model):
    return model.predict_proba(texts)[:, 1]


def read_reviews(folder):
    texts, labels = [], []
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="", encoding="utf-8-sig") as raw:
            reader = csv.reader(raw)
            header = next(reader, [])
            if header != ["text", "sentiment"]:
                sys.exit(f'{path.name}, line 1: the header is "{",".join(header)}", but "text,sentiment" is expected')
            for row in reader:
                if len(row) != 2 or row[1] not in CLASSES:
                    sys.exit(f"{path.name}, line {reader.line_num}: a text and positive or negative are expected")
                texts.append(row[0])
                labels.append(CLASSES[row[1]])
    if len(set(labels)) < 2:
        sys.exit(f"The reviews in {folder} are not of both classes")
    return texts, labels


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
