// Properties: any cut of a stream gives the events that a plain reading of the standard gives for the whole; all raw
// bytes in a row are the stream but for its mark and its unfinished end. The first bytes choose the cuts.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/prng.hpp"
#include "base/test_claim.hpp"
#include "wire/sse.hpp"

namespace sse = gilmok::wire::sse;

namespace {

struct Plain {
    std::string name, data;
    bool operator==(const Plain&) const = default;
};

// The standard's own words, line by line over the whole stream.
std::vector<Plain> read_plainly(std::string_view stream) {
    if (stream.starts_with("\xEF\xBB\xBF")) stream.remove_prefix(3);
    std::vector<Plain> events;
    Plain event;
    bool has_data = false;
    std::string line;
    for (std::size_t i = 0; i < stream.size(); ++i) {
        if (stream[i] != '\r' && stream[i] != '\n') {
            line += stream[i];
            continue;
        }
        if (stream[i] == '\r' && i + 1 < stream.size() && stream[i + 1] == '\n') ++i;
        if (line.empty()) {
            if (has_data) event.data.pop_back(), events.push_back(event);
            event = {};
            has_data = false;
        } else {
            const std::size_t colon = line.find(':');
            std::string value = colon == std::string::npos ? "" : line.substr(colon + 1);
            if (value.starts_with(' ')) value.erase(0, 1);
            const std::string field = line.substr(0, colon);
            if (field == "event") event.name = value;
            if (field == "data") event.data += value + "\n", has_data = true;
        }
        line.clear();
    }
    return events;
}

void run(std::string_view stream, gilmok::Prng& prng, std::size_t longest, const std::vector<Plain>& expected) {
    sse::Framer framer(1 << 24);
    std::vector<Plain> events;
    std::string raw;
    for (std::size_t begin = 0; begin < stream.size();) {
        // Every chunk in memory of its own, so that a view that outlives it is seen.
        const std::string chunk(stream.substr(begin, prng.below(longest) + 1));
        begin += chunk.size();
        framer.feed(chunk);
        std::vector<sse::Event> seen;
        sse::Event event;
        while (true) {
            const auto got = framer.next(event);
            claim(got.has_value(), "no limit was passed");
            if (!*got) break;
            seen.push_back(event);
        }
        for (const auto& each : seen) {
            raw += each.raw;
            if (!each.is_comment) events.push_back({std::string(each.name), std::string(each.data)});
        }
        if (prng.below(3) == 0) framer.shrink();
    }
    claim(events == expected, "events are those of the whole");
    if (stream.starts_with("\xEF\xBB\xBF")) stream.remove_prefix(3);
    claim(stream.starts_with(raw), "raw bytes are the stream's");
    // A mark that is cut short is held until it is known to be none.
    claim(raw.size() + framer.bytes_held() == stream.size(), "what is not handed out is held");
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    gilmok::Prng prng{data[0]};
    const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::vector<Plain> expected = read_plainly(stream);
    for (const std::size_t longest : {std::size_t{1}, std::size_t{3}, std::size_t{20}, size})
        run(stream, prng, longest, expected);
    return 0;
}
