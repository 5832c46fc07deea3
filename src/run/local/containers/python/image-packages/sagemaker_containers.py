"""Stands for the package of this name in the images of scikit-learn and XGBoost, for a script that is trained with too."""

import importlib.util
import os
import sys


def offer():
    """The model host has its parts; it is loaded by its place, so that nothing beside it can be imported."""
    python = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    host = os.path.join(python, "modelhost")
    spec = importlib.util.spec_from_file_location(
        "modelhost", os.path.join(host, "__init__.py"), submodule_search_locations=[host]
    )
    sys.modules["modelhost"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["modelhost"])

    from modelhost.image_modules import containers_package, register
    from modelhost.settings import Settings

    # Whoever imports this module gets what is registered under its name.
    register(containers_package(Settings(os.environ)))


offer()
