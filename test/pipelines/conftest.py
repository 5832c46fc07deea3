"""Makes the scripts of the pipelines importable, each from its own folder and by a name of its own."""

import importlib.util
import pathlib
import sys

import pytest

PIPELINES = pathlib.Path(__file__).parents[2] / "pipelines"
sys.dont_write_bytecode = True


@pytest.fixture(scope="session")
def load():
    def load_script(path):
        file = PIPELINES / path
        name = path.removesuffix(".py").replace("/", "_")
        spec = importlib.util.spec_from_file_location(name, file)
        module = importlib.util.module_from_spec(spec)
        # Scripts of one folder import each other, as they do in a container.
        sys.path.insert(0, str(file.parent))
        try:
            spec.loader.exec_module(module)
        finally:
            sys.path.remove(str(file.parent))
        return module

    return load_script


@pytest.fixture
def pipelines():
    return PIPELINES
