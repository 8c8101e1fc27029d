// Finds identifiers and secrets in a text. Two stages: vector anchors say where something may be, matchers look closely.
// A scalar twin of the first stage is the oracle: both see the same places on any bytes.
// Sans-IO. Immutable after create(): shared by all shards; the scratch is the caller's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "guard/anchors.hpp"
#include "guard/literals.hpp"
#include "guard/open_tail.hpp"
#include "guard/surroundings.hpp"
#include "guard/view.hpp"
#include "model/guarded.hpp"

namespace gilmok::guard {

class Patterns;     // the organisation's own, guard/patterns.hpp
class Dictionary;   // guard/dictionary.hpp

struct DetectorOptions {
    model::KindSet kinds = model::KindSet::all();
    std::uint8_t score_min = 60;
    std::shared_ptr<const Patterns> patterns{};       // may be empty
    std::shared_ptr<const Dictionary> dictionary{};   // may be empty
};

// Owner: a shard. Grows to what the longest text needed, at most text_bytes_max.
struct DetectScratch {
    View view;
    std::vector<model::Finding> candidates;   // in the view
    std::vector<Anchor> anchors;              // of one stretch of the view
    std::vector<Literals::Hit> hits;          // the same
    Surroundings around;
    std::unique_ptr<void, void (*)(void*)> patterns{nullptr, nullptr};   // of the pattern engine
};

inline constexpr std::size_t text_bytes_max = 64U << 20;   // longer texts are not scanned: the caller refuses
inline constexpr std::size_t findings_max = 100'000;       // of one text; more: is_full

class Detector {
public:
    explicit Detector(DetectorOptions options);
    ~Detector();
    // Appends what `text` holds: sorted by begin, not overlapping (the higher score stays, then the longer, then the kind that
    // stands first). False when the text is too long, has too many findings, or a pattern engine failed: then
    // nothing may leave (fail closed).
    [[nodiscard]] bool scan(std::string_view text, DetectScratch& scratch, std::vector<model::Finding>& findings) const;
    // For a text of which all up to `seen` was looked at before, when it came: what ends behind `seen`, and what else is met.
    // Numbers that stand more than seen_bytes in front of it are not looked at once more; a finding that reaches further is
    // found by its own last bytes or by its words, if at all.
    static constexpr std::size_t seen_bytes = 128;
    [[nodiscard]] bool scan_behind(std::string_view text, std::size_t seen, DetectScratch& scratch,
                                   std::vector<model::Finding>& findings) const;
    // The same with the scalar first stage: what tests hold scan() against.
    [[nodiscard]] bool scan_scalar(std::string_view text, DetectScratch& scratch,
                                   std::vector<model::Finding>& findings) const;

    // For text that comes in pieces: how many of the last bytes of `text` could still become part of a finding of one of
    // `kinds` when more comes, at most hold_bytes_max, or secret_hold_bytes_max of a token that a secret begins. Natural prose holds
    // nothing back, but where e-mail addresses are asked for: then its last Latin word, which may be one's first part. Names and
    // addresses of streets are not waited for.
    static constexpr std::size_t hold_bytes_max = 96, secret_hold_bytes_max = 2'000;
    [[nodiscard]] std::size_t open_tail(std::string_view text) const { return open_tail(text, options().kinds); }
    [[nodiscard]] std::size_t open_tail(std::string_view text, const model::KindSet& kinds) const;
    // The same behind `passed` bytes of `text` that went on before, passed_bytes of them at most: a name like "password" may have begun in
    // them.
    static constexpr std::size_t passed_bytes = 32;
    [[nodiscard]] OpenTail::Tail open_tail_behind(std::string_view text, std::size_t passed,
                                                  const model::KindSet& kinds) const;

    [[nodiscard]] const DetectorOptions& options() const;
    // Another for each detector of this process: what one found says nothing of another, also after a reload.
    [[nodiscard]] std::uint64_t id() const { return id_; }

private:
    struct Inside;
    static std::uint64_t next_id();
    std::unique_ptr<Inside> inside_;
    const std::uint64_t id_ = next_id();
};

}   // namespace gilmok::guard
