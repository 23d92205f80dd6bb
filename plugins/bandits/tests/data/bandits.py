"""Writes bandits.json: a game of fixed rewards, and what policies restated from their papers do in it.

Deterministic policies: the arms played (the first of equal ones). EXP3.S: probabilities after arm 7 t mod K was played at t. Thompson: probability that each
arm has the largest draw, integrated numerically with SciPy. UCB and SW-UCB must play what SMPyBandits plays, arm by arm, ties apart; its D-UCB is another rule:
it discounts an arm only when that arm is played again, in whole numbers.
Run: python bandits.py | tail -1 > bandits.json   (numpy 2.x, scipy 1.17, SMPyBandits 0.9.7, which prints warnings, with seaborn, joblib, tqdm)
"""
import json
import math
import random

import numpy as np
from scipy import integrate, special, stats

special.btdtri = special.betaincinv  # the name that SMPyBandits imports
from SMPyBandits.Policies import SWUCB, UCBalpha  # noqa: E402

rng = random.Random(21)
N, K = 600, 4
MEANS = [(0.3, 0.5, 0.6, 0.45), (0.7, 0.5, 0.2, 0.45)]
rewards = [[round(min(1.0, max(0.0, rng.gauss(MEANS[t >= 300][a], 0.15))), 4) for a in range(K)] for t in range(N)]


def argmax(values):
    return max(range(len(values)), key=lambda i: (values[i], -i))


def game(choose):
    history = []  # (arm, reward)
    for t in range(N):
        arm = choose(history)
        history.append((arm, rewards[t][arm]))
    return [arm for arm, _ in history]


def index_policy(history, weight, index):
    n, s = [0.0] * K, [0.0] * K
    for i, (arm, reward) in enumerate(history):
        w = weight(len(history) - 1 - i)
        n[arm] += w
        s[arm] += w * reward
    return argmax([math.inf if n[a] == 0 else index(s[a] / n[a], n[a], sum(n)) for a in range(K)])


def ucb(history):
    return index_policy(history, lambda age: 1.0, lambda m, n, _: m + math.sqrt(2 * math.log(len(history)) / n))


def sw_ucb(tau, xi):
    def choose(history):
        log = math.log(min(max(len(history), 1), tau))
        return index_policy(history[-tau:], lambda age: 1.0, lambda m, n, _: m + math.sqrt(xi * log / n))

    return choose


def d_ucb(gamma, xi):
    return lambda history: index_policy(
        history, lambda age: gamma**age, lambda m, n, total: m + 2 * math.sqrt(xi * max(math.log(total), 0) / n)
    )


def published(policy):
    policy.startGame()
    arms = []
    for t in range(N):
        arms.append(int(np.argmax([policy.computeIndex(a) for a in range(K)])))
        policy.getReward(arms[-1], rewards[t][arms[-1]])
    return arms


assert game(ucb) == published(UCBalpha(K, alpha=4))
assert game(sw_ucb(30, 1.0)) == published(SWUCB(K, tau=30, alpha=1.0))


def m_ucb(w, b, gamma):
    start = [0]

    def choose(history):
        since = history[start[0]:]
        if since:
            last = [r for a, r in since if a == since[-1][0]][-w:]
            if len(last) == w and abs(sum(last[w // 2:]) - sum(last[: w // 2])) > b:
                start[0] = len(history)
                since = []
        forced = len(since) % math.floor(K / gamma)
        if forced < K:
            return forced
        return index_policy(since, lambda age: 1.0, lambda m, n, _: m + math.sqrt(2 * math.log(len(since)) / n))

    return choose


def exp3s():
    gamma = min(1.0, math.sqrt(K * (math.log(K * N) + math.e) / ((math.e - 1) * N)))
    w = np.ones(K)
    for t in range(N):
        arm, total = 7 * t % K, w.sum()
        p = (1 - gamma) * w / total + gamma / K
        estimate = np.zeros(K)
        estimate[arm] = rewards[t][arm] / p[arm]
        w = w * np.exp(gamma * estimate / K) + math.e / N / K * total
    return ((1 - gamma) * w / w.sum() + gamma / K).tolist()


def thompson(gamma=0.95):
    s, f = np.zeros(K), np.zeros(K)
    for t in range(N):
        arm = 7 * t % K
        s, f = s * gamma, f * gamma
        s[arm] += rewards[t][arm]
        f[arm] += 1 - rewards[t][arm]
    beta = [stats.beta(1 + s[a], 1 + f[a]) for a in range(K)]

    def best(a):
        others = [beta[b] for b in range(K) if b != a]
        return integrate.quad(lambda x: beta[a].pdf(x) * math.prod(o.cdf(x) for o in others), 0, 1)[0]

    return [best(a) for a in range(K)]


w = 2 * math.ceil(min(max(N // 20, 10), 200) / 2)
b = math.sqrt(w / 2 * math.log(2 * K * N * N))
print(json.dumps({
    "source": "bandits.py",
    "rewards": rewards,
    "ucb": game(ucb),
    "sw-ucb": game(sw_ucb(round(2 * math.sqrt(N * math.log(N))), 0.5)),
    "sw-ucb-30": game(sw_ucb(30, 1.0)),
    "d-ucb": game(d_ucb(1 - 0.25 * math.sqrt(1 / N), 0.5)),
    "d-ucb-0.9": game(d_ucb(0.9, 0.1)),
    "m-ucb": game(m_ucb(w, b, min(1.0, math.sqrt(K * (2 * b + 3 * math.sqrt(w)) / (2 * N))))),
    "m-ucb-20": game(m_ucb(20, 4.0, 0.1)),
    "exp3s": exp3s(),
    "thompson": thompson(),
}))
