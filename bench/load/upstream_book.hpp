// The upstream's own account of each request that reached it: what it reported and how far it delivered. One line each:
//   REQUEST_ID SIDE NONCE MODEL LIE FAULT IS_STREAM IS_CONTINUOUS PIECES INPUT_BYTES STATUS EVENTS BODY_BYTES USAGE
// FAULT is what was done, not what was planned. STATUS, EVENTS (whole ones with content) and BODY_BYTES are those of the bytes
// that the kernel took. USAGE is the last report as it would be sent; "-" = none. A request that did not come whole is
//   REQUEST_ID SIDE partial
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "fault_plan.hpp"

namespace load {

struct BookEntry {
    std::string id;
    unsigned side = 0;   // which of the upstream's ports
    Plan plan;
    bool is_continuous = false;
    bool has_usage = false;   // the gateway asked for it
    std::size_t input_bytes = 0;
    std::string sent;   // of the answer, framing included
};

class UpstreamBook {
public:
    explicit UpstreamBook(const std::string& path);   // "" = none is kept
    [[nodiscard]] bool is_kept() const { return file_ != nullptr; }
    void write(const BookEntry& entry);
    void write_partial(std::string_view id, unsigned side);
    void flush();

private:
    std::FILE* file_ = nullptr;
};

// Bytes of the value of "messages", of a body made by request_body().
std::size_t input_bytes_of(std::string_view body);

// Events of a stream that came whole and have content.
std::size_t content_events_of(std::string_view events);

}   // namespace load
