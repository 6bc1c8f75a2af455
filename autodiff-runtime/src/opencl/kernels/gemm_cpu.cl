// Matrix products for processors: one work item a block of the result, whole vector registers, no barriers.
//
// Lanes run along n: every C(m, n..) is a sum of A(m, k), broadcast, times the register B(k, n..). B is packed by panels of
// NR registers and KB rows, and A too where a row of it is not contiguous. A work item makes mb <= MB rows and nb columns of C
// in tiles of MR rows; nb is a multiple of NW, mb of MR.

#define NW (NR * VW)
// No power of two, or the panels of A would compete for the same few lines of the cache.
#define PANEL (KB * 8 + 16)

#ifdef TRANSPOSED_A
// Panels of MR rows, each row of a panel in 8 places so that it moves as one register: packed[m / MR * PANEL + k * 8 + m % MR].
inline void pack_a(int M, int m0, int m_end, int k0, int depth, __global const REAL *A, __local REAL *packed) {
  for (int k = 0; k < depth; ++k) {
    __global const REAL *row = A + (size_t)(k0 + k) * M;
    __local REAL *to = packed + k * 8;
    for (int m = m0; m < m_end; m += MR, to += PANEL) {
      if (m + 8 <= M) {
        vstore8(vload8(0, row + m), 0, to);
      } else {
        for (int i = 0; i < MR; ++i) to[i] = m + i < M ? row[m + i] : 0;
      }
    }
  }
}
#endif

#ifdef TRANSPOSED_B
// Transposes VW registers of VW lanes by perfect shuffles.
inline void transpose(V *r) {
  UNROLL for (int round = 1; round < VW; round *= 2) {
    V next[VW];
    UNROLL for (int i = 0; i < VW / 2; ++i) {
      next[2 * i] = interleave(r[i].lo, r[i + VW / 2].lo);
      next[2 * i + 1] = interleave(r[i].hi, r[i + VW / 2].hi);
    }
    UNROLL for (int i = 0; i < VW; ++i) r[i] = next[i];
  }
}

inline void pack_b(int N, int K, int n0, int k0, int depth, __global const REAL *B, __local REAL *packed) {
  for (int k = 0; k < depth; k += VW)
    for (int j = 0; j < NR; ++j) {
      const int n = n0 + j * VW, rows = depth - k;
      __global const REAL *from = B + (size_t)n * K + k0 + k;
      V r[VW];
      if (n + VW <= N && rows >= VW) {
        UNROLL for (int l = 0; l < VW; ++l) r[l] = V_LOAD(from + (size_t)l * K);
      } else {
        for (int l = 0; l < VW; ++l) r[l] = n + l < N ? load_lanes(from + (size_t)l * K, rows) : (V)(0);
      }
      transpose(r);
      __local REAL *to = packed + k * NW + j * VW;
      UNROLL for (int l = 0; l < VW; ++l) V_STORE(r[l], to + l * NW);
    }
}
#else
inline void pack_b(int N, int K, int n0, int k0, int depth, __global const REAL *B, __local REAL *packed) {
  const int width = min(NW, N - n0);
  for (int k = 0; k < depth; ++k) {
    __global const REAL *row = B + (size_t)(k0 + k) * N + n0;
    if (width == NW) {
      UNROLL for (int j = 0; j < NR; ++j) V_STORE(V_LOAD(row + j * VW), packed + k * NW + j * VW);
    } else {
      for (int l = 0; l < NW; ++l) packed[k * NW + l] = l < width ? row[l] : 0;
    }
  }
}
#endif

// A register of C: the sum of this block of K and of those before, and after the last block what becomes of it.
#define FINISH(v, m, at, lanes, load, store) \
  {                                          \
    if (!first) v += load(c + at, lanes);    \
    if (last) {                              \
      v = FINISHED(v, m);                    \
      KEEP(v, at, lanes, store);             \
      v = ACTIVATED(v);                      \
    }                                        \
    store(v, c + at, lanes);                 \
  }
#define LOAD_ALL(p, lanes) V_LOAD(p)
#define STORE_ALL(v, p, lanes) V_STORE(v, p)

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void gemm(int M, int N, int K, int mb, int nb, __global const REAL *restrict A, __global const REAL *restrict B,
          __global REAL *restrict C PARAMETERS) {
  __local REAL b_panel[KB * NW] __attribute__((aligned(64)));
#ifdef TRANSPOSED_A
  __local REAL a_block[MB / MR * PANEL] __attribute__((aligned(64)));
#endif
  const int n_start = get_global_id(0) * nb, n_end = min(n_start + nb, N);
#ifdef MEAN
  const int rows = M + 1;
#else
  const int rows = M;
#endif
  const int m0 = get_global_id(1) * mb, m_end = min(m0 + mb, rows);
  for (int k0 = 0; k0 < K; k0 += KB) {
    const int depth = min(KB, K - k0);
    const int first = k0 == 0, last = k0 + KB >= K;
#ifdef TRANSPOSED_A
    pack_a(M, m0, m_end, k0, depth, A, a_block);
#endif
    for (int n0 = n_start; n0 < n_end; n0 += NW) {
      pack_b(N, K, n0, k0, depth, B, b_panel);
      for (int m = m0; m < m_end; m += MR) {
        V sum[MR][NR];
        UNROLL for (int i = 0; i < MR; ++i)
          UNROLL for (int j = 0; j < NR; ++j) sum[i][j] = (V)(0);
#ifdef TRANSPOSED_A
        __local const REAL *a = a_block + (m - m0) / MR * PANEL;
#define A_AT(i, k) a[(k) * 8 + (i)]
#else
        __global const REAL *a[MR];
        UNROLL for (int i = 0; i < MR; ++i) a[i] = A + (size_t)min(m + i, M - 1) * K + k0;
#ifdef MEAN
        UNROLL for (int i = 0; i < MR; ++i) if (m + i >= M) a[i] = ones;
#endif
#define A_AT(i, k) a[i][k]
#endif
        for (int k = 0; k < depth; ++k) {
          V b[NR];
          UNROLL for (int j = 0; j < NR; ++j) b[j] = V_LOAD(b_panel + k * NW + j * VW);
          UNROLL for (int i = 0; i < MR; ++i) {
            const V broadcast = (V)(A_AT(i, k));
            UNROLL for (int j = 0; j < NR; ++j) sum[i][j] = fma(broadcast, b[j], sum[i][j]);
          }
        }
        UNROLL for (int i = 0; i < MR; ++i) {
          if (m + i >= m_end) continue;
          __global REAL *c = C;
          size_t row = (size_t)(m + i) * N;
#ifdef MEAN
          if (m + i == M) { c = bias; row = 0; }
#endif
          UNROLL for (int j = 0; j < NR; ++j) {
            const int n = n0 + j * VW, lanes = min(VW, N - n);
            if (lanes == VW) FINISH(sum[i][j], m + i, row + n, lanes, LOAD_ALL, STORE_ALL)
            else if (lanes > 0) FINISH(sum[i][j], m + i, row + n, lanes, load_lanes, store_lanes)
          }
        }
      }
    }
  }
}
