// Splits a byte stream into server-sent events (WHATWG HTML section 9.2). Sans-IO: feed bytes as they come, in any cut.
// What is handed out is whole events with their exact bytes, so that a relay can pass, withhold or replace each.
// Owner: one exchange. Holds at most event_bytes_max of an unfinished event, then fails: an upstream that never sends a
// blank line must not become our memory problem. Holds nothing between events.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace gilmok::wire::sse {

struct Event {
    std::string_view raw;     // the event's bytes, its blank line included; what a relay forwards
    std::string_view name;    // value of the last "event:" line, "" when absent
    std::string_view data;    // "data:" lines joined by LF; a view into raw when there is one line
    bool is_comment = false;  // only comment lines (":keep-alive") or only ignored fields
};

class Framer {
public:
    explicit Framer(std::uint32_t event_bytes_max) : event_bytes_max_(event_bytes_max) {}

    // Takes the next whole event out of the bytes fed so far. Usage:
    //   framer.feed(chunk);  while (true) { auto got = framer.next(event); if (!got) …error…; if (!*got) break; use(event); }
    // `event` and `chunk` views live until the next feed(). Each feed() must be drained by next() before the following one.
    // Error: Code::upstream_too_large when an event passes event_bytes_max.
    void feed(std::string_view chunk);
    Result<bool> next(Event& event);
    // Bytes of an unfinished event that are held. At the end of a stream they are a cut-off event, which is not an event.
    [[nodiscard]] std::size_t bytes_held() const;
    // Gives back the memory of pending bytes; called when a stream goes idle.
    void shrink();

private:
    std::uint32_t event_bytes_max_;
    std::string_view chunk_;      // not yet looked at
    std::string pending_;         // start of an unfinished event
    std::string joined_;          // data of several lines
    bool pending_is_handed_out_ = false;
    bool at_start_ = true;        // a byte order mark may stand at the very start
    bool after_cr_ = false;       // the last byte handed out was CR; a following LF belongs to it
};

// Appends "event: NAME\ndata: DATA\n\n". `data` must hold no CR or LF (ours is JSON on one line; asserted).
void append_event(std::string& out, std::string_view name, std::string_view data);

}  // namespace gilmok::wire::sse
