"""gradient-sign: grows the learning rate while successive gradients agree, and shrinks it when they do not.

The sign of `g_t . g_{t-1}` drives the logarithm of the rate: the hypergradient of Almeida et al. (1998) and Baydin et al. (2018,
arXiv:1703.04782) in its sign form. Uses the signal `gradient_dot_previous`, a parameter, and saved state that is empty: it remembers nothing.
"""

from oha_controller import Controller, serve


class GradientSign(Controller):
    DESCRIPTOR = {
        "id": "gradient-sign",
        "version": "1.0.0",
        "authors": ["the authors of oha-host"],
        "description": "Grows the learning rate while successive gradients agree, and shrinks it when they do not.",
        "source": "Baydin et al. (2018), arXiv:1703.04782",
        "information": "signals",
        "controls": ["learning_rate"],
        "signals": ["gradient_dot_previous"],
        "saves_state": True,
        "parameters": [
            {"name": "rate", "doc": "Relative change a step.", "kind": {"type": "real", "min": 0.0, "max": 0.5, "default": 0.02}},
        ],
    }

    def __init__(self, config, episode, seed):
        hyperparameters = episode["hyperparameters"]
        self.position = [h["name"] for h in hyperparameters].index("learning_rate")
        self.min, self.max = (hyperparameters[self.position][bound] for bound in ("min", "max"))
        self.rate = config["rate"]

    def propose(self, observation):
        values = list(observation.hyperparameters)
        (agreement,) = observation.signals
        # NaN, where nothing was measured yet, is neither.
        factor = 1.0 + self.rate if agreement > 0.0 else 1.0 - self.rate if agreement < 0.0 else 1.0
        values[self.position] = min(max(values[self.position] * factor, self.min), self.max)
        return values

    def save_state(self):
        return b""

    def load_state(self, state):
        if state:
            raise ValueError("a state of this controller is empty")


if __name__ == "__main__":
    serve(GradientSign)
