// Splits a byte stream into server-sent events (WHATWG HTML section 9.2). Sans-IO: feed bytes as they come, in any cut.
// What is handed out is whole events with their exact bytes, so that a relay can pass, withhold or replace each: all
// `raw` in a row are the stream, without a byte order mark at its start and an unfinished event at its end.
// Owner: one exchange. Holds at most event_bytes_max of an unfinished event, then fails: an upstream that never sends a
// blank line must not become our memory problem. Holds nothing between events, and copies nothing when a chunk is made
// of whole events.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace gilmok::wire::sse {

struct Event {
    std::string_view raw;      // the event's bytes, its blank line included; what a relay forwards
    std::string_view name;     // value of the last "event:" line, "" when absent
    std::string_view data;     // "data:" lines joined by LF; a view into raw when there is one line
    bool is_comment = false;   // no "data:" line: a comment (":keep-alive"), ignored fields, or a stray blank line
};

class Framer {
public:
    explicit Framer(std::uint32_t event_bytes_max) : event_bytes_max_(event_bytes_max) {}

    // Takes the next whole event out of the bytes fed so far. Usage:
    //   framer.feed(chunk);  while (true) { auto got = framer.next(event); if (!got) …error…; if (!*got) break; use(event); }
    // `event` and `chunk` views live until the next feed(). Each feed() must be drained by next() before the following one.
    // When a chunk ends between the CR and the LF of a blank line the event is handed out at once, and the LF comes as
    // a comment of its own: waiting for it could mean waiting for ever.
    // Error: Code::upstream_too_large when an event passes event_bytes_max; then every further next() fails too.
    void feed(std::string_view chunk);
    Result<bool> next(Event& event);
    // Bytes of an unfinished event that are held. At the end of a stream they are a cut-off event, which is not an event.
    [[nodiscard]] std::size_t bytes_held() const;
    // Gives back the memory of pending bytes; called when a stream goes idle. Ends the life of views.
    void shrink();

private:
    // Needed only when chunks cut events, or data has several lines; thousands of idle streams do without.
    struct Held {
        std::string pending;   // start of an unfinished event
        std::string tail;      // the same, while `pending` is handed out
        std::string joined;    // data of several lines
        bool pending_is_handed_out = false;
    };

    Held& held();
    bool passes_byte_order_mark();
    // Bytes of chunk_, which is not empty, up to the end of the event, or 0 when it does not end there.
    std::size_t find_event_end();
    std::string_view take(std::size_t chunk_bytes);
    void read(Event& event);
    std::string_view join(const Event& event, std::string_view line, bool is_second, std::size_t& begin);

    std::string_view chunk_;   // not yet handed out
    std::unique_ptr<Held> held_;
    std::uint32_t event_bytes_max_;
    bool at_start_ = true;   // a byte order mark may stand at the very start
    bool at_line_start_ = true;
    bool after_cr_ = false;   // the last byte seen was CR; a following LF belongs to it
    bool has_failed_ = false;
};
static_assert(sizeof(Framer) <= 64);

// Appends "event: NAME\ndata: DATA\n\n", without the first line when there is no name. Neither may hold CR or LF (ours
// is JSON on one line; asserted).
void append_event(std::string& out, std::string_view name, std::string_view data);

}  // namespace gilmok::wire::sse
