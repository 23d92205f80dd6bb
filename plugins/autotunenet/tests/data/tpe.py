"""Writes tpe.json: log densities of Optuna's univariate Parzen estimator with default settings. Run: python tpe.py > tpe.json (optuna 4.x)"""
import inspect
import json
import random

import numpy as np
import optuna
from optuna.distributions import FloatDistribution
from optuna.samplers._tpe import parzen_estimator as p
from optuna.samplers._tpe.sampler import default_weights

LOW, HIGH = -9.0, 2.0
rng = random.Random(8)
settings = dict(
    prior_weight=1.0, consider_prior=True, consider_magic_clip=True, consider_endpoints=False, weights=default_weights, multivariate=False,
    categorical_distance_func={},
)
fields = p._ParzenEstimatorParameters._fields
parameters = p._ParzenEstimatorParameters(**{k: v for k, v in settings.items() if k in fields})
at = [LOW, -8.5, -6.0, -3.3, -1.0, 0.4, HIGH]
cases = []
for n in (0, 1, 2, 5, 12, 24, 25, 26, 27, 40, 130):
    values = [round(rng.uniform(LOW, HIGH), 3) for _ in range(n)]
    estimator = p._ParzenEstimator({"z": np.array(values)}, {"z": FloatDistribution(LOW, HIGH)}, parameters)
    cases.append({"values": values, "log_density": estimator.log_pdf({"z": np.array(at)}).tolist()})
print(json.dumps({"source": f"optuna {optuna.__version__}", "low": LOW, "high": HIGH, "at": at, "cases": cases}))
