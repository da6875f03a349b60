#include "CAllocationCounter.h"

#include <errno.h>
#include <stddef.h>

// A sanitizer has allocation functions of its own.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(SANITIZED)
// The test process's own allocation functions, in place of the C library's: they count and pass on.
static __thread int64_t count;

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
  count++;
  return __libc_malloc(size);
}
void *calloc(size_t n, size_t size) {
  count++;
  return __libc_calloc(n, size);
}
void *realloc(void *p, size_t size) {
  count++;
  return __libc_realloc(p, size);
}
void *aligned_alloc(size_t alignment, size_t size) {
  count++;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void **p, size_t alignment, size_t size) {
  count++;
  *p = __libc_memalign(alignment, size);
  return *p ? 0 : ENOMEM;
}

int64_t allocations_of_this_thread(void) { return count; }
#else
int64_t allocations_of_this_thread(void) { return -1; }
#endif
