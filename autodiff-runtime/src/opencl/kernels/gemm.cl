// Matrix products, C (M x N) = A (M x K) times B (K x N), row-major, or with these, which change what is stored
//
//   TRANSPOSED_A  A is stored as K x M
//   TRANSPOSED_B  B is stored as N x K
//
// and in the end
//
//   FORWARD  a layer's outputs: C = f(A B + bias), with a bias per row; KEEP_Z keeps what f is applied to
//   MEAN     a layer's gradient: C = factor A B, and a row more, from a row of ones more in A: the gradient of the bias

#ifdef FORWARD
#define PARAMETERS , __global const REAL *restrict bias, __global REAL *restrict Z
#define FINISHED(v, m) ((v) + bias[m])
#define ACTIVATED(v) ACTIVATION(v)
#elif defined(MEAN)
#define PARAMETERS , REAL factor, __global const REAL *restrict ones, __global REAL *restrict bias
#define FINISHED(v, m) (factor * (v))
#define ACTIVATED(v) (v)
#else
#define PARAMETERS
#define FINISHED(v, m) (v)
#define ACTIVATED(v) (v)
#endif

#ifdef KEEP_Z
#define KEEP(v, at, lanes, store) store(v, Z + at, lanes)
#else
#define KEEP(v, at, lanes, store)
#endif

