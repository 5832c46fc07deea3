"""Trains the network of inference.py on the handwritten digits that come with scikit-learn.

The digits are 8 x 8 pixels; they are enlarged to 20 x 20 in the middle of 28 x 28, as those of MNIST are, and moved
by up to two pixels while training. The last 97 are left for others, the 300 before them test. Everything hangs on the
seed. What serves is put under `code/` of the model's archive.
"""

import argparse
import os
import pathlib
import shutil

import torch
from inference import SIDE, Network
from sklearn.datasets import load_digits
from torch import nn

LEFT_OUT = 97
TESTED = 300
EDGE = 4


def digits_as_images():
    """All 1,797 digits as images with values of 0 to 1, in steps of a 255th as in a file, and what they are."""
    digits = load_digits()
    small = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
    inner = SIDE - 2 * EDGE
    large = nn.functional.interpolate(small, size=(inner, inner), mode="bilinear", align_corners=False)
    images = nn.functional.pad(large, (EDGE, EDGE, EDGE, EDGE))
    return (images * 255).round() / 255, torch.tensor(digits.target)


def moved(images):
    """Images, each moved by up to two pixels."""
    steps = torch.randint(-2, 3, (len(images), 2)).tolist()
    return torch.stack([torch.roll(image, (down, right), (1, 2)) for image, (down, right) in zip(images, steps)])


def train(images, labels, epochs, batch_size, learning_rate):
    network = Network().train()
    optimiser = torch.optim.Adam(network.parameters(), lr=learning_rate)
    loss_of_all = 0.0
    for epoch in range(1, epochs + 1):
        order, total = torch.randperm(len(images)), 0.0
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(network(moved(images[chosen])), labels[chosen])
            loss.backward()
            optimiser.step()
            total += loss.item() * len(chosen)
        loss_of_all = total / len(images)
        print(f"Epoch [{epoch}/{epochs}], Loss: {loss_of_all:.4f}")
    return network, optimiser, loss_of_all


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--learning-rate", type=float, default=0.002)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model-dir", type=pathlib.Path, default=os.environ.get("SM_MODEL_DIR"))
    given, _ = parser.parse_known_args()

    torch.manual_seed(given.seed)
    torch.use_deterministic_algorithms(True)
    images, labels = digits_as_images()
    images, labels = images[:-LEFT_OUT], labels[:-LEFT_OUT]
    network, optimiser, loss = train(
        images[:-TESTED], labels[:-TESTED], given.epochs, given.batch_size, given.learning_rate
    )
    network.eval()
    with torch.no_grad():
        scores = network(images[-TESTED:])
    accuracy = (scores.argmax(dim=1) == labels[-TESTED:]).float().mean().item()
    checkpoint = {
        "model_state_dict": network.state_dict(),
        "optimiser_state_dict": optimiser.state_dict(),
        "epoch": given.epochs,
        "train_loss": loss,
        "test_loss": nn.functional.cross_entropy(scores, labels[-TESTED:]).item(),
    }
    torch.save(checkpoint, given.model_dir / "model.pt")
    code = given.model_dir / "code"
    code.mkdir(exist_ok=True)
    shutil.copy(pathlib.Path(__file__).parent / "inference.py", code / "inference.py")
    print(f"digits={len(images)}; accuracy={accuracy:.6f};")


if __name__ == "__main__":
    main()
