// Vector arithmetic as one call each, for kernels written in Swift. The standard library spells these operations as loops
// over lanes: the same code in the end, but several times the compile time. Every function here is one instruction or two.
#pragma once
#include <stdint.h>

#define VECTOR_INLINE static inline __attribute__((always_inline, nodebug))

typedef float f32x4 __attribute__((ext_vector_type(4)));
typedef float f32x8 __attribute__((ext_vector_type(8)));
typedef float f32x16 __attribute__((ext_vector_type(16)));
typedef int32_t i32x4 __attribute__((ext_vector_type(4)));
typedef int32_t i32x8 __attribute__((ext_vector_type(8)));
typedef int32_t i32x16 __attribute__((ext_vector_type(16)));

// Without a fused instruction a fused multiply-add is a call for each lane; two roundings are the baseline's arithmetic.
#if defined(__FMA__) || defined(__aarch64__)
#define VECTOR_FMA(c, a, b) __builtin_elementwise_fma(a, b, c)
#else
#define VECTOR_FMA(c, a, b) ((a) * (b) + (c))
#endif

#define VECTOR_OPERATIONS(F, I, N)                                                      \
  VECTOR_INLINE F fma##N(F c, F a, F b) { return VECTOR_FMA(c, a, b); }                 \
  VECTOR_INLINE F add##N(F a, F b) { return a + b; }                                    \
  VECTOR_INLINE F sub##N(F a, F b) { return a - b; }                                    \
  VECTOR_INLINE F mul##N(F a, F b) { return a * b; }                                    \
  VECTOR_INLINE F div##N(F a, F b) { return a / b; }                                    \
  VECTOR_INLINE F min##N(F a, F b) { return b < a ? b : a; }                            \
  VECTOR_INLINE F max##N(F a, F b) { return b > a ? b : a; }                            \
  VECTOR_INLINE F select##N(F x, F a, F b) { return x > (F)0 ? a : b; }                 \
  /* p * 2^n for an integer n held in the low bits of n + 1.5 * 2^23; normal numbers. */  \
  VECTOR_INLINE F ldexp##N(F p, F n) { return (F)((I)p + ((I)n << 23)); }

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"
VECTOR_OPERATIONS(f32x4, i32x4, 4)
VECTOR_OPERATIONS(f32x8, i32x8, 8)
VECTOR_OPERATIONS(f32x16, i32x16, 16)
#pragma clang diagnostic pop

/// Asks for the line at `p` in the second-level cache.
VECTOR_INLINE void prefetchL2(const void *p) { __builtin_prefetch(p, 0, 2); }
