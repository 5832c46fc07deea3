"""The Hugging Face image (github.com/aws/sagemaker-huggingface-inference-toolkit, handler_service.py)."""

import importlib
import json
import logging
import os
from inspect import signature
from typing import Any, Callable

from .families import Prepared
from .settings import Settings
from .user_code import CodeNotFound, add_to_path, exists, whats_in

log = logging.getLogger("modelhost")

DEFAULT_PROGRAM = "inference"
ANY = "*/*"
JSON = "application/json"
UTF8_TYPES = [JSON, "text/csv"]

# The end of a model's architecture in its config.json, in the image's order: the last one that fits decides.
TASKS = {
    "TapasForQuestionAnswering": "table-question-answering",
    "ForQuestionAnswering": "question-answering",
    "ForTokenClassification": "token-classification",
    "ForSequenceClassification": "text-classification",
    "ForMultipleChoice": "multiple-choice",
    "ForMaskedLM": "fill-mask",
    "ForCausalLM": "text-generation",
    "ForConditionalGeneration": "text2text-generation",
    "MTModel": "text2text-generation",
    "EncoderDecoderModel": "text2text-generation",
    "GPT2LMHeadModel": "text-generation",
    "T5WithLMHeadModel": "text2text-generation",
}

WITH_FEATURE_EXTRACTOR = {
    "automatic-speech-recognition",
    "image-segmentation",
    "image-classification",
    "audio-classification",
    "object-detection",
    "zero-shot-image-classification",
}


def prepare(settings: Settings) -> Prepared:
    if settings.env.get("HF_MODEL_ID"):
        raise CodeNotFound(
            "HF_MODEL_ID is %s: the image would download this model when it starts, and nothing is downloaded here.\n"
            "Put the model into the model archive instead." % settings.env["HF_MODEL_ID"]
        )
    return Prepared(lambda: load(settings), settings.workers())


def load(settings: Settings) -> Any:
    from .faults import trace
    from .image_modules import hugging_face_package, offer, offer_image_modules
    from .reply import Reply, server_error
    from .toolkit_dialect import ModelServer

    offer_image_modules(settings)
    offer(hugging_face_package())
    # Multi Model Server starts its workers in the folder of the model.
    os.chdir(settings.model_dir)
    add_to_path([os.path.join(settings.model_dir, "code"), settings.model_dir])

    class HuggingFaceServer(ModelServer):
        """A transformers pipeline, or a script's functions in its place."""

        def __init__(self) -> None:
            super().__init__(settings, "MMS")
            # Of this limit alone the image also believes what Batch Transform says.
            if settings.env.get("SAGEMAKER_MAX_PAYLOAD_IN_MB"):
                self.max_request_size = settings.number("SAGEMAKER_MAX_PAYLOAD_IN_MB", 6) * 1024**2
            program = settings.program or DEFAULT_PROGRAM
            module = importlib.import_module(program) if exists(program) else None
            given = {
                name: getattr(module, name, None) for name in ("input_fn", "predict_fn", "output_fn", "transform_fn")
            }
            if given["transform_fn"] and (given["input_fn"] or given["predict_fn"] or given["output_fn"]):
                raise ValueError(
                    "Cannot use transform_fn implementation in conjunction with input_fn, predict_fn, and/or output_fn implementation"
                )
            self.input_fn = self.own(given["input_fn"], 2) or decode
            self.predict_fn = self.own(given["predict_fn"], 2) or predict
            self.output_fn = self.own(given["output_fn"], 2) or encode
            self.transform_fn = self.own(given["transform_fn"], 4) or self.transform
            load_model = self.own(getattr(module, "model_fn", None), 1) or (
                lambda folder: load_pipeline(folder, program)
            )
            self.model = load_model(settings.model_dir)

        def own(self, function: Any, count: int) -> Any:
            """A function may take the context as one more argument."""
            if function is None:
                return None
            takes = len(signature(function).parameters)
            if takes not in (count, count + 1):
                name = getattr(function, "__name__", function)
                raise TypeError(
                    "%s definition takes %d or %d arguments but %d were given." % (name, count, count + 1, takes)
                )
            return function if takes == count else lambda *arguments: function(*arguments, self.context)

        def transform(self, model: Any, content: Any, content_type: Any, accept: str) -> Any:
            return self.output_fn(self.predict_fn(self.input_fn(content, content_type), model), accept)

        def invoke(self, request: Any) -> Reply:
            self.context.begin(request.headers)
            try:
                content_type = request.headers.get("content-type") or request.headers.get("contenttype")
                accept = request.headers.get("accept")
                # SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT means nothing to this image.
                if not accept or accept == ANY:
                    accept = JSON
                content = request.body
                if content_type in UTF8_TYPES:
                    content = content.decode("utf-8")
                result = self.transform_fn(self.model, content, content_type, accept)
                self.context.content_type = accept
                return self.respond(result)
            except Exception as error:
                log.error("Prediction error\n%s", trace(error))
                return server_error(400, "InternalServerException", str(error), is_escaped=True)

    return HuggingFaceServer()


def load_pipeline(model_dir: str, program: str) -> Callable[..., Any]:
    """The image's own model_fn: a pipeline for HF_TASK, or for the task that the model's architecture is made for."""
    task = os.environ.get("HF_TASK") or task_of(model_dir, program)
    os.environ["HF_TASK"] = task
    from transformers import pipeline

    part = "feature_extractor" if task in WITH_FEATURE_EXTRACTOR else "tokenizer"
    trusts = os.environ.get("HF_TRUST_REMOTE_CODE", "").lower() in ("y", "yes", "t", "true", "on", "1")
    return pipeline(task=task, model=model_dir, device=-1, trust_remote_code=trusts, **{part: model_dir})


def task_of(model_dir: str, program: str) -> str:
    path = os.path.join(model_dir, "config.json")
    if not os.path.exists(path):
        raise CodeNotFound(
            "there is no module %s.py where the Hugging Face image looks for it, no config.json to tell the task, and HF_TASK is not set:\n"
            "%s\n%s" % (program, whats_in(os.path.join(model_dir, "code")), whats_in(model_dir))
        )
    with open(path) as file:
        architecture = json.load(file).get("architectures", [None])[0] or ""
    fitting = [task for ending, task in TASKS.items() if architecture.endswith(ending)]
    if not fitting:
        raise ValueError(
            "Task couldn't be inferenced from %s.Inference Toolkit can only inference tasks from architectures ending with %s."
            "Use env `HF_TASK` to define your task." % (architecture, list(TASKS))
        )
    return fitting[-1]


def predict(data: Any, model: Any) -> Any:
    inputs = data.pop("inputs", data)
    parameters = data.pop("parameters", None)
    return model(inputs, **parameters) if parameters is not None else model(inputs)


def decode(content: Any, content_type: Any) -> Any:
    from .hugging_face_data import decode as decode_content

    return decode_content(content, content_type)


def encode(prediction: Any, accept: str) -> Any:
    from .hugging_face_data import encode as encode_prediction

    return encode_prediction(prediction, accept)
