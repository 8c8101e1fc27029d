#include "wire/sse.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/give_back.hpp"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace gilmok::wire::sse {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// The first CR or LF, or `end`. One look for both: two memchr calls would read a stream of CR lines to its end for
// every line.
const char* find_line_end(const char* at, const char* end) {
#if defined(__x86_64__)
    for (; end - at >= 16; at += 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i found =
            _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(block, _mm_set1_epi8('\r')));
        const int mask = _mm_movemask_epi8(found);
        if (mask != 0) return at + __builtin_ctz(static_cast<unsigned>(mask));
    }
#endif
    while (at != end && *at != '\n' && *at != '\r') ++at;
    return at;
}

}  // namespace

Framer::Held& Framer::held() {
    if (held_ == nullptr) held_ = std::make_unique<Held>();
    return *held_;
}

void Framer::feed(std::string_view chunk) {
    GILMOK_ASSERT(chunk_.empty());
    if (held_ != nullptr) {
        if (held_->pending_is_handed_out) {
            held_->pending.swap(held_->tail);
            held_->tail.clear();
            held_->pending_is_handed_out = false;
        }
        held_->joined.clear();
    }
    chunk_ = chunk;
}

bool Framer::passes_byte_order_mark() {
    const std::size_t before = bytes_held();
    const std::size_t here = std::min(byte_order_mark.size() - before, chunk_.size());
    if (chunk_.substr(0, here) != byte_order_mark.substr(before, here)) {
        at_start_ = false;
        at_line_start_ = before == 0;
        return true;
    }
    if (before + here < byte_order_mark.size()) {
        if (!chunk_.empty()) held().pending.append(chunk_);
        chunk_ = {};
        return false;
    }
    chunk_.remove_prefix(here);
    if (held_ != nullptr) held_->pending.clear();
    at_start_ = false;
    return true;
}

std::size_t Framer::find_event_end() {
    const char* at = chunk_.data();
    const char* const end = at + chunk_.size();
    if (after_cr_ && *at == '\n') ++at;
    after_cr_ = false;
    while (at != end) {
        const char* const stop = find_line_end(at, end);
        if (stop == end) {
            at_line_start_ = false;
            return 0;
        }
        const bool is_blank = at_line_start_ && stop == at;
        at = stop + 1;
        if (*stop == '\r') {
            if (at == end)
                after_cr_ = true;
            else if (*at == '\n')
                ++at;
        }
        at_line_start_ = true;
        if (is_blank) return static_cast<std::size_t>(at - chunk_.data());
    }
    return 0;
}

std::string_view Framer::take(std::size_t chunk_bytes) {
    const std::string_view head = chunk_.substr(0, chunk_bytes);
    chunk_.remove_prefix(chunk_bytes);
    if (bytes_held() == 0) return head;
    held_->pending.append(head);
    held_->pending_is_handed_out = true;
    return held_->pending;
}

Result<bool> Framer::next(Event& event) {
    static constexpr Error too_large{Code::upstream_too_large, Fault::upstream, Retry::never,
                                     "an event of the stream passes its size limit"};
    if (has_failed_) return fail(too_large);
    if (at_start_ && !passes_byte_order_mark()) return false;
    if (chunk_.empty()) return false;
    if (after_cr_ && bytes_held() == 0 && chunk_.front() == '\n') {
        after_cr_ = false;
        event = Event{chunk_.substr(0, 1), {}, {}, true};
        chunk_.remove_prefix(1);
        return true;
    }
    const std::size_t chunk_bytes = find_event_end();
    if (bytes_held() + (chunk_bytes != 0 ? chunk_bytes : chunk_.size()) > event_bytes_max_) {
        has_failed_ = true;
        chunk_ = {};
        return fail(too_large);
    }
    if (chunk_bytes == 0) {
        Held& store = held();
        (store.pending_is_handed_out ? store.tail : store.pending).append(chunk_);
        chunk_ = {};
        return false;
    }
    event.raw = take(chunk_bytes);
    read(event);
    return true;
}

void Framer::read(Event& event) {
    event.name = {};
    event.data = {};
    std::size_t data_lines = 0;
    std::size_t joined_begin = 0;
    const char* at = event.raw.data();
    const char* const end = at + event.raw.size();
    while (at != end) {
        const char* const stop = find_line_end(at, end);
        const std::string_view line(at, static_cast<std::size_t>(stop - at));
        at = stop == end ? end : stop + 1;
        const std::size_t colon = std::min(line.find(':'), line.size());
        const std::string_view field = line.substr(0, colon);
        std::string_view value = line.substr(std::min(colon + 1, line.size()));
        if (value.starts_with(' ')) value.remove_prefix(1);
        if (field == "event") event.name = value;
        if (field != "data") continue;
        if (++data_lines == 1)
            event.data = value;
        else
            event.data = join(event, value, data_lines == 2, joined_begin);
    }
    event.is_comment = data_lines == 0;
}

std::string_view Framer::join(const Event& event, std::string_view line, bool is_second, std::size_t& begin) {
    std::string& joined = held().joined;
    // Views of earlier events of this feed point into `joined`, so it may not move: what is joined in one feed is never
    // longer than what was fed.
    if (joined.empty()) joined.reserve(event.raw.size() + chunk_.size());
    if (is_second) {
        begin = joined.size();
        joined.append(event.data);
    }
    joined.push_back('\n');
    joined.append(line);
    return std::string_view(joined).substr(begin);
}

std::size_t Framer::bytes_held() const {
    if (held_ == nullptr) return 0;
    return held_->pending_is_handed_out ? held_->tail.size() : held_->pending.size();
}

void Framer::shrink() {
    if (bytes_held() == 0) {
        held_.reset();
        return;
    }
    if (held_->pending_is_handed_out) held_->pending.swap(held_->tail);
    held_->pending_is_handed_out = false;
    give_back(held_->tail);
    give_back(held_->joined);
    held_->pending.shrink_to_fit();
}

void append_event(std::string& out, std::string_view name, std::string_view data) {
    GILMOK_ASSERT(name.find_first_of("\r\n") == std::string_view::npos &&
                  data.find_first_of("\r\n") == std::string_view::npos);
    if (!name.empty()) out.append("event: ").append(name).append("\n");
    out.append("data: ").append(data).append("\n\n");
}

}  // namespace gilmok::wire::sse
