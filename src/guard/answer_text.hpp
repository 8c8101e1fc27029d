// One text of an answer as it comes: what restore.hpp does to it, apart from where it stands. Values are put back for their
// stand-ins; what the answer gives away is masked or refused; the tail that may still become either is held back.
// Internal to guard/. Owner: one exchange. Holds at most hold_bytes_max of a channel, and context_bytes_max of what was passed
// (a little more between two cuts).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "guard/detector.hpp"
#include "guard/matcher.hpp"
#include "guard/pseudonym.hpp"
#include "guard/restore.hpp"
#include "model/guarded.hpp"

namespace gilmok::guard {

// The inside of a JSON text that comes in pieces: whether what comes next stands in a string.
class InsideJson {
public:
    void pass(std::string_view text);
    [[nodiscard]] bool is_in_string() const { return is_in_string_; }

private:
    bool is_in_string_ = false, is_escaped_ = false;
};

struct Channel {
    std::uint64_t id = 0;
    std::int64_t choice = 0;
    std::string open, close;   // what stands around its text inside a choice: "delta":{"content":" and "}
    std::string held;          // not passed on yet
    std::string passed;        // the end of what was, as the model wrote it: what detectors read in front
    InsideJson json{};
    bool is_json = false;   // its text is JSON: values are escaped, masks outside of strings quoted
    bool is_looked_through = true;
    bool takes_notice = false;   // the notice comes before its first text
    bool is_of_secret = false;   // what was passed may be a secret's first letters: what comes is read with it
    std::size_t pair_bytes =
        0;   // so many more may stand between an AWS access key that was masked and its secret half
    model::DataKind running = model::DataKind::count_;   // a secret too long to be held: masked, and not at its end yet
};

class AnswerText {
public:
    // As far as words may stand from the number that they name (guard/matcher.hpp), in Korean.
    static constexpr std::size_t context_bytes_max = 3 * context_characters;
    static constexpr std::size_t context_cut_bytes = 60;   // beyond, before it is cut again
    static constexpr std::size_t hold_bytes_max =
        2'048;   // a finding that began longer ago is masked as far as it goes

    AnswerText(const RestoreOptions& options, RestoreScratch& scratch);
    // Nothing is ever done, whatever comes.
    [[nodiscard]] bool is_idle() const;
    // Appends what of the held text and `text` may be passed on; all of it with `is_last`. True when that is not `text` itself.
    // Errors: guard_answer_blocked, guard_failed.
    Result<bool> take(Channel& channel, std::string_view text, bool is_last, std::string& out);

    [[nodiscard]] const std::vector<model::Decision::Entry>& done() const { return done_; }
    [[nodiscard]] std::uint64_t restored_count() const { return restored_; }

private:
    using Change = RestoreScratch::Change;
    Result<bool> find_changes(const Channel& channel, std::string_view pending);
    Result<bool> find_findings(const Channel& channel, std::string_view pending);
    [[nodiscard]] std::size_t hold_begin(Channel& channel, std::string_view pending) const;
    void apply(Channel& channel, std::string_view text, std::string& out);
    void pass(Channel& channel, std::string_view text) const;
    void remember(Channel& channel, std::string_view text) const;
    [[nodiscard]] bool looks_through(const Channel& channel) const {
        return detector_ != nullptr && channel.is_looked_through;
    }
    bool was_sent(std::string_view value);
    void count(model::DataKind kind, model::GuardAction action);

    const RestoreOptions& options_;
    RestoreScratch& scratch_;
    const Pseudonyms* pseudonyms_ = nullptr;                     // nullptr when none is in use
    const Detector* detector_ = nullptr;                         // nullptr when nothing is masked or blocked
    model::KindSet kinds_{};                                     // that are
    std::unique_ptr<std::set<std::string, std::less<>>> sent_;   // as compared, made at the first finding
    std::vector<model::Decision::Entry> done_;
    std::uint64_t restored_ = 0;
};

}   // namespace gilmok::guard
