// Coroutine frames come from per-thread free lists by size class, last in first out: a keep-alive connection makes and
// drops the same few frames for every exchange, and warm memory is most of what makes it cheap.
// Owner: the thread that allocates must free; coroutines never move between threads.
#pragma once

#include <cstddef>

namespace gilmok::io {

void* allocate_frame(std::size_t bytes);
void free_frame(void* frame, std::size_t bytes) noexcept;

}  // namespace gilmok::io
