"""queues.py: mean and p99 of response time in queues that have closed forms, as rows of tests/load/test_queueing.c.

Service 10 ms. M/M/c by Erlang's C; the response time's tail is exp(-mt) (1 + C (1 - exp(-mtd)) / d), d = c - 1 - a.
D/M/1 by the root of s = exp(-(1 - s) / rho), M/D/1 by Pollaczek and Khinchin, the closed network by mean value analysis.
"""
import math

SERVICE_MS = 10.0


def root(f, low, high):
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (low, middle) if (f(low) < 0) != (f(middle) < 0) else (middle, high)
    return low


def erlang_c(c, a):
    waiting = a ** c / math.factorial(c) * c / (c - a)
    return waiting / (sum(a ** k / math.factorial(k) for k in range(c)) + waiting)


def mmc(c, rho):
    a = rho * c
    wait, d = erlang_c(c, a), c - 1 - a

    def over(t):
        extra = wait * (1 - math.exp(-t / SERVICE_MS * d)) / d if abs(d) > 1e-9 else wait * t / SERVICE_MS
        return math.exp(-t / SERVICE_MS) * (1 + extra) - 0.01

    return SERVICE_MS * (1 + wait / (c - a)), root(over, 0, 1e4)


def dm1(rho):
    s = root(lambda x: x - math.exp(-(1 - x) / rho), 1e-9, 1 - 1e-9)
    return SERVICE_MS / (1 - s), SERVICE_MS / (1 - s) * math.log(100)


def main():
    for rho in (0.5, 0.7, 0.8, 0.9):
        for c in (1, 2, 4, 8, 16):
            print("{POISSON, EXPONENTIAL, %d, %.1f, %.5f, %.3f}" % (c, rho, *mmc(c, rho)))
        print("{CONSTANT, EXPONENTIAL, 1, %.1f, %.5f, %.3f}" % (rho, *dm1(rho)))
        print("{POISSON, FIXED, 1, %.1f, %.5f, NAN}" % (rho, SERVICE_MS * (1 + rho / 2 / (1 - rho))))
    queue = 0.0
    for sessions in range(1, 21):
        response = SERVICE_MS * (1 + queue)
        per_s = 1000 * sessions / (response + 100)
        queue = per_s * response / 1000
        if sessions in (1, 2, 5, 10, 20):
            print("closed: {%d, %.4f, %.4f}" % (sessions, per_s, response))


main()
