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
  /* 2^n for an integer n held in the low bits of n + 1.5 * 2^23; normal numbers. */    \
  VECTOR_INLINE F octaves##N(F n) { return (F)(((I)n << 23) + 0x3f800000); }            \
  /* x = mantissa * 2^exponent, 1 <= mantissa < 2, for a normal x above 0. */           \
  VECTOR_INLINE F exponent##N(F x) { return __builtin_convertvector(((I)x >> 23) - 127, F); } \
  VECTOR_INLINE F mantissa##N(F x) { return (F)(((I)x & 0x7fffff) | 0x3f800000); }

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"
VECTOR_OPERATIONS(f32x4, i32x4, 4)
VECTOR_OPERATIONS(f32x8, i32x8, 8)
VECTOR_OPERATIONS(f32x16, i32x16, 16)

/// c + the number at x · b. Left to itself, the compiler makes one register of `x` for all that multiply with it.
VECTOR_INLINE f32x8 fmaAt8(f32x8 c, const float *x, f32x8 b) {
#if defined(__AVX512VL__)
  __asm__("vfmadd231ps %1%{1to8%}, %2, %0" : "+v"(c) : "m"(*x), "v"(b));
  return c;
#else
  return fma8(c, (f32x8)*x, b);
#endif
}

/// c + a · b, in turn with all others of these.
VECTOR_INLINE f32x8 fmaInTurn8(f32x8 c, f32x8 a, f32x8 b) {
#if defined(__FMA__)
  __asm__("vfmadd231ps %2, %1, %0" : "+x"(c) : "x"(a), "x"(b));
  return c;
#else
  return fma8(c, a, b);
#endif
}

/// The lower eight lanes are `a`, the upper eight `b`.
VECTOR_INLINE f32x16 halves16(float a, float b) {
  f32x16 x = a, y = b;
#if defined(__AVX512F__)
  uint16_t upper = 0xff00;
  __asm__("" : "+r"(upper));  // a mask that is known becomes a permutation, which takes the place of a multiply-add
  return __builtin_ia32_selectps_512(upper, y, x);
#else
  return __builtin_shufflevector(x, y, 0, 1, 2, 3, 4, 5, 6, 7, 24, 25, 26, 27, 28, 29, 30, 31);
#endif
}

/// Two neighbouring numbers in memory, side by side again and again.
VECTOR_INLINE f32x16 twos16(const float *p) {
  typedef double f64x8 __attribute__((ext_vector_type(8)));
  double both;
  __builtin_memcpy(&both, p, sizeof both);
  return (f32x16)(f64x8)both;
}

/// The lanes of `a` at even places, those of `b` behind them.
VECTOR_INLINE f32x16 mixTwos16(f32x8 a, f32x8 b) {
  return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
}

/// The sums of neighbouring lanes, those of `a` first.
VECTOR_INLINE f32x16 foldTwos16(f32x16 a, f32x16 b) {
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30) +
         __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

// 2^(n/8) for an integer n held in the low bits of n + 1.5 * 2^23; normal numbers. Eight numbers of one octave, less what the last
// three bits of n add to the exponent, are looked up by these bits.
#define EIGHTHS 0x3f800000, 0x3f7b95c2, 0x3f7837f0, 0x3f75fed7, 0x3f7504f3, 0x3f75672a, 0x3f7744fd, 0x3f7ac0c7
VECTOR_INLINE f32x8 eighths8(f32x8 n) {
#if defined(__AVX2__)
  i32x8 part = (i32x8)__builtin_ia32_permvarsf256((f32x8)(i32x8){EIGHTHS}, (i32x8)n);
#else
  static const int32_t table[8] = {EIGHTHS};
  i32x8 part;
  for (int i = 0; i < 8; i++) part[i] = table[((i32x8)n)[i] & 7];
#endif
  return (f32x8)(((i32x8)n << 20) + part);
}

// The same of 2^(n/32), with the last five bits.
#define FIRST_PARTS \
  0x3f800000, 0x3f7ecd87, 0x3f7daac3, 0x3f7c980f, 0x3f7b95c2, 0x3f7aa43a, 0x3f79c3d3, 0x3f78f4f0, \
  0x3f7837f0, 0x3f778d3a, 0x3f76f532, 0x3f767043, 0x3f75fed7, 0x3f75a15b, 0x3f75583f, 0x3f7523f6
#define LAST_PARTS \
  0x3f7504f3, 0x3f74fbaf, 0x3f7508a4, 0x3f752c4d, 0x3f75672a, 0x3f75b9be, 0x3f76248c, 0x3f76a81e, \
  0x3f7744fd, 0x3f77fbb8, 0x3f78ccdf, 0x3f79b907, 0x3f7ac0c7, 0x3f7be4ba, 0x3f7d257d, 0x3f7e83b3
VECTOR_INLINE f32x16 parts16(f32x16 n) {
#if defined(__AVX512F__)
  f32x16 first = (f32x16)(i32x16){FIRST_PARTS}, last = (f32x16)(i32x16){LAST_PARTS};
  i32x16 part = (i32x16)__builtin_ia32_vpermi2varps512(first, (i32x16)n, last);
#else
  static const int32_t table[32] = {FIRST_PARTS, LAST_PARTS};
  i32x16 part;
  for (int i = 0; i < 16; i++) part[i] = table[((i32x16)n)[i] & 31];
#endif
  return (f32x16)(((i32x16)n << 18) + part);
}

