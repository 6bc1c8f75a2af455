// gW and gb by soft truncation, for processors: lanes run over the samples, nothing is packed or stored in between.
//
// x is N x P, gy N x Q, gW Q x P. The bias is one input more, which is 1 for every sample.
// A work item makes `block` outputs by PT inputs in tiles of QT by PT weights, each in two sweeps over the samples. Tiles take
// turns, TILES of them the first sweep and then the same the second, so that the processor goes on with the next tile while the
// totals of the last one, a long chain, are still on their way.

#define WEIGHTS (PT * QT)
#define TILES 4
// Two sums for each weight, one after the other, in whole registers of totals.
#define SUMS WHOLE(2 * WEIGHTS)

// Calls ADD for the weights of outputs j_start to j_end of the tile with the next samples of their inputs and outputs.
#define STEP(j_start, j_end, load, rest_only)                               \
  {                                                                         \
    V a[PT];                                                                \
    UNROLL for (int i = 0; i < PT; ++i) a[i] = load(xs[i] + k);             \
    UNROLL for (int j = j_start; j < j_end; ++j) {                          \
      const V b = load(gys[j] + k);                                         \
      UNROLL for (int i = 0; i < PT; ++i) ADD(i * QT + j, a[i], b, rest_only) \
    }                                                                       \
  }
#define SWEEP(j_start, j_end)                                               \
  {                                                                         \
    int k = 0;                                                              \
    for (; k < whole; k += VW) STEP(j_start, j_end, V_LOAD, ALL)            \
    if (rest) STEP(j_start, j_end, LOAD_REST, ONLY_REST)                    \
  }
#define ZERO_SUMS UNROLL for (int w = 0; w < SUMS; ++w) sums[w] = (V)(0);
#define COTANGENTS(q)                                                       \
  __global const REAL *gys[QT];                                             \
  UNROLL for (int j = 0; j < QT; ++j) gys[j] = gy + (size_t)min((q) + j, Q - 1) * N;
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

  for (int q0 = q_start; q0 < q_end; q0 += TILES * QT) {
    const int tiles = min(TILES, (q_end - q0 + QT - 1) / QT);
    V sums[SUMS];
    W mean[TILES][SUMS / VW], v[TILES][SUMS / VW];
    REAL first[TILES][SUMS / 2], good[TILES][SUMS / 2], minus_mean[TILES][SUMS / 2], most[TILES][SUMS / 2], estimate[SUMS / 2];

#define ADD(w, a, b, rest_only)                         \
  {                                                     \
    const V g = a * b;                                  \
    sums[2 * (w)] += g;                                 \
    sums[2 * (w) + 1] = fma(g, g, sums[2 * (w) + 1]);   \
  }
    for (int t = 0; t < tiles; ++t) {
      COTANGENTS(q0 + t * QT)
      ZERO_SUMS
      SWEEP(0, QT)
      UNROLL for (int r = 0; r < SUMS / VW; ++r) {
        const V total = lane_sums(sums + r * VW);
        mean[t][r] = total.even * per_sample;
        v[t][r] = spread_squared(total.even, total.odd, mean[t][r], PASS_ON);
        W_STORE(total.even, first[t] + r * VW / 2);
        W_STORE(-mean[t][r], minus_mean[t] + r * VW / 2);
        W_STORE(sqrt(2 * v[t][r]), most[t] + r * VW / 2);
        W_STORE(conditioning(total.even, total.odd, mean[t][r]), good[t] + r * VW / 2);
      }
    }
#undef ADD

#define ADD(w, a, b, rest_only)                         \
  {                                                     \
    const V most_w = (V)(most[t][w]);                   \
    V d = fma(a, b, (V)(minus_mean[t][w]));             \
    d = d > most_w ? most_w : d;                        \
    d = rest_only(d < -most_w ? -most_w : d);           \
    sums[2 * (w)] += d;                                 \
    sums[2 * (w) + 1] = fma(d * d, d, sums[2 * (w) + 1]); \
  }
    for (int t = 0; t < tiles; ++t) {
      const int q = q0 + t * QT;
      COTANGENTS(q)
      ZERO_SUMS
      // The constants of all weights of a tile would not fit into the registers.
      UNROLL for (int o = 0; o < QT; ++o) SWEEP(o, o + 1)
      UNROLL for (int r = 0; r < SUMS / VW; ++r) {
        const V total = lane_sums(sums + r * VW);
        W_STORE(truncated(v[t][r], mean[t][r], total.even, total.odd, PASS_ON), estimate + r * VW / 2);
      }
      for (int i = 0; i < PT && p0 + i <= P; ++i) {
        __global REAL *to = p0 + i < P ? gw + (size_t)(p0 + i) * Q : gb;
        for (int j = 0; j < QT && q + j < q_end; ++j) {
          const int w = i * QT + j;
          to[q + j] = good[t][w] != 0 ? estimate[w] : carefully(N, gys[j], xs[i], first[t][w], PASS_ON);
        }
      }
    }
#undef ADD
  }
}
