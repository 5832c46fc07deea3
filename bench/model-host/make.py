"""Makes a folder with a million rows and two models fitted to them, and prints its path."""

import os
import tempfile

import joblib
import numpy
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler

folder = tempfile.mkdtemp(prefix="model-host-")
rows = numpy.random.RandomState(0).rand(1_000_000, 8)
numpy.savetxt(os.path.join(folder, "rows.csv"), rows, delimiter=",", fmt="%.6f")
scaler = StandardScaler().fit(rows)
joblib.dump(scaler, os.path.join(folder, "scaler.joblib"))
joblib.dump(LinearRegression().fit(scaler.transform(rows), rows.sum(axis=1)), os.path.join(folder, "regression.joblib"))
print(folder)
