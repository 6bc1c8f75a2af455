// Soft truncation of weights, from sums over their samples' gradients g = gy x:
//
//   estimate = scale (m + (S1 - S3 / (6 v)) / N),   S1 = sum c,  S3 = sum c^3,  c = clamp(g - m, -t, t)
//
// with m the mean, v = (s sigma)^2 and t = sqrt(2 v). It is Algorithm 2 of the tutorial: clamped at sqrt(2), psi(u) is u - u^3/6,
// and s sigma cancels from its first term.
//
// W is a number for each of some weights: with sum and sum of squares next to each other in a register, half a register.

#if VW == 1
#define W REAL
#else
#define W JOIN(REAL, HALF)
#define W_STORE(w, p) JOIN(vstore, HALF)((w), 0, (p))
#endif

// 1/N, 1/(N - ddof), s, the least sigma^2, what multiplies the estimate, and whether sigma = 0 gives NaN.
#define PARAMETERS REAL per_sample, REAL per_degree, REAL spread, REAL variance_floor, REAL scale, int unguarded
#define PASS_ON per_sample, per_degree, spread, variance_floor, scale, unguarded

// Sums of squares from which the cubes of deviations neither overflow nor vanish.
#ifdef FP64
#define LEAST_SQUARES 1e-180
#define MOST_SQUARES 1e180
#else
#define LEAST_SQUARES 1e-22f
#define MOST_SQUARES 1e22f
#endif

// 1 where sum and sum of squares say what the variance is, 0 where all g are equal up to 3 %, or very large or small.
inline W conditioning(W sum, W squares, W mean) {
  return (((squares - sum * mean > (REAL)(1e-3) * squares) & (squares > (REAL)(LEAST_SQUARES)) & (squares < (REAL)(MOST_SQUARES))) |
          ((squares == 0) & (sum == 0)))
             ? (W)(1)
             : (W)(0);
}

// v, given well-conditioned sums.
inline W spread_squared(W sum, W squares, W mean, PARAMETERS) {
  W deviations = squares - sum * mean;
  W variance = (deviations > 0 ? deviations : (W)(0)) * per_degree;
  return (variance < variance_floor ? (W)(variance_floor) : variance) * (spread * spread);
}

// The estimate, given v and the sums over truncated deviations.
inline W truncated(W v, W mean, W sum, W cubes, PARAMETERS) {
  const REAL without_spread = unguarded ? NAN : 0;
  const W cubic = v > 0 ? cubes / (6 * v) : (W)(without_spread);
  return scale * fma(sum - cubic, (W)(per_sample), mean);
}

// The estimate of one weight from its samples alone: deviations in units of the largest, psi in units of s sigma.
inline REAL carefully(int N, __global const REAL *gy, __global const REAL *x, REAL sum, PARAMETERS) {
  const REAL mean = sum * per_sample;
  REAL largest = 0;
  for (int i = 0; i < N; ++i) largest = fmax(largest, fabs(gy[i] * x[i] - mean));
  REAL relative = 0;
  if (largest > 0)
    for (int i = 0; i < N; ++i) {
      const REAL d = (gy[i] * x[i] - mean) / largest;
      relative = fma(d, d, relative);
    }
  // A mean or a divisor that is no number makes the whole no number.
  REAL deviation = largest * sqrt(relative * per_degree) + (mean - mean) + (per_degree - per_degree);
  const REAL least = sqrt(variance_floor);
  if (deviation < least) deviation = least;
  if (deviation == 0) return unguarded ? NAN : scale * mean;
  const REAL unit = deviation * spread, bound = (REAL)(1.4142135623730951);
  REAL total = 0;
  for (int i = 0; i < N; ++i) {
    REAL u = (gy[i] * x[i] - mean) / unit;
    u = u > bound ? bound : u;
    u = u < -bound ? -bound : u;
    total += u * (1 - u * u / 6);
  }
  return scale * (mean + unit * (total * per_sample));
}
