"""What went wrong, as the user's own traceback."""

import os
import traceback
from typing import Optional

OWN = os.path.dirname(os.path.abspath(__file__))


def trace(error: BaseException) -> str:
    """The traceback from the user's first line on: how the host came there helps nobody."""
    whole = traceback.TracebackException(type(error), error, error.__traceback__)
    told: Optional[traceback.TracebackException] = whole
    while told is not None:
        theirs = [frame for frame in told.stack if not is_own(frame.filename)]
        if theirs:
            told.stack = traceback.StackSummary.from_list(told.stack[list(told.stack).index(theirs[0]) :])
        told = told.__cause__ or told.__context__
    return "".join(whole.format())


def is_own(path: str) -> bool:
    # Importing the user's module passes through the import system, which is no more to the point than we are.
    return os.path.dirname(os.path.abspath(path)) == OWN or "importlib" in path
