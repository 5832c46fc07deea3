"""Predicts the sentiment of every text file of a folder, a row of JSON Lines each.

    python3 infer_text.py inference.model_path=MODEL inference.input_data_dir=FOLDER inference.output_path=FILE

A model is a folder or model.tar.gz with sentiment.joblib, as text_inference/training makes it. `logit_prob` is how
likely the text is positive; above `threshold` it is called so. A text of several lines is one text.
"""

import sys

import batches
import joblib

OWN = {"file_check_glob": "*.txt", "threshold": 0.5}
EMPTY = {"logit_prob": None, "sentiment": None}


def read_text(content):
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise batches.BadFile(f"is not UTF-8: byte {fault.start + 1} is 0x{content[fault.start]:02x}") from None
    words = " ".join(text.split())
    if not words:
        raise batches.BadFile("is empty")
    return words


def load(folder, settings):
    path = folder / "sentiment.joblib"
    if not path.is_file():
        raise FileNotFoundError(f"The model has no {path.name}")
    model = joblib.load(path)

    def predict(content):
        probability = float(model.predict_proba([read_text(content)])[0, 1])
        return {
            "logit_prob": probability,
            "sentiment": "positive" if probability > settings["threshold"] else "negative",
        }

    return predict


if __name__ == "__main__":
    sys.exit(batches.run(sys.argv[1:], "inference", OWN, "text", "filepath", EMPTY, load))
