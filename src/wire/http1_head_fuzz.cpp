// Properties: where the network cuts a head never changes the answer; a head that is accepted, written again from what
// was understood and read again is the same head. The first byte of an input chooses: 'r' a response, 'h' a response to
// HEAD, anything else a request.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "wire/http1.hpp"

using namespace gilmok;
using namespace gilmok::wire::http1;

namespace {

// Small, so that random inputs reach them.
constexpr Limits limits{.head_bytes_max = 1024, .target_bytes_max = 64, .headers_max = 12};

struct Outcome {
    bool is_done = false;
    Code code = Code::none;
    std::string_view detail;
    std::string text;
    std::size_t bytes_consumed = 0;
    bool operator==(const Outcome&) const = default;
};

void append_lines(std::string& out, const Headers& headers) {
    for (const Header& line : headers) {
        GILMOK_ASSERT(line.known == known_of(line.name));
        const std::size_t before = out.size();
        append_header(out, HeaderName::checked(line.name), line.value);
        std::string as_parsed;
        append_header(as_parsed, line);
        GILMOK_ASSERT(out.substr(before) == as_parsed);
    }
    out += "\r\n";
}

std::string serialised(const RequestHead& head) {
    GILMOK_ASSERT(head.target == std::string(head.path) + (head.target.size() == head.path.size() ? "" : "?") +
                                     std::string(head.query));
    std::string out(head.method_text);
    out.append(" ").append(head.target).append(" HTTP/1.").append(std::to_string(head.version_minor)).append("\r\n");
    append_lines(out, head.headers);
    return out;
}

std::string serialised(const ResponseHead& head) {
    std::string out = "HTTP/1." + std::to_string(head.version_minor) + " " + std::to_string(head.status) + " ";
    out.append(head.reason).append("\r\n");
    append_lines(out, head.headers);
    return out;
}

template <class Head>
void append_meaning(std::string& out, const Head& head) {
    out += std::to_string(static_cast<int>(head.framing)) + ":" + std::to_string(head.content_length) +
           (head.keep_alive ? "k" : "");
}

template <class Head>
void take(const Result<HeadParser::State>& state, const HeadParser& parser, const Head& head, Outcome& outcome) {
    if (!state) {
        outcome.code = state.error().code;
        outcome.detail = state.error().detail;
    } else if (*state == HeadParser::State::done) {
        outcome.is_done = true;
        outcome.text = serialised(head);
        append_meaning(outcome.text, head);
        outcome.bytes_consumed = parser.bytes_consumed();
    }
}

// Reads `bytes` in prefixes that grow by `stride`, each in a buffer of its own, after a first one of `first` bytes.
Outcome read(char kind, std::string_view bytes, std::size_t first, std::size_t stride) {
    HeadParser parser(limits);
    Outcome outcome;
    for (std::size_t size = first;; size += stride) {
        const std::string buffer(bytes.substr(0, size));
        if (kind == 'r' || kind == 'h') {
            ResponseHead head;
            take(parser.parse_response(buffer, kind == 'h', head), parser, head, outcome);
        } else {
            RequestHead head;
            take(parser.parse_request(buffer, head), parser, head, outcome);
        }
        if (outcome.is_done || outcome.code != Code::none || size >= bytes.size()) return outcome;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > 4096) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const char kind = input.front();
    const std::string_view bytes = input.substr(1);
    const Outcome whole = read(kind, bytes, bytes.size(), 1);
    GILMOK_ASSERT(whole.bytes_consumed <= bytes.size());
    GILMOK_ASSERT(read(kind, bytes, 0, 1) == whole);
    GILMOK_ASSERT(read(kind, bytes, 0, 7) == whole);
    const std::size_t step = bytes.size() / 16 + 1;
    for (std::size_t cut = size % step; cut < bytes.size(); cut += step)
        GILMOK_ASSERT(read(kind, bytes, cut, bytes.size()) == whole);
    if (whole.is_done && whole.text.size() <= limits.head_bytes_max) {
        const std::string again = whole.text.substr(0, whole.text.rfind("\r\n\r\n") + 4);
        GILMOK_ASSERT(read(kind, again, again.size(), 1).text == whole.text);
    }
    return 0;
}
