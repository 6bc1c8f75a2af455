// gW and gb by soft truncation, for processors: lanes run over the samples, nothing is packed or stored in between.
//
// x is N x P, gy N x Q, gW Q x P. The bias is one input more, which is 1 for every sample.
// A work item makes `block` outputs by PT inputs in tiles of QT by PT weights, each in two sweeps over the samples.

#define WEIGHTS (PT * QT)
// Two sums for each weight, one after the other, in whole registers of totals.
#define SUMS WHOLE(2 * WEIGHTS)

// Calls ADD for every weight of the tile with the next samples of its input and its output.
#define STEP(load, rest_only)                                               \
  {                                                                         \
    V a[PT];                                                                \
    UNROLL for (int i = 0; i < PT; ++i) a[i] = load(xs[i] + k);             \
    UNROLL for (int j = 0; j < QT; ++j) {                                   \
      const V b = load(gys[j] + k);                                         \
      UNROLL for (int i = 0; i < PT; ++i) ADD(i * QT + j, a[i], b, rest_only) \
    }                                                                       \
  }
#define SWEEP                                                               \
  {                                                                         \
    UNROLL for (int w = 0; w < SUMS; ++w) sums[w] = (V)(0);                 \
    int k = 0;                                                              \
    for (; k < whole; k += VW) STEP(V_LOAD, ALL)                            \
    if (rest) STEP(LOAD_REST, ONLY_REST)                                    \
  }
#define LOAD_REST(p) load_lanes(p, rest)
#define ALL(d) (d)
#define ONLY_REST(d) ((d) * rest_mask)

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void soft_truncation(int N, int P, int Q, int block, __global const REAL *restrict x, __global const REAL *restrict gy,
                     __global const REAL *restrict ones, __global REAL *restrict gw, __global REAL *restrict gb, PARAMETERS) {
  const int q_start = get_global_id(0) * block, q_end = min(q_start + block, Q), p0 = get_global_id(1) * PT;
  const int whole = N - N % VW, rest = N - whole;
  __global const REAL *xs[PT];
  UNROLL for (int i = 0; i < PT; ++i) xs[i] = p0 + i < P ? x + (size_t)(p0 + i) * N : ones;
  const V rest_mask = first_lanes(rest);

  for (int q = q_start; q < q_end; q += QT) {
    __global const REAL *gys[QT];
    UNROLL for (int j = 0; j < QT; ++j) gys[j] = gy + (size_t)min(q + j, Q - 1) * N;
    V sums[SUMS];
    W mean[SUMS / VW], v[SUMS / VW];
    REAL first[SUMS / 2], good[SUMS / 2], minus_mean[SUMS / 2], most[SUMS / 2], estimate[SUMS / 2];

#define ADD(w, a, b, rest_only)                         \
  {                                                     \
    const V g = a * b;                                  \
    sums[2 * (w)] += g;                                 \
    sums[2 * (w) + 1] = fma(g, g, sums[2 * (w) + 1]);   \
  }
    SWEEP
#undef ADD
    UNROLL for (int r = 0; r < SUMS / VW; ++r) {
      const V total = lane_sums(sums + r * VW);
      mean[r] = total.even * per_sample;
      v[r] = spread_squared(total.even, total.odd, mean[r], PASS_ON);
      W_STORE(total.even, first + r * VW / 2);
      W_STORE(-mean[r], minus_mean + r * VW / 2);
      W_STORE(sqrt(2 * v[r]), most + r * VW / 2);
      W_STORE(conditioning(total.even, total.odd, mean[r]), good + r * VW / 2);
    }

#define ADD(w, a, b, rest_only)                         \
  {                                                     \
    const V t = (V)(most[w]);                           \
    V d = fma(a, b, (V)(minus_mean[w]));                \
    d = d > t ? t : d;                                  \
    d = rest_only(d < -t ? -t : d);                     \
    sums[2 * (w)] += d;                                 \
    sums[2 * (w) + 1] = fma(d * d, d, sums[2 * (w) + 1]); \
  }
    SWEEP
#undef ADD
    UNROLL for (int r = 0; r < SUMS / VW; ++r) {
      const V total = lane_sums(sums + r * VW);
      W_STORE(truncated(v[r], mean[r], total.even, total.odd, PASS_ON), estimate + r * VW / 2);
    }

    for (int i = 0; i < PT && p0 + i <= P; ++i) {
      __global REAL *to = p0 + i < P ? gw + (size_t)(p0 + i) * Q : gb;
      for (int j = 0; j < QT && q + j < q_end; ++j) {
        const int w = i * QT + j;
        to[q + j] = good[w] != 0 ? estimate[w] : carefully(N, gys[j], xs[i], first[w], PASS_ON);
      }
    }
  }
}
