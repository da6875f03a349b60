#pragma once
#include <stdint.h>

/// How often this thread has asked the heap for memory since it began; −1 where allocations cannot be watched.
int64_t allocations_of_this_thread(void);
