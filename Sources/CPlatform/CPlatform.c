#define _GNU_SOURCE
#include "CPlatform.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif
#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__linux__)
#include <linux/futex.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#endif
#if defined(__APPLE__)
#include <sys/sysctl.h>
#endif

int platform_instruction_set(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq"))
    return 2;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
#if defined(EMULATE_AVX512)
    return 2;  // its kernels are made of AVX2's instructions
#else
    return 1;
#endif
#endif
  return 0;
}

int platform_has_bfloat16(void) {
#if defined(EMULATE_AVX512)
  return platform_instruction_set() == 2;  // likewise
#elif defined(__x86_64__)
  return platform_instruction_set() == 2 && __builtin_cpu_supports("avx512bf16");
#else
  return 0;
#endif
}

int platform_processor_kind(void) {
#if defined(__x86_64__)
  unsigned a, b, c, d;
  if (__builtin_cpu_is("intel")) return PLATFORM_INTEL;
  if (__builtin_cpu_is("amd") && __get_cpuid(1, &a, &b, &c, &d)) {
    // What does not fit in the family's four bits is in the extended one.
    unsigned family = (a >> 8 & 15) + (a >> 20 & 255);
    if (family >= 26) return PLATFORM_ZEN5;
    if (family == 25 && __builtin_cpu_supports("avx512f")) return PLATFORM_ZEN4;
  }
#endif
  return PLATFORM_ANY;
}

void platform_wait(uint32_t *p, uint32_t value) {
#if defined(__linux__)
  syscall(SYS_futex, p, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
#else
  if (platform_load(p) == value) usleep(50);
#endif
}

void platform_wake_all(uint32_t *p) {
#if defined(__linux__)
  syscall(SYS_futex, p, FUTEX_WAKE_PRIVATE, 0x7fffffff, NULL, NULL, 0);
#endif
}

void platform_yield(void) { sched_yield(); }

double platform_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int platform_processors(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  long n = sysconf(_SC_NPROCESSORS_ONLN);
  return n < 1 ? 1 : (int)n;
}

#if defined(__linux__)
// The first word of a file of the first core's cache `index`; 0 where there is none.
static int cache_word(int index, const char *name, char word[32]) {
  char path[96];
  snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/%s", index, name);
  FILE *file = fopen(path, "re");
  if (!file) return 0;
  int found = fscanf(file, "%31s", word);
  fclose(file);
  return found == 1;
}
#endif

int64_t platform_cache_bytes(int level) {
#if defined(__linux__)
  char word[32];
  for (int i = 0; cache_word(i, "level", word); i++) {
    if (atoi(word) != level || !cache_word(i, "type", word) || word[0] == 'I') continue;
    if (!cache_word(i, "size", word)) continue;
    char *unit;
    int64_t size = strtoll(word, &unit, 10);
    return *unit == 'K' ? size << 10 : *unit == 'M' ? size << 20 : size;
  }
#elif defined(__APPLE__)
  static const char *names[][2] = {
      {"hw.perflevel0.l1dcachesize", "hw.l1dcachesize"},
      {"hw.perflevel0.l2cachesize", "hw.l2cachesize"},
      {"hw.perflevel0.l3cachesize", "hw.l3cachesize"}};
  for (int i = 0; level >= 1 && level <= 3 && i < 2; i++) {
    int64_t size = 0;
    size_t length = sizeof size;
    if (sysctlbyname(names[level - 1][i], &size, &length, NULL, 0) == 0 && size > 0) return size;
  }
#endif
  return 0;
}

// A huge page must begin at a multiple of its size, where the system alone would begin anywhere.
void *platform_pages(size_t bytes) {
  const size_t huge = 2 << 20;
  char *p = mmap(NULL, bytes + huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (p == MAP_FAILED) return NULL;
  char *start = (char *)(((uintptr_t)p + huge - 1) & ~(uintptr_t)(huge - 1));
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  char *end = start + (bytes + page - 1) / page * page;
  if (start > p) munmap(p, (size_t)(start - p));
  if (end < p + bytes + huge) munmap(end, (size_t)(p + bytes + huge - end));
#if defined(MADV_HUGEPAGE)
  madvise(start, bytes, MADV_HUGEPAGE);
#endif
  return start;
}

void platform_free_pages(void *p, size_t bytes) { munmap(p, bytes); }

void platform_keep_freed_memory(void) {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  mallopt(M_TOP_PAD, 1 << 20);
#endif
}

int64_t platform_peak_memory(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
#if defined(__APPLE__)
  return usage.ru_maxrss;
#else
  return (int64_t)usage.ru_maxrss * 1024;
#endif
}

int platform_code_file(int64_t numbers[PLATFORM_FILE_NUMBERS]) {
  Dl_info image;
  struct stat status;
  const char *path = dladdr((void *)platform_code_file, &image) ? image.dli_fname : NULL;
#if defined(__linux__)
  // A program is known to the loader by the name it was called by, which need not be its path.
  if (!path || (getauxval(AT_PHDR) & ~(unsigned long)4095) == (unsigned long)image.dli_fbase) path = "/proc/self/exe";
#endif
  if (!path || stat(path, &status) != 0) return -1;
#if defined(__APPLE__)
  struct timespec modified = status.st_mtimespec, changed = status.st_ctimespec;
#else
  struct timespec modified = status.st_mtim, changed = status.st_ctim;
#endif
  int64_t found[PLATFORM_FILE_NUMBERS] = {status.st_dev,    status.st_ino,   status.st_size,  modified.tv_sec,
                                          modified.tv_nsec, changed.tv_sec, changed.tv_nsec};
  memcpy(numbers, found, sizeof found);
  return 0;
}

struct start {
  void (*body)(void *);
  void *context;
};

static void *run(void *p) {
  struct start s = *(struct start *)p;
  free(p);
  s.body(s.context);
  return NULL;
}

int platform_start_thread(void (*body)(void *), void *context) {
  struct start *s = malloc(sizeof *s);
  if (!s) return -1;
  s->body = body;
  s->context = context;
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, s) != 0) {
    free(s);
    return -1;
  }
  pthread_detach(thread);
  return 0;
}
