// The way back: puts the values behind stand-ins into an answer, and looks what else the answer gives away, whole or as
// it streams. Works on the text of each channel (content, reasoning, refusal, arguments of each tool call, by choice), never on
// framing: a stand-in that is split over events, even over escapes, is found. Of a stream only the tail that is a
// proper prefix of a stand-in in use (or may become a finding) is held back, and comes with the next event of the channel,
// or before its end.
// Channels are not a list of names: every text of a delta is one, by where it stands. Strings that come whole (ids, roles, names
// of functions, error messages) are restored in place. Where a text changes, the token log-probabilities beside it, which would
// spell out what was changed, become null. An event in which nothing changes is passed as it came, byte for byte.
// Sans-IO. Owner: one exchange. Limits: channels_max, hold bounds of Pseudonyms and Detector.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "dialect/openai.hpp"
#include "guard/answer_pieces.hpp"
#include "guard/detector.hpp"
#include "guard/pseudonym.hpp"
#include "model/exchange.hpp"
#include "model/guarded.hpp"

namespace gilmok::guard {

struct RestoreOptions {
    model::Endpoint endpoint = model::Endpoint::chat;
    const Pseudonyms* pseudonyms = nullptr;   // may be nullptr or empty: nothing to put back
    const Detector* detector = nullptr;       // nullptr: the answer is not looked through
    model::KindSet masked{};           // kinds that are masked in the answer, unless the client sent the value himself
    model::KindSet blocked{};          // kinds at which the answer is cut off: guard_answer_blocked
    std::vector<std::string> sent{};   // values that the client himself sent: they may come back
    std::string notice{};              // put before the first content of each choice ("" = none); not before JSON
    bool content_is_json = false;      // the client asked for JSON (response_format): values are escaped for it
};

// What restoring needs between two suspensions only: ten thousand idle streams hold none of it.
// Owner: a shard. Grows to what the longest event or answer needed; what is beyond bytes_kept_max is given back after it.
struct RestoreScratch {
    static constexpr std::size_t bytes_kept_max = 256 * 1024;
    // What is put in place of what, in order.
    struct Change {
        std::size_t begin = 0, end = 0;
        const std::string* value = nullptr;   // of a stand-in
        model::DataKind kind = model::DataKind::count_;
    };
    // New bytes for [begin, end) of the data.
    struct Edit {
        std::size_t begin = 0, end = 0;
        std::string bytes;
    };
    DetectScratch detect;
    AnswerPieces pieces;
    std::vector<Change> changes, findings;
    std::vector<model::Finding> found;
    std::vector<Edit> edits;
    std::vector<bool> is_changed;   // by choice of the event
    std::string window, pending, unescaped, made;

    void give_back();
};

class Restorer {
public:
    static constexpr std::size_t channels_max = 512;   // then guard_failed
    // What the options point to, and the scratch, must outlive this.
    explicit Restorer(RestoreOptions options, RestoreScratch& scratch);
    ~Restorer();
    // The data of one server-sent event ("[DONE]" too). Appends whole events ("data: …\n\n"), `raw` itself when nothing changes.
    // Errors: guard_answer_blocked, guard_failed (fault gateway): nothing more may go to the client but an error.
    Result<bool> event(std::string_view raw, std::string_view data, std::string& out);
    // The stream has ended (also when it was cut): appends what is still held back, as events.
    Result<bool> end(std::string& out);
    // A whole JSON answer. True: what was appended to `out` goes on in its place; false: it goes on as it came. `facts` is set
    // where the answer was read, also when it is refused.
    Result<bool> body(std::string_view json, std::string& out, std::optional<dialect::openai::AnswerFacts>& facts);
    // A whole answer of another kind of text; the same.
    Result<bool> text(std::string_view text, std::string& out);
    // What was done, for the decision record: findings of the answer by kind with their action.
    [[nodiscard]] const std::vector<model::Decision::Entry>& done() const;
    [[nodiscard]] std::uint64_t restored_count() const;

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}   // namespace gilmok::guard
