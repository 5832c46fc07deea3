"""Stands for the package of this name in the images of scikit-learn and XGBoost, for a script that is trained with too."""

import os

import sagemaker_pipelines_model_host

sagemaker_pipelines_model_host.load()

from modelhost.image_modules import containers_package, register  # noqa: E402
from modelhost.settings import Settings  # noqa: E402

# Whoever imports this module gets what is registered under its name.
register(containers_package(Settings(os.environ)))
