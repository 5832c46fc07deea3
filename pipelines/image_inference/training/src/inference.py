"""The network that reads digits, and how an image becomes its input: the same file in training, serving and batches.

Takes image/png (or image/jpeg), makes it grey and 28 x 28 pixels with values of 0 to 1, and answers the digit.
"""

import io
import json
import os

import numpy as np
import torch
from PIL import Image
from torch import nn

SIDE = 28
DIGITS = 10


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.seen = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.told = nn.Sequential(nn.Flatten(), nn.Dropout(0.25), nn.Linear(32 * 7 * 7, DIGITS))

    def forward(self, images):
        return self.told(self.seen(images))


def model_fn(model_dir):
    # Weights from a machine with a GPU load here too; and nothing but weights is unpickled.
    checkpoint = torch.load(os.path.join(model_dir, "model.pt"), map_location="cpu", weights_only=True)
    network = Network()
    network.load_state_dict(checkpoint["model_state_dict"])
    # Without it dropout would make every answer a different one.
    return network.eval()


def input_fn(body, content_type):
    if content_type not in ("image/png", "image/jpeg", "application/x-image"):
        raise ValueError(f"{content_type} is not supported: send image/png")
    try:
        with Image.open(io.BytesIO(bytes(body))) as image:
            # Pillow would cut 16 bits off at 255, which is nearly black.
            is_deep = image.mode.startswith("I")
            grey = (image.convert("I").point(lambda value: value * (1 / 257)) if is_deep else image).convert("L")
    # Pillow tells of a broken image in as many ways as there are to break one.
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as fault:
        raise ValueError(f"is no image that can be read: {str(fault).split(' <')[0]}") from None
    if grey.size != (SIDE, SIDE):
        grey = grey.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return torch.from_numpy(np.asarray(grey, dtype=np.float32) / 255).reshape(1, 1, SIDE, SIDE)


def predict_fn(images, model):
    with torch.no_grad():
        return model(images).argmax(dim=1).tolist()


def output_fn(digits, accept):
    answers = [str(digit) for digit in digits]
    return "\n".join(answers) if accept == "text/csv" else json.dumps(answers)
