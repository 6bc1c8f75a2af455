// As many fused multiply-adds as the device can do: independent chains in registers, 2 * CHAINS * VW flops a step.

__kernel void fma_peak(int steps, REAL factor, __global REAL *out) {
  V chain[CHAINS];
  UNROLL for (int c = 0; c < CHAINS; ++c) chain[c] = (V)((REAL)(get_global_id(0) + c));
  for (int step = 0; step < steps; ++step)
    UNROLL for (int c = 0; c < CHAINS; ++c) chain[c] = fma(chain[c], (V)(factor), (V)(factor));
  V sum = (V)(0);
  UNROLL for (int c = 0; c < CHAINS; ++c) sum += chain[c];
  REAL lanes[VW];
  V_STORE(sum, lanes);
  REAL total = 0;
  for (int l = 0; l < VW; ++l) total += lanes[l];
  out[get_global_id(0)] = total;
}
