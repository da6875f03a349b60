// What a platform must provide and Swift cannot spell: pages, processors, waiting, control of denormals. The only file that
// knows operating systems and processors apart.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define PLATFORM_INLINE static inline __attribute__((always_inline))

/// Tells the processor that this thread spins.
PLATFORM_INLINE void platform_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

PLATFORM_INLINE uint32_t platform_load(const uint32_t *p) { return __atomic_load_n(p, __ATOMIC_SEQ_CST); }
PLATFORM_INLINE uint32_t platform_load_acquire(const uint32_t *p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
PLATFORM_INLINE void platform_store(uint32_t *p, uint32_t v) { __atomic_store_n(p, v, __ATOMIC_SEQ_CST); }
PLATFORM_INLINE void platform_store_release(uint32_t *p, uint32_t v) { __atomic_store_n(p, v, __ATOMIC_RELEASE); }
PLATFORM_INLINE uint32_t platform_add(uint32_t *p, uint32_t v) { return __atomic_add_fetch(p, v, __ATOMIC_SEQ_CST); }

/// Treats denormal numbers as zero in this thread; returns the state to go back to.
PLATFORM_INLINE uint64_t platform_flush_denormals(void) {
#if defined(__x86_64__)
  uint32_t state = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(state | 0x8040);
  return state;
#elif defined(__aarch64__)
  uint64_t state;
  __asm__ volatile("mrs %0, fpcr" : "=r"(state));
  __asm__ volatile("msr fpcr, %0" : : "r"(state | (1ull << 24)));
  return state;
#else
  return 0;
#endif
}
PLATFORM_INLINE void platform_restore_denormals(uint64_t state) {
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr((uint32_t)state);
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"(state));
#endif
}

/// 0: baseline, 1: AVX2 and FMA, 2: AVX-512 F, VL, BW, DQ; with the operating system's support.
int platform_instruction_set(void);

/// Whether it has AVX512_BF16 beside 2.
int platform_has_bfloat16(void);

/// Which kind of processor this is; kinds differ in what is fast. Intel's, AMD's from Zen 5 on, AMD's before with AVX-512, any other.
enum { PLATFORM_ANY, PLATFORM_INTEL, PLATFORM_ZEN5, PLATFORM_ZEN4 };
int platform_processor_kind(void);

/// Sleeps until `*p` is no longer `value` (spurious wake-ups may happen), and wakes all that sleep on `p`.
void platform_wait(uint32_t *p, uint32_t value);
void platform_wake_all(uint32_t *p);

/// Gives this core to another thread for a moment.
void platform_yield(void);

/// Seconds on a clock that never goes back.
double platform_seconds(void);

/// How many processors this process may run on.
int platform_processors(void);

/// Bytes of the data cache of that level (1, 2, 3) that the first core reads through; 0 where there is none or nobody tells.
int64_t platform_cache_bytes(int level);

/// Zeroed pages, in large ones where the system has them; NULL when there is no memory.
void *platform_pages(size_t bytes);
void platform_free_pages(void *p, size_t bytes);

/// Has `malloc` use the memory of arrays that were freed for those that follow, up to 64 MiB of it, rather than give it back.
void platform_keep_freed_memory(void);

/// The largest resident size this process ever had, in bytes.
int64_t platform_peak_memory(void);

/// The file from which this code was loaded, a program or a library, and the state it is in: device, node, size, seconds and
/// nanoseconds of the last change of its content, and of its node. 0 when all is known.
#define PLATFORM_FILE_NUMBERS 7
int platform_code_file(int64_t numbers[PLATFORM_FILE_NUMBERS]);

/// A thread that runs `body(context)` and is never joined; 0 when it was started.
int platform_start_thread(void (*body)(void *), void *context);
