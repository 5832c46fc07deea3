"""The model host has the parts of what an image offers to scripts; a training script does not have it on its path."""

import importlib.util
import os
import sys


def load():
    """By its place, so that nothing beside it can be imported."""
    if "modelhost" in sys.modules:
        return
    folder = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "modelhost")
    spec = importlib.util.spec_from_file_location(
        "modelhost", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    sys.modules["modelhost"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["modelhost"])
