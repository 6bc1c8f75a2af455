// Registers whose lanes are samples, or any other numbers next to each other in memory.

// a0, b0, a1, b1, …
inline V interleave(JOIN(REAL, HALF) a, JOIN(REAL, HALF) b) {
  V r;
  r.even = a;
  r.odd = b;
  return r;
}

// The sums over the lanes of VW registers, as one register: a tree of VW - 1 additions instead of VW trees.
// Its levels are written out: loops in loops would not be unrolled in time, and the registers would become memory. Halves are
// added, not neighbours: horizontal additions exist only for the lower sixteen registers, and the rest would stay unused.
#define LEVEL(pairs)                      \
  UNROLL for (int i = 0; i < pairs; ++i)  \
    r[i] = interleave(r[i].lo, r[i + pairs].lo) + interleave(r[i].hi, r[i + pairs].hi)
inline V lane_sums(V *r) {
#if VW >= 16
  LEVEL(8);
#endif
#if VW >= 8
  LEVEL(4);
#endif
  LEVEL(2);
  LEVEL(1);
  return r[0];
}

// The least multiple of VW from n up.
#define WHOLE(n) (((n) + VW - 1) / VW * VW)

// `lanes` numbers, then zeros.
inline V load_lanes(__global const REAL *p, int lanes) {
  REAL all[VW];
  UNROLL for (int l = 0; l < VW; ++l) all[l] = l < lanes ? p[l] : 0;
  return V_LOAD(all);
}

// The first `lanes` to memory.
inline void store_lanes(V v, __global REAL *p, int lanes) {
  REAL all[VW];
  V_STORE(v, all);
  for (int l = 0; l < lanes; ++l) p[l] = all[l];
}

// 1 in the first `lanes`, 0 in the others.
inline V first_lanes(int lanes) {
  REAL all[VW];
  UNROLL for (int l = 0; l < VW; ++l) all[l] = l < lanes ? 1 : 0;
  return V_LOAD(all);
}
