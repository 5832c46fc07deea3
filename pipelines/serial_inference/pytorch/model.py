"""Predicts house values from scaled features with a small network: trains, and serves as a model's second container.

As a training job it reads `train.csv` (eight scaled features and the label, no header) of the `train` channel, and puts
itself under `code/` of the model's archive, where PyTorch's image looks for what serves. As a container it takes what
features.py answers, NPY or JSON, and answers one number a record.
"""

import argparse
import io
import json
import os
import pathlib
import shutil

import numpy as np
import torch
from torch import nn

FEATURES = 8


class Network(nn.Module):
    """Two hidden layers; the label is learnt in units of its own spread, so that its unit does not matter."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(FEATURES, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1))
        self.register_buffer("mean", torch.zeros(()))
        self.register_buffer("spread", torch.ones(()))

    def forward(self, features):
        # One dimension: a column against a row would be broadcast to a square, and the loss with it.
        return self.layers(features).squeeze(-1) * self.spread + self.mean


def model_fn(model_dir):
    network = Network()
    network.load_state_dict(torch.load(os.path.join(model_dir, "model.pth"), map_location="cpu", weights_only=True))
    return network.eval()


def input_fn(body, content_type):
    if content_type == "application/x-npy":
        features = np.load(io.BytesIO(bytes(body)), allow_pickle=False)
    elif content_type == "application/json":
        features = np.array(json.loads(body)["instances"], dtype=float)
    else:
        raise ValueError(f"{content_type} is not supported: send application/x-npy or application/json")
    return torch.tensor(features, dtype=torch.float32).reshape(-1, FEATURES)


def predict_fn(features, model):
    with torch.no_grad():
        return model(features)


def output_fn(predictions, accept):
    values = [float(value) for value in predictions]
    if accept == "text/csv":
        return "".join(f"{value!r}\n" for value in values)
    if accept in ("application/json", "*/*"):
        return json.dumps(values)
    raise ValueError(f"{accept} is not supported: ask for text/csv or application/json")


def train(features, labels, epochs, batch_size, learning_rate, seed):
    torch.manual_seed(seed)
    network = Network()
    network.mean, network.spread = labels.mean(), labels.std()
    optimiser = torch.optim.Adam(network.parameters(), lr=learning_rate)
    goal = (labels - network.mean) / network.spread
    for epoch in range(1, epochs + 1):
        order = torch.randperm(len(features))
        total = 0.0
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            optimiser.zero_grad()
            loss = nn.functional.mse_loss(network.layers(features[chosen]).squeeze(-1), goal[chosen])
            loss.backward()
            optimiser.step()
            total += loss.item() * len(chosen)
        if epoch % 10 == 0 or epoch == epochs:
            print(f"Epoch [{epoch}/{epochs}], Loss: {total / len(features):.4f}")
    return network


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--batch_size", type=int, default=64)
    parser.add_argument("--learning_rate", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--train", type=pathlib.Path, default=os.environ.get("SM_CHANNEL_TRAIN"))
    parser.add_argument("--sm-model-dir", type=pathlib.Path, default=os.environ.get("SM_MODEL_DIR"))
    given, _ = parser.parse_known_args()

    rows = torch.tensor(np.loadtxt(given.train / "train.csv", delimiter=",", ndmin=2), dtype=torch.float32)
    print(f"batch_size = {given.batch_size}, epochs = {given.epochs}, learning rate = {given.learning_rate}")
    print(f"x train shape: {tuple(rows[:, :-1].shape)} y train shape: {tuple(rows[:, -1].shape)}")
    network = train(rows[:, :-1], rows[:, -1], given.epochs, given.batch_size, given.learning_rate, given.seed)
    torch.save(network.state_dict(), given.sm_model_dir / "model.pth")
    code = given.sm_model_dir / "code"
    code.mkdir(exist_ok=True)
    shutil.copy(__file__, code / "model.py")


if __name__ == "__main__":
    main()
