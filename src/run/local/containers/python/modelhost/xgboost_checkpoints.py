"""Checkpoints of a training script as the XGBoost image keeps them (checkpointing.py): a model after every round, the newest five of them."""

import os
import re
from typing import Any, Dict, Optional, Tuple

import xgboost

NAME = "xgboost-checkpoint"
# Files with this end are not taken to S3.
UNFINISHED = ".sagemaker-ignore"
VERSION = tuple(int(part) for part in xgboost.__version__.split(".")[:2])


def train(train_args: Dict[str, Any], checkpoint_dir: str) -> Any:
    """xgboost.train with these arguments, from the last checkpoint on to the same number of rounds."""
    model, done = load_checkpoint(checkpoint_dir)
    given = dict(train_args)
    given["num_boost_round"] = given.get("num_boost_round", 10) - done
    given["callbacks"] = list(given.get("callbacks") or []) + [save_checkpoint(checkpoint_dir, start_iteration=done)]
    given["xgb_model"] = model
    # The image prints what it measures in its own way, and since XGBoost 2 not at all.
    given["verbose_eval"] = VERSION < (2, 0)
    return xgboost.train(**given)


def load_checkpoint(checkpoint_dir: Optional[str], max_try: int = 5) -> Tuple[Optional[str], int]:
    """The newest checkpoint's file, and how many rounds are in it."""
    names = os.listdir(checkpoint_dir) if checkpoint_dir and os.path.isdir(checkpoint_dir) else []
    rounds = [int(name.rpartition(".")[2]) for name in names if re.match(r"%s\.\d+$" % NAME, name)]
    if not rounds:
        return None, 0
    return os.path.join(str(checkpoint_dir), "%s.%d" % (NAME, max(rounds))), max(rounds) + 1


def save_checkpoint(
    checkpoint_dir: str,
    start_iteration: int = 0,
    max_to_keep: int = 5,
    num_round: Optional[int] = None,
    rank: int = 0,
    iteration: int = 0,
    end_iteration: Optional[int] = None,
) -> Any:
    """A callback for xgboost.train."""
    return SaveCheckpoint(checkpoint_dir, start_iteration, max_to_keep)


class SaveCheckpoint(getattr(xgboost.callback, "TrainingCallback", object)):  # type: ignore[misc]
    """Checkpoints that were there before it are kept."""

    def __init__(self, checkpoint_dir: str, start_iteration: int, max_to_keep: int) -> None:
        super().__init__()
        os.makedirs(checkpoint_dir, exist_ok=True)
        self.folder = checkpoint_dir
        self.start = start_iteration
        self.kept = max_to_keep
        self.found = set(os.listdir(checkpoint_dir))

    def __call__(self, env: Any) -> None:
        """Before 1.3 a callback of XGBoost is a function."""
        self.after_iteration(env.model)

    def after_iteration(self, model: Any, epoch: int = 0, evals_log: Any = None) -> bool:
        number = load_checkpoint(self.folder)[1] or self.start
        path = os.path.join(self.folder, "%s.%d" % (NAME, number))
        model.save_model(path + UNFINISHED)
        os.rename(path + UNFINISHED, path)
        stale = "%s.%d" % (NAME, number - self.kept)
        if stale not in self.found and os.path.exists(os.path.join(self.folder, stale)):
            os.remove(os.path.join(self.folder, stale))
        return False
