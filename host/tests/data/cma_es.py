"""Reference of the CMA-ES update: DEAP's `cma.Strategy` told three fixed populations. Run: python cma_es.py > cma_es.json"""
import json

import numpy
from deap import base, cma, creator

creator.create("FitnessMin", base.Fitness, weights=(-1.0,))
creator.create("Individual", list, fitness=creator.FitnessMin)


def f(x):
    return sum((i + 1) * (v - 0.3 * i) ** 2 for i, v in enumerate(x))


rng = numpy.random.RandomState(3)
strategy = cma.Strategy(centroid=[0.5, -0.2, 1.0, 0.0], sigma=0.4, lambda_=8)
states, populations = [], []
for _ in range(6):
    xs = strategy.generate(creator.Individual)
    for x in xs:
        x[:] = [float(v) for v in x]
        x.fitness.values = (f(x),)
    populations.append([list(x) for x in xs])
    strategy.update(xs)
    states.append({"mean": list(map(float, strategy.centroid)), "sigma": float(strategy.sigma), "covariance": strategy.C.tolist(),
                   "ps": strategy.ps.tolist(), "pc": strategy.pc.tolist()})
json.dump({"start": [0.5, -0.2, 1.0, 0.0], "sigma": 0.4, "populations": populations, "states": states}, open("/dev/stdout", "w"))
