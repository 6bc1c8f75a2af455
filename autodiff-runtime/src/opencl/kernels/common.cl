// Types and activations of every kernel.
//
// Matrices are stored column after column, as on the host: a feature is contiguous over samples.
// REAL is the precision. VW is the number of lanes a work item computes with: 1 for kernels that leave the lanes to the
// device, the width of the vector registers for kernels that work in whole registers.

#ifdef FP64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

#if VW == 1
#define V REAL
#define V_LOAD(p) (*(p))
#define V_STORE(v, p) (*(p) = (v))
#else
#if VW == 16
#define HALF 8
#elif VW == 8
#define HALF 4
#else
#define HALF 2
#endif
#define V JOIN(REAL, VW)
#define V_LOAD(p) JOIN(vload, VW)(0, (p))
#define V_STORE(v, p) JOIN(vstore, VW)((v), 0, (p))
#endif

// Of the leaky ReLU.
#ifndef SLOPE
#define SLOPE 0
#endif

#define UNROLL _Pragma("unroll")

// y = f(z). Comparisons are written so that NaN comes out as NaN.
inline V identity(V z) { return z; }

inline V relu(V z) { return z <= 0 ? (V)(0) : z; }

inline V leaky_relu(V z) { return z > 0 ? z : (REAL)(SLOPE) * z; }

// e^(-|z|) cannot overflow.
inline V sigmoid(V z) {
  V e = exp(-fabs(z));
  return (z > 0 ? (V)(1) : e) / (1 + e);
}

inline V softplus(V z) { return (z > 0 ? z : z - z) + log1p(exp(-fabs(z))); }

inline V normal_distribution(V z) { return (REAL)(0.5) * (1 + erf(z * (REAL)(0.7071067811865476))); }

inline V gelu(V z) { return z * normal_distribution(z); }

// f'(z), from y where that says it all.
inline V identity_slope(V z, V y) { return (V)(1); }

inline V relu_slope(V z, V y) { return y > 0 ? (V)(1) : (V)(0); }

inline V leaky_relu_slope(V z, V y) { return y > 0 ? (V)(1) : (V)((REAL)(SLOPE)); }

inline V tanh_slope(V z, V y) { return 1 - y * y; }

inline V sigmoid_slope(V z, V y) { return y * (1 - y); }

// The logistic function of z is 1 - e^(-y).
inline V softplus_slope(V z, V y) { return -expm1(-y); }

inline V gelu_slope(V z, V y) {
  return normal_distribution(z) + z * ((REAL)(0.3989422804014327) * exp((REAL)(-0.5) * z * z));
}
