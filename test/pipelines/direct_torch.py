"""What the pipelines with PyTorch compute, computed directly: plain PyTorch, with none of their scripts.

python3 direct_torch.py housing PIPELINES-FOLDER                (trains; prints JSON)
python3 direct_torch.py digits PIPELINES-FOLDER MODEL.tar.gz    (takes the weights; prints JSON)
"""

import io
import json
import pathlib
import sys
import tarfile

import numpy as np
import torch
from PIL import Image
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn import functional


def housing(folder):
    rows = np.loadtxt(folder / "serial_inference/sample/housing.csv", delimiter=",", skiprows=1)
    train, test = train_test_split(rows, test_size=0.33, random_state=0)
    scaler = StandardScaler().fit(train[:, :8])
    known, labels = (torch.tensor(part, dtype=torch.float32) for part in (scaler.transform(train[:, :8]), train[:, 8]))
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1))
    goal = (labels - labels.mean()) / labels.std()
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(60):
        for chosen in torch.randperm(len(known)).split(64):
            optimiser.zero_grad()
            functional.mse_loss(network(known[chosen])[:, 0], goal[chosen]).backward()
            optimiser.step()
    with torch.no_grad():
        told = network(torch.tensor(scaler.transform(test[:, :8]), dtype=torch.float32))[:, 0]
    predicted = (told * labels.std() + labels.mean()).tolist()
    return {"r2": r2_score(test[:, 8], predicted), "predictions": predicted}


def digits(folder, model):
    with tarfile.open(model) as archive:
        weights = io.BytesIO(archive.extractfile("model.pt").read())
    state = list(torch.load(weights, weights_only=True)["model_state_dict"].values())
    answers = []
    for path in sorted((folder / "image_inference/sample/digits").glob("*.png")):
        pixels = np.asarray(Image.open(path).convert("L"), dtype=np.float32) / 255
        seen = torch.from_numpy(pixels)[None, None]
        for kernel, bias in (state[0:2], state[2:4]):
            seen = functional.max_pool2d(functional.relu(functional.conv2d(seen, kernel, bias, padding=1)), 2)
        answers.append(str(functional.linear(seen.flatten(1), *state[4:6]).argmax().item()))
    return answers


if __name__ == "__main__":
    computed = {"housing": housing, "digits": digits}[sys.argv[1]](*map(pathlib.Path, sys.argv[2:]))
    print(json.dumps(computed))
