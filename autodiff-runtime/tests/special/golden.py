"""Reference values of the special functions: value, first and second derivative, by mpmath with 60 digits.

    pip install mpmath && python golden.py > golden.csv
"""
from mpmath import mp, mpf, diff, erf, erfc, loggamma, beta, psi, ncdf, npdf, log, exp, log1p, erfinv, sqrt, re

mp.dps = 60
points = {
    "erf": [-4, -1.5, -1e-9, 0, 0.3, 0.8, 1, 2.5, 5.5],
    "erfc": [-3, -0.5, 0, 0.4, 1, 3, 8, 15, 25],
    "ln_gamma": [-5.3, -2.5, -0.5, 1e-8, 0.1, 0.9, 1.7, 3, 10.5, 100, 1e6],
    "digamma": [-7.3, -2.5, -0.1, 1e-6, 0.3, 1, 2.2, 8, 30.5, 1e5],
    "trigamma": [-3.6, -0.2, 1e-3, 0.5, 1, 4.5, 25, 1e4],
    "sigmoid": [-700, -30, -2, 0, 0.5, 3, 40, 300],
    "logit": [1e-12, 0.01, 0.3, 0.45, 0.50001, 0.68, 0.75, 0.999],
    "softplus": [-700, -40, -1, 0, 2, 30, 800],
    "normal_pdf": [-20, -3, -0.4, 0, 1, 6],
    "normal_cdf": [-37, -20, -8, -2, -0.3, 0, 1, 4, 7],
    "ln_normal_cdf": [-1000, -60, -31, -29, -10, -1, 0, 0.5, 3, 8],
    "normal_hazard": [-40, -29.5, -5, 0, 1.5, 6],
    "normal_quantile": [1e-120, 1e-20, 1e-5, 0.02, 0.3, 0.5, 0.71, 0.975, 0.9999999],
}
tail = lambda x: erfc(-x / sqrt(2)) / 2
functions = {
    "erf": erf, "erfc": erfc,
    "ln_gamma": lambda x: re(loggamma(x)),
    "digamma": lambda x: psi(0, x), "trigamma": lambda x: psi(1, x),
    "sigmoid": lambda x: 1 / (1 + exp(-x)),
    "logit": lambda p: log(p / (1 - p)),
    "softplus": lambda x: log(1 + exp(x)),
    "normal_pdf": npdf, "normal_cdf": tail,
    "ln_normal_cdf": lambda x: log(tail(x)),
    "normal_hazard": lambda x: npdf(x) / tail(x),
    "normal_quantile": lambda p: sqrt(2) * erfinv(2 * p - 1),
}
exact = {  # derivatives, where numerical ones would need more digits than it is worth
    "ln_gamma": [lambda x: psi(0, x), lambda x: psi(1, x)],
    "digamma": [lambda x: psi(1, x), lambda x: psi(2, x)],
    "trigamma": [lambda x: psi(2, x), lambda x: psi(3, x)],
    "normal_cdf": [npdf, lambda x: -x * npdf(x)],
    "normal_pdf": [lambda x: -x * npdf(x), lambda x: (x * x - 1) * npdf(x)],
}
mp.dps = 700  # sigmoid at 700, quantile at 1e-120
print("function,x,value,first,second")
for name, xs in points.items():
    f = functions[name]
    for x in xs:
        at = mpf(float(x))
        first, second = exact.get(name, [lambda x: diff(f, x), lambda x: diff(f, x, 2)])
        if name == "normal_quantile":
            q = f(at)
            first = lambda p: 1 / npdf(q)
            second = lambda p: q / npdf(q) ** 2
        row = [f(at), first(at), second(at)]
        print(f"{name},{float(x)!r}," + ",".join(repr(float(v)) for v in row))
