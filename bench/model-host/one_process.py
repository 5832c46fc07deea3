"""Both models in one process, from file to file; prints the seconds that it took, imports and loading left out."""

import os
import sys
import time

import joblib
import numpy

folder = sys.argv[1]
scaler = joblib.load(os.path.join(folder, "scaler.joblib"))
regression = joblib.load(os.path.join(folder, "regression.joblib"))
start = time.perf_counter()
# What the scikit-learn image does with text: numbers, then short floats.
rows = numpy.loadtxt(os.path.join(folder, "rows.csv"), delimiter=",").astype(numpy.float32)
figures = regression.predict(scaler.transform(rows))
with open(os.path.join(folder, "one.csv"), "w") as file:
    file.write("\n".join(map(str, figures.tolist())) + "\n")
print(time.perf_counter() - start)
