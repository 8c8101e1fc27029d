// The real Loop: epoll, edge-triggered, one registration a socket. See docs/adr/0001 for why not a library or io_uring.
#pragma once

#include <cstdint>
#include <memory>

#include "io/loop.hpp"

namespace gilmok::io::linux_ {

// A loop for the calling thread. Ends the process when the kernel refuses an epoll or event descriptor at start.
std::unique_ptr<Loop> make_loop();

// The clocks, for the few who measure outside a loop (process start, doctor).
Instant monotonic_now();
WallTime wall_now();

// Blocks SIGPIPE for the process: a peer that left is a value, not a signal.
void ignore_sigpipe();
// Raises the soft limit of open files to the hard one; returns the limit.
std::uint64_t raise_file_limit();

}   // namespace gilmok::io::linux_
