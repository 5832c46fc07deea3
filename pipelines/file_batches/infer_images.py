"""Predicts the digit on every image of a folder, a row of JSON Lines each.

    python3 infer_images.py model_path=MODEL input_data_dir=FOLDER output_path=FILE use_cuda=true

A model is a folder or model.tar.gz as image_inference/training makes it: the weights, and under code/ the network and
how an image becomes its input, so that both are the same in training and here. Nothing in it is random.
"""

import importlib.util
import sys

import batches
import torch

OWN = {"file_check_glob": "*.png", "use_cuda": False, "use_mps": False}
EMPTY = {"prediction": None}


def choose_device(settings):
    """The device that is asked for, or the processor where this machine does not have it."""
    for name, is_there in (("cuda", torch.cuda.is_available), ("mps", torch.backends.mps.is_available)):
        if settings[f"use_{name}"]:
            if is_there():
                return name
            batches.LOGGER.warning(f"{name} is not available here: the processor is used")
    return "cpu"


def load(folder, settings):
    path = folder / "code" / "inference.py"
    if not path.is_file():
        raise FileNotFoundError("The model has no code/inference.py")
    spec = importlib.util.spec_from_file_location("inference", path)
    inference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(inference)
    device = choose_device(settings)
    model = inference.model_fn(str(folder)).to(device)

    def predict(content):
        try:
            image = inference.input_fn(content, "image/png")
        except ValueError as fault:
            raise batches.BadFile(str(fault)) from None
        [digit] = inference.predict_fn(image.to(device), model)
        return {"prediction": str(digit)}

    return predict


if __name__ == "__main__":
    sys.exit(batches.run(sys.argv[1:], "inference", OWN, "image", "image_filepath", EMPTY, load))