// Pairs of bfloat16, floats rounded to their upper 16 bits: a lane of 32 bits holds two, the first one below. Where there is no
// instruction these are its rounding, to nearest even, denormals being zero; its order, the second product first; and its two
// additions, each fused where there is such an instruction.
#if defined(__AVX512BF16__)
typedef __bf16 bf16x32 __attribute__((vector_size(64)));
#endif
#define UPPER_HALF ((int32_t)0xffff0000)
/// c + the sum of both products of each lane's pairs.
VECTOR_INLINE f32x16 dot16(f32x16 c, f32x16 a, f32x16 b) {
#if defined(__AVX512BF16__)
  return __builtin_ia32_dpbf16ps_512(c, (bf16x32)a, (bf16x32)b);
#else
  c = fma16(c, (f32x16)((i32x16)a & UPPER_HALF), (f32x16)((i32x16)b & UPPER_HALF));
  return fma16(c, (f32x16)((i32x16)a << 16), (f32x16)((i32x16)b << 16));
#endif
}
#if !defined(__AVX512BF16__)
// The upper halves of rounded floats.
VECTOR_INLINE i32x16 rounded16(f32x16 x) {
  i32x16 bits = (i32x16)x, magnitude = bits & 0x7fffffff;
  i32x16 upper = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  upper = magnitude < 0x00800000 ? (bits >> 16) & (int32_t)0xffff8000 : upper;
  return magnitude > 0x7f800000 ? (bits >> 16) | 0x40 : upper;
}
#endif
/// Pairs of neighbouring lanes, rounded: those of `a` in the lower eight lanes, those of `b` in the upper eight.
VECTOR_INLINE f32x16 pairs16(f32x16 a, f32x16 b) {
#if defined(__AVX512BF16__)
  return (f32x16)__builtin_ia32_cvtne2ps2bf16_512(b, a);
#else
  i32x16 x = rounded16(a), y = rounded16(b);
  i32x16 first = __builtin_shufflevector(x, y, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  i32x16 second = __builtin_shufflevector(x, y, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  return (f32x16)((first & 0xffff) | (second << 16));
#endif
}

// All lanes folded into one value, halves first.
VECTOR_INLINE float sum4(f32x4 a) { return (a.x + a.z) + (a.y + a.w); }
VECTOR_INLINE float sum8(f32x8 a) { return sum4(a.lo + a.hi); }
VECTOR_INLINE float sum16(f32x16 a) { return sum8(a.lo + a.hi); }
VECTOR_INLINE float largest4(f32x4 a) {
  f32x4 b = max4(a, a.zwxy);
  return b.x > b.y ? b.x : b.y;
}
VECTOR_INLINE float largest8(f32x8 a) { return largest4(max4(a.lo, a.hi)); }
VECTOR_INLINE float largest16(f32x16 a) { return largest8(max8(a.lo, a.hi)); }

#define LOW32(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define HIGH32(a, b) __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#define LOW64(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define HIGH64(a, b) __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#define LOW128(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define HIGH128(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15)

/// Eight rows of eight floats as columns; rows lie `xStride` and `yStride` floats apart.
VECTOR_INLINE void transpose8(const float *x, long xStride, float *y, long yStride) {
  typedef float unaligned __attribute__((ext_vector_type(8), aligned(4)));
  f32x8 r[8], s[8];
  for (int i = 0; i < 8; i++) r[i] = *(const unaligned *)(x + i * xStride);
  for (int i = 0; i < 4; i++) {
    s[2 * i] = LOW32(r[2 * i], r[2 * i + 1]);
    s[2 * i + 1] = HIGH32(r[2 * i], r[2 * i + 1]);
  }
  for (int i = 0; i < 2; i++) {
    r[4 * i] = LOW64(s[4 * i], s[4 * i + 2]);
    r[4 * i + 1] = HIGH64(s[4 * i], s[4 * i + 2]);
    r[4 * i + 2] = LOW64(s[4 * i + 1], s[4 * i + 3]);
    r[4 * i + 3] = HIGH64(s[4 * i + 1], s[4 * i + 3]);
  }
  for (int i = 0; i < 4; i++) {
    *(unaligned *)(y + i * yStride) = LOW128(r[i], r[i + 4]);
    *(unaligned *)(y + (i + 4) * yStride) = HIGH128(r[i], r[i + 4]);
  }
}
#pragma clang diagnostic pop

/// Asks for the line at `p` in the first-level cache.
VECTOR_INLINE void prefetchL1(const void *p) { __builtin_prefetch(p, 0, 3); }

/// Asks for the line at `p` in the second-level cache.
VECTOR_INLINE void prefetchL2(const void *p) { __builtin_prefetch(p, 0, 2); }

/// Asks for the line at `p` in the first-level cache, to be written.
VECTOR_INLINE void prefetchToWrite(const void *p) {
#if defined(__x86_64__)
  __asm__ volatile("prefetchw %0" : : "m"(*(const char *)p));  // a builtin is one that reads, or needs a flag
#else
  __builtin_prefetch(p, 1, 3);
#endif
}

/// What is read before this stays before it, and what behind stays behind: values that are loaded early need registers.
VECTOR_INLINE void keepOrder(void) { __asm__ volatile("" ::: "memory"); }
