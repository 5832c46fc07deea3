"""The PyTorch image (github.com/aws/sagemaker-pytorch-inference-toolkit, default_pytorch_inference_handler.py)."""

import importlib
import io
import os
from typing import Any, List, Optional

from .families import Prepared
from .settings import Settings
from .user_code import CodeNotFound, add_to_path, exists, whats_in

DEFAULT_PROGRAM = "inference"
MODEL_FILE = "model.pt"


def prepare(settings: Settings) -> Prepared:
    def load() -> Any:
        from .image_modules import offer_image_modules
        from .toolkit_dialect import ToolkitServer

        offer_image_modules(settings)
        # TorchServe starts its workers in the folder of the model.
        os.chdir(settings.model_dir)
        # The image puts code/ first; TorchServe itself adds the folder of the model.
        folders = [os.path.join(settings.model_dir, "code"), settings.model_dir]
        add_to_path(folders)
        program = settings.program or DEFAULT_PROGRAM
        module = importlib.import_module(program) if exists(program) else None
        server = torch_server(ToolkitServer)
        return server(settings, "TS", module, defaults(None if module else program, folders))

    return Prepared(load, settings.workers())


def torch_server(base: Any) -> Any:
    class TorchServer(base):
        def other_value(self, value: Any) -> Optional[bytes]:
            import torch

            if isinstance(value, torch.Tensor):
                stream = io.BytesIO()
                torch.save(value, stream)
                return stream.getvalue()
            return super().other_value(value)

    return TorchServer


def defaults(missing_program: Optional[str], folders: List[str]) -> Any:
    """Built when torch is there to be imported; `missing_program` is the script that was looked for in vain."""
    import torch

    from . import toolkit_arrays as arrays
    from .toolkit_dialect import DefaultInferenceHandler

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    class ModelLoadError(Exception):
        """The file holds no TorchScript."""

    class Defaults(DefaultInferenceHandler):
        def default_model_fn(self, model_dir: str, context: Any = None) -> Any:
            try:
                return self.load_script(model_dir)
            except Exception as cause:
                if missing_program is None:
                    raise
                looked = "\n".join(whats_in(folder) for folder in folders)
                raise CodeNotFound(
                    "there is no module %s.py where the PyTorch image looks for it:\n%s\n"
                    "so the image's own model_fn was used, and it failed: %s" % (missing_program, looked, cause)
                ) from cause

        def load_script(self, model_dir: str) -> Any:
            path = os.path.join(model_dir, MODEL_FILE)
            if not os.path.exists(path):
                # The image asks of these names whether they are files in the current folder, which is the model's.
                names = [name for name in os.listdir(model_dir) if is_model_file(os.path.join(model_dir, name))]
                if len(names) != 1:
                    raise ValueError("Exactly one .pth or .pt file is required for PyTorch models: %s" % names)
                path = os.path.join(model_dir, names[0])
            try:
                return torch.jit.load(path, map_location=device).to(device)
            except RuntimeError as error:
                raise ModelLoadError(
                    "Failed to load %s. Please ensure model is saved using torchscript." % path
                ) from error

        def default_input_fn(self, input_data: Any, content_type: str, context: Any = None) -> Any:
            array = arrays.decode(input_data, content_type)
            is_text = content_type in arrays.UTF8_TYPES
            return (torch.FloatTensor(array) if is_text else torch.from_numpy(array)).to(device)

        def default_predict_fn(self, data: Any, model: Any, context: Any = None) -> Any:
            with torch.no_grad():
                model = model.to(device)
                model.eval()
                return model(data.to(device))

        def default_output_fn(self, prediction: Any, accept: str, context: Any = None) -> Any:
            if type(prediction) is torch.Tensor:
                prediction = prediction.detach().cpu().numpy().tolist()
            for content_type in arrays.parse_accept(accept):
                if content_type in arrays.ENCODERS:
                    # The type that is told stays what was asked for, even where that was a list.
                    return arrays.encode(prediction, content_type)
            raise arrays.UnsupportedFormatError(accept)

    return Defaults()


def is_model_file(path: str) -> bool:
    return os.path.isfile(path) and os.path.splitext(path)[1] in (".pt", ".pth")
