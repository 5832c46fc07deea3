"""Writes the sample's images: the last twenty digits that come with scikit-learn, which training leaves out.

The name of each says its place in the set and what digit it is. Needs PyTorch, scikit-learn and Pillow.

    python3 make_sample.py
"""

import pathlib
import sys

from PIL import Image

FOLDER = pathlib.Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent / "src"))

from train import digits_as_images  # noqa: E402

COUNT = 20

if __name__ == "__main__":
    images, labels = digits_as_images()
    target = FOLDER.parent.parent / "sample" / "digits"
    target.mkdir(exist_ok=True)
    for at in range(len(images) - COUNT, len(images)):
        pixels = (images[at, 0] * 255).round().byte().numpy()
        Image.fromarray(pixels).save(target / f"{at}-is-{labels[at]}.png")
