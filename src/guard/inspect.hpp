// What a request holds, found once: every leaf of its body is walked and scanned a single time, whatever the number of
// places that are asked about it afterwards. Redacting for one of them then costs a copy of the body, and nothing is scanned again.
// A short value is scanned with the name of its member in front of it, because {"주민번호": 9001011234567} names the number
// as a sentence would. Names of members that can hold nothing (lower-case words) are not scanned.
// Sans-IO. Owner: one exchange. Keeps positions, and a copy of found values where the body has them escaped. Limits:
// request_findings_max, and those of walk() and Detector; past them guard_failed: nothing may leave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "guard/clean_memory.hpp"
#include "guard/detector.hpp"
#include "guard/external.hpp"
#include "guard/walk.hpp"
#include "model/guarded.hpp"

namespace gilmok::guard {

inline constexpr std::size_t request_findings_max = 100'000;

// What was found clean before, and for whom. Without a memory, or without a detector, everything is looked through.
struct Remembered {
    CleanMemory* memory = nullptr;
    model::TenantId tenant = model::TenantId::none;
};

class Inspection {
public:
    // Where a finding is cut out of the body, and what it says.
    struct Place {
        std::size_t begin = 0, end = 0;   // in the body
        Leaf::What what = Leaf::What::text;
        std::uint8_t nested = 0;   // JSON strings it lies in: how often a quote put there is escaped
        bool is_kept = false;      // the value is in kept_, not in the body
        std::size_t value_begin = 0, value_bytes = 0;
    };

    // Reads a JSON body that was checked; `detector` may be nullptr: then only media are told. The body must outlive this.
    Result<bool> read(std::string_view body, const Detector* detector, DetectScratch& scratch,
                      Remembered remembered = {});
    Result<bool> read_form(std::string_view content_type, std::string_view body, const Detector* detector,
                           DetectScratch& scratch);
    // Adds what an external detector found in the texts of external_question(body, model, …); `body` is the JSON that was read, if one
    // was. Spans below `score_min` do not count. Of spans that overlap one another the stronger stays, as in resolve(); of one that
    // overlaps a finding of read() the rest. Errors: guard_failed when a span lies in no text, outside of it, or cuts a character in two
    // (then it counts something else than bytes); nothing is added then.
    Result<bool> add(std::string_view body, std::string_view model, std::vector<ExternalSpan> spans,
                     std::uint8_t score_min);

    // In the body's order; begin and end are positions in the body. Media are findings of the kinds image, audio and file.
    [[nodiscard]] std::span<const model::Finding> findings() const { return findings_; }
    [[nodiscard]] bool is_empty() const { return findings_.empty(); }
    [[nodiscard]] const Place& place(std::size_t index) const { return places_[index]; }
    // The text that was found, unescaped. Of media the whole data: URL or base64; "" for those told without text.
    [[nodiscard]] std::string_view value(std::size_t index) const;
    [[nodiscard]] std::string_view body() const { return body_; }
    [[nodiscard]] bool is_form() const { return is_form_; }

private:
    class Scan;
    class Placing;
    Place place_of(const Leaf& leaf, std::string_view value, const Span& span);
    Result<bool> begin(std::string_view body, bool is_form);

    std::string_view body_;
    std::vector<model::Finding> findings_;
    std::vector<Place> places_;
    std::string kept_;   // values that stand escaped in the body
    bool is_form_ = false;
};

}   // namespace gilmok::guard
