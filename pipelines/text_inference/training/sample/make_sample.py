"""Writes reviews to train with and reviews to predict: synthetic, from a seed, and no model of how people write.

A review is three to six sentences of fixed forms about a part of a film; each sentence has a word of praise or blame,
which is of the review's own class with probability 0.85. Both classes are equally likely.

    python3 make_sample.py
"""

import csv
import pathlib
import random

PRAISE = ("wonderful", "moving", "brilliant", "delightful", "clever", "superb", "charming", "gripping")
BLAME = ("dull", "awful", "tedious", "clumsy", "boring", "dreadful", "flat", "predictable")
PARTS = ("plot", "acting", "music", "dialogue", "ending", "camera work", "pace", "first half")
FORMS = (
    "The {part} is {word}.",
    "I found the {part} {word}!",
    "What a {word} {part}.",
    "For me the {part} was {word}.",
)


def review(chance):
    is_positive = chance.random() < 0.5
    sentences = []
    for _ in range(chance.randint(3, 6)):
        words = PRAISE if (chance.random() < 0.85) == is_positive else BLAME
        sentences.append(chance.choice(FORMS).format(part=chance.choice(PARTS), word=chance.choice(words)))
    return sentences, "positive" if is_positive else "negative"


if __name__ == "__main__":
    folder = pathlib.Path(__file__).parent
    chance = random.Random(4)
    with (folder / "reviews.csv").open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("text", "sentiment"))
        for sentences, sentiment in (review(chance) for _ in range(400)):
            writer.writerow((" ".join(sentences), sentiment))
    texts = folder.parent.parent / "sample" / "reviews"
    texts.mkdir(exist_ok=True)
    for number in range(1, 13):
        sentences, _ = review(chance)
        # Every third has a line for each sentence.
        (texts / f"{number:02}.txt").write_text(("\n" if number % 3 == 0 else " ").join(sentences) + "\n")
