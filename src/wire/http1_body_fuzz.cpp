// Properties: where the network cuts a chunked body never changes payload, end or error; and what was read, written as
// chunks again, is read the same.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "wire/http1.hpp"

using namespace gilmok;
using namespace gilmok::wire::http1;

namespace {

constexpr Limits limits{.chunk_line_bytes_max = 24, .trailer_bytes_max = 64};

struct Outcome {
    std::string payload;
    std::size_t consumed = 0;
    bool is_done = false;
    std::string_view detail;
    bool operator==(const Outcome&) const = default;
};

// `first` bytes, then pieces of `stride`.
Outcome read(std::string_view bytes, std::size_t first, std::size_t stride) {
    BodyReader reader(Framing::chunked, 0, limits);
    Outcome outcome;
    for (std::size_t size = first;; size = stride) {
        std::string_view piece = bytes.substr(0, size);
        bytes.remove_prefix(piece.size());
        while (!piece.empty()) {
            const auto step = reader.feed(piece);
            if (!step) {
                outcome.detail = step.error().detail;
                outcome.consumed = 0;
                return outcome;
            }
            GILMOK_ASSERT(step->consumed > 0 || step->is_done);
            GILMOK_ASSERT(step->consumed <= piece.size());
            outcome.payload += step->payload;
            outcome.consumed += step->consumed;
            outcome.is_done = step->is_done;
            if (step->is_done) return outcome;
            piece.remove_prefix(step->consumed);
        }
        if (bytes.empty()) return outcome;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 4096) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const Outcome whole = read(bytes, size, 1);
    GILMOK_ASSERT(read(bytes, 1, 1) == whole);
    GILMOK_ASSERT(read(bytes, 0, 5) == whole);
    const std::size_t step = size / 16 + 1;
    for (std::size_t cut = size % step; cut < size; cut += step) GILMOK_ASSERT(read(bytes, cut, size) == whole);
    std::string again;
    if (!whole.payload.empty()) {
        append_chunk_size(again, whole.payload.size());
        again.append(whole.payload).append("\r\n");
    }
    again += last_chunk;
    const Outcome reread = read(again, again.size(), 1);
    GILMOK_ASSERT(reread.is_done && reread.payload == whole.payload && reread.consumed == again.size());
    return 0;
}
