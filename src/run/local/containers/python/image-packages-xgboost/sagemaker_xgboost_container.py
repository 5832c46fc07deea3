"""Stands for the package of this name in the image of XGBoost, for a script that is trained with too."""

import sagemaker_pipelines_model_host

sagemaker_pipelines_model_host.load()

from modelhost.image_modules import register, xgboost_package  # noqa: E402

# Whoever imports this module gets what is registered under its name.
register(xgboost_package())
