// Matrix products for graphics processors: a work group makes a BM x BN tile of C from tiles of A and B in local memory, a
// work item TM x TN of it in registers.

#define LX (BN / TN)
#define LY (BM / TM)
#define ITEMS (LX * LY)
#define PAD 4
#define REAL4 JOIN(REAL, 4)

// Four numbers of a row; zeros beyond the matrix.
inline REAL4 load4(__global const REAL *p, int row, int column, int rows, int columns) {
  if (row >= rows) return (REAL4)(0);
  __global const REAL *from = p + (size_t)row * columns + column;
  if (column + 3 < columns) return vload4(0, from);
  REAL4 v = (REAL4)(0);
  if (column < columns) v.x = from[0];
  if (column + 1 < columns) v.y = from[1];
  if (column + 2 < columns) v.z = from[2];
  return v;
}

// A BK x WIDTH tile, k first in local memory, from a matrix whose rows run along k …
#define LOAD_ALONG_K(tile, width, matrix, first, rows, last_row)                          \
  for (int e = item; e < (width) * BK / 4; e += ITEMS) {                                  \
    const int r = e / (BK / 4), c = e % (BK / 4) * 4;                                     \
    const REAL4 v = last_row((first) + r) ? ones4(k0 + c, K) : load4(matrix, (first) + r, k0 + c, rows, K); \
    tile[c][r] = v.x;                                                                     \
    tile[c + 1][r] = v.y;                                                                 \
    tile[c + 2][r] = v.z;                                                                 \
    tile[c + 3][r] = v.w;                                                                 \
  }
// … and from one whose columns do.
#define LOAD_ACROSS_K(tile, width, matrix, first, columns)                                \
  for (int e = item; e < (width) * BK / 4; e += ITEMS) {                                  \
    const int r = e / ((width) / 4), c = e % ((width) / 4) * 4;                           \
    vstore4(load4(matrix, k0 + r, (first) + c, K, columns), 0, &tile[r][c]);              \
  }

// The row of ones below A.
inline REAL4 ones4(int k, int K) {
  return (REAL4)(k < K ? 1 : 0, k + 1 < K ? 1 : 0, k + 2 < K ? 1 : 0, k + 3 < K ? 1 : 0);
}
#ifdef MEAN
#define IS_ONES(row) ((row) == M)
#else
#define IS_ONES(row) 0
#endif
#define IS_NO_ONES(row) 0
#define STORE_ONE(v, p, lanes) (*(p) = (v))

__kernel __attribute__((reqd_work_group_size(LX, LY, 1)))
void gemm(int M, int N, int K, __global const REAL *restrict A, __global const REAL *restrict B,
          __global REAL *restrict C PARAMETERS) {
  __local REAL a_tile[BK][BM + PAD], b_tile[BK][BN + PAD];
  const int tx = get_local_id(0), ty = get_local_id(1), item = ty * LX + tx;
  const int m0 = get_group_id(1) * BM, n0 = get_group_id(0) * BN;
  REAL4 sum[TM][TN / 4];
  UNROLL for (int i = 0; i < TM; ++i)
    UNROLL for (int j = 0; j < TN / 4; ++j) sum[i][j] = (REAL4)(0);
  for (int k0 = 0; k0 < K; k0 += BK) {
#ifdef TRANSPOSED_A
    LOAD_ACROSS_K(a_tile, BM, A, m0, M)
#else
    LOAD_ALONG_K(a_tile, BM, A, m0, M, IS_ONES)
#endif
#ifdef TRANSPOSED_B
    LOAD_ALONG_K(b_tile, BN, B, n0, N, IS_NO_ONES)
#else
    LOAD_ACROSS_K(b_tile, BN, B, n0, N)
#endif
    barrier(CLK_LOCAL_MEM_FENCE);
    UNROLL for (int k = 0; k < BK; ++k) {
      REAL4 b[TN / 4];
      UNROLL for (int j = 0; j < TN / 4; ++j) b[j] = vload4(0, &b_tile[k][(j * LX + tx) * 4]);
      UNROLL for (int i = 0; i < TM; ++i) {
        const REAL4 a = (REAL4)(a_tile[k][ty * TM + i]);
        UNROLL for (int j = 0; j < TN / 4; ++j) sum[i][j] = fma(a, b[j], sum[i][j]);
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  UNROLL for (int i = 0; i < TM; ++i) {
    const int m = m0 + ty * TM + i;
    if (m >= M && !IS_ONES(m)) continue;
    __global REAL *row = C + (size_t)m * N;
#ifdef MEAN
    if (m == M) row = bias;
#endif
    UNROLL for (int j = 0; j < TN / 4; ++j) {
      REAL four[4];
      vstore4(sum[i][j], 0, four);
      UNROLL for (int t = 0; t < 4; ++t) {
        const int n = n0 + (j * LX + tx) * 4 + t;
        if (n >= N) continue;
        const REAL z = FINISHED(four[t], m);
        KEEP(z, (size_t)m * N + n, 1, STORE_ONE);
        row[n] = ACTIVATED(z);
      }
    }
  }
}
