// gW and gb by soft truncation, for graphics processors: a work item makes TQ x TP weights in registers, a work group brings
// the samples through local memory BS at a time, twice.
//
// x is N x P, gy N x Q, gW Q x P. The bias is one input more, which is 1 for every sample.

#define BP (LP * TP)
#define BQ (LQ * TQ)
#define ITEMS (LP * LQ)

// Neighbouring work items read neighbouring samples. Zeros beyond the matrices.
#define LOAD_SAMPLES(start)                                                               \
  for (int e = item; e < BS * BP; e += ITEMS) {                                           \
    const int r = e % BS, c = e / BS, i = (start) + r, p = p0 + c;                        \
    xs[r][c] = i >= N || p > P ? 0 : p == P ? 1 : x[(size_t)p * N + i];                   \
  }                                                                                       \
  for (int e = item; e < BS * BQ; e += ITEMS) {                                           \
    const int r = e % BS, c = e / BS, i = (start) + r, q = q0 + c;                        \
    gys[r][c] = i >= N || q >= Q ? 0 : gy[(size_t)q * N + i];                             \
  }                                                                                       \
  barrier(CLK_LOCAL_MEM_FENCE);

#define EACH_WEIGHT UNROLL for (int a = 0; a < TQ; ++a) UNROLL for (int b = 0; b < TP; ++b)

__kernel __attribute__((reqd_work_group_size(LP, LQ, 1)))
void soft_truncation(int N, int P, int Q, __global const REAL *restrict x, __global const REAL *restrict gy,
                     __global const REAL *restrict ones, __global REAL *restrict gw, __global REAL *restrict gb, PARAMETERS) {
  __local REAL xs[BS][BP + 1], gys[BS][BQ + 1];
  const int lp = get_local_id(0), lq = get_local_id(1), item = lq * LP + lp;
  const int p0 = get_group_id(0) * BP, q0 = get_group_id(1) * BQ;
  REAL sum[TQ][TP], squares[TQ][TP], mean[TQ][TP], most[TQ][TP], first[TQ][TP], cubes[TQ][TP];
  EACH_WEIGHT { sum[a][b] = 0; squares[a][b] = 0; }
  for (int start = 0; start < N; start += BS) {
    LOAD_SAMPLES(start)
    for (int i = 0; i < BS; ++i) EACH_WEIGHT {
      const REAL g = gys[i][lq + LQ * a] * xs[i][lp + LP * b];
      sum[a][b] += g;
      squares[a][b] = fma(g, g, squares[a][b]);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  EACH_WEIGHT {
    mean[a][b] = sum[a][b] * per_sample;
    most[a][b] = sqrt(2 * spread_squared(sum[a][b], squares[a][b], mean[a][b], PASS_ON));
    first[a][b] = 0;
    cubes[a][b] = 0;
  }
  for (int start = 0; start < N; start += BS) {
    LOAD_SAMPLES(start)
    // A sample of zeros would count as -mean.
    for (int i = 0; i < min(BS, N - start); ++i) EACH_WEIGHT {
      REAL d = fma(gys[i][lq + LQ * a], xs[i][lp + LP * b], -mean[a][b]);
      d = d > most[a][b] ? most[a][b] : d;
      d = d < -most[a][b] ? -most[a][b] : d;
      first[a][b] += d;
      cubes[a][b] = fma(d * d, d, cubes[a][b]);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  EACH_WEIGHT {
    const int q = q0 + lq + LQ * a, p = p0 + lp + LP * b;
    if (q >= Q || p > P) continue;
    __global REAL *to = p < P ? gw + (size_t)p * Q + q : gb + q;
    if (conditioning(sum[a][b], squares[a][b], mean[a][b]) != 0) {
      const REAL v = spread_squared(sum[a][b], squares[a][b], mean[a][b], PASS_ON);
      *to = truncated(v, mean[a][b], first[a][b], cubes[a][b], PASS_ON);
    } else {
      *to = carefully(N, gy + (size_t)q * N, p < P ? x + (size_t)p * N : ones, sum[a][b], PASS_ON);
    }
  }
}
