// What is done entry by entry, or sample by sample, one work item each.

#ifndef ACTIVATION
#define ACTIVATION identity
#define SLOPE_OF identity_slope
#endif

// y = f(x)
__kernel void activate(int count, __global const REAL *x, __global REAL *y) {
  const size_t i = get_global_id(0);
  if (i < count) y[i] = ACTIVATION(x[i]);
}

// cotangent = cotangent f'(z), with y = f(z)
__kernel void pull_back(int count, __global const REAL *z, __global const REAL *y, __global REAL *cotangent) {
  const size_t i = get_global_id(0);
  if (i < count) cotangent[i] *= SLOPE_OF(z[i], y[i]);
}

// w = w - step g
__kernel void descend(int count, REAL step, __global const REAL *g, __global REAL *w) {
  const size_t i = get_global_id(0);
  if (i < count) w[i] -= step * g[i];
}

// v = momentum v + g, w = w - step v
__kernel void heavy_ball(int count, REAL step, REAL momentum, __global const REAL *g, __global REAL *v, __global REAL *w) {
  const size_t i = get_global_id(0);
  if (i >= count) return;
  v[i] = momentum * v[i] + g[i];
  w[i] -= step * v[i];
}

// m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, w = w - step m by_m / (sqrt(v by_v) + epsilon)
__kernel void adam(int count, REAL step, REAL b1, REAL b2, REAL by_m, REAL by_v, REAL epsilon, __global const REAL *g,
                   __global REAL *m, __global REAL *v, __global REAL *w) {
  const size_t i = get_global_id(0);
  if (i >= count) return;
  m[i] = b1 * m[i] + (1 - b1) * g[i];
  v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
  w[i] -= step * m[i] * by_m / (sqrt(v[i] * by_v) + epsilon);
}

// weight[i] = min(1, bound / |g_i|) for the gradients g_i = (gy_i x_i, gy_i) of a dense layer, whose norm is the product of
// |gy_i| and |(x_i, 1)|. Squares are taken of numbers up to 1, so that none overflows.
__kernel void clip(int N, int P, int Q, REAL bound, __global const REAL *x, __global const REAL *gy, __global REAL *weight) {
  const size_t i = get_global_id(0);
  if (i >= N) return;
  REAL largest_x = 1, largest_gy = 0;
  for (int p = 0; p < P; ++p) largest_x = fmax(largest_x, fabs(x[(size_t)p * N + i]));
  for (int q = 0; q < Q; ++q) largest_gy = fmax(largest_gy, fabs(gy[(size_t)q * N + i]));
  REAL of_x = (1 / largest_x) * (1 / largest_x), of_gy = 0;
  for (int p = 0; p < P; ++p) {
    const REAL r = x[(size_t)p * N + i] / largest_x;
    of_x = fma(r, r, of_x);
  }
  for (int q = 0; q < Q && largest_gy > 0; ++q) {
    const REAL r = gy[(size_t)q * N + i] / largest_gy;
    of_gy = fma(r, r, of_gy);
  }
  const REAL norm = largest_x * sqrt(of_x) * (largest_gy * sqrt(of_gy));
  weight[i] = norm > bound ? bound / norm : 1;
}

// Row i of an N x columns matrix times weight[i].
__kernel void scale_samples(int N, int count, __global const REAL *weight, __global const REAL *from, __global REAL *to) {
  const size_t i = get_global_id(0);
  if (i < count) to[i] = weight[i % N] * from[i];
}

// Marks a set of numbers, one of several, in which one is infinite or no number.
__kernel void find_non_finite(int count, int set, __global const REAL *values, __global int *found) {
  const size_t i = get_global_id(0);
  if (i < count && !isfinite(values[i])) atomic_or(found + set, 1);
}
