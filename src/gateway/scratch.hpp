// Memory that a shard lends to whichever coroutine runs, and that nobody may keep across a suspension. It keeps big
// buffers out of coroutine frames (ten thousand idle streams hold none) and warm in the cache.
#pragma once

#include <array>
#include <string>

#include "guard/restore.hpp"
#include "wire/http1.hpp"

namespace gilmok::gateway {

struct Scratch {
    wire::http1::RequestHead request_head;
    const void* request_head_owner = nullptr;   // who parsed it last; others must parse theirs again
    wire::http1::ResponseHead response_head;
    std::array<char, 64 * 1024> input;   // bytes of an upstream
    std::string out;                     // bytes for a client
    std::string payload;                 // of one relay step
    std::string made;                    // new bytes of an edited body
    std::string upstream_head;
    std::string traceparent;
    guard::RestoreScratch restore;
    guard::DetectScratch& detect = restore.detect;   // one for both ways, and warm
};

}   // namespace gilmok::gateway
