"""What the container's environment says, under the names that the images read."""

import os
from typing import Mapping, Optional

JSON = "application/json"


class Settings:
    """The environment of one container; `/opt/ml` is elsewhere when SAGEMAKER_BASE_DIR says so, as for the images."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.base_dir = env.get("SAGEMAKER_BASE_DIR") or "/opt/ml"
        self.model_dir = os.path.join(self.base_dir, "model")
        self.program = module_name(env.get("SAGEMAKER_PROGRAM"))
        self.submit_directory = env.get("SAGEMAKER_SUBMIT_DIRECTORY")
        self.default_accept = env.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or JSON
        self.is_batch = bool(env.get("SAGEMAKER_BATCH"))
        self.log_level = int(env.get("SAGEMAKER_CONTAINER_LOG_LEVEL") or 20)

    def number(self, name: str, default: int) -> int:
        text = self.env.get(name)
        if not text:
            return default
        try:
            return int(text)
        except ValueError:
            raise SystemExit("%s is %r, which is no whole number" % (name, text))

    def timeout(self) -> int:
        """Seconds that gunicorn, nginx and TorchServe wait for a worker."""
        return self.number("SAGEMAKER_MODEL_SERVER_TIMEOUT", 60)

    def processors(self) -> int:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    def workers(self, useful: Optional[int] = None) -> int:
        """The images start a worker for every processor; more than Batch Transform has requests under way would only cost memory."""
        if useful is None:
            useful = self.number("SAGEMAKER_MAX_CONCURRENT_TRANSFORMS", 1) if self.is_batch else self.processors()
        return max(1, self.number("SAGEMAKER_MODEL_SERVER_WORKERS", min(self.processors(), max(1, useful))))


def module_name(program: Optional[str]) -> Optional[str]:
    if not program:
        return None
    return program[:-3] if program.endswith(".py") else program
