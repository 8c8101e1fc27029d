// What the readings of one line share: how a pass writes what it changes, and what may part the digits of a number. The passes
// themselves stand where they are called (view.cpp) but those of spelled numbers (view_spelled.cpp). Sans-IO, no state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace gilmok::guard::passes {

// What a pass writes: the stretches between changes are copied when the next change comes.
class Rewrite {
public:
    Rewrite(std::string_view text, std::string& out, std::vector<std::uint32_t>& map)
        : text_(text), out_(out), map_(map) {
        out_.clear();
        map_.clear();
    }
    // [begin, end) of the text becomes `to`, each byte of which leads to `begin`. In the text's order.
    void replace(std::size_t begin, std::size_t end, std::string_view to) {
        copy_to(begin);
        out_.append(to);
        map_.insert(map_.end(), to.size(), static_cast<std::uint32_t>(begin));
        done_ = end;
        has_changed_ = true;
    }
    // What stands behind the last change; false when there was none, then nothing is written.
    bool finish() {
        if (!has_changed_) return false;
        copy_to(text_.size());
        map_.push_back(static_cast<std::uint32_t>(text_.size()));
        return true;
    }
    // The byte `back` before `at` as it reads now, 0 in front of the begin.
    [[nodiscard]] char before(std::size_t at, std::size_t back) const {
        if (at - done_ >= back) return text_[at - back];
        const std::size_t written = back - (at - done_);
        return written > out_.size() ? '\0' : out_[out_.size() - written];
    }

private:
    void copy_to(std::size_t end) {
        out_.append(text_.substr(done_, end - done_));
        const std::size_t from = map_.size();
        map_.resize(from + (end - done_));
        std::iota(map_.begin() + static_cast<std::ptrdiff_t>(from), map_.end(), static_cast<std::uint32_t>(done_));
        done_ = end;
    }
    std::string_view text_;
    std::string& out_;
    std::vector<std::uint32_t>& map_;
    std::size_t done_ = 0;
    bool has_changed_ = false;
};

inline std::size_t skip_ascii(std::string_view text, std::size_t at) {
    for (std::uint64_t eight = 0; at + sizeof eight <= text.size(); at += sizeof eight) {
        std::memcpy(&eight, text.data() + at, sizeof eight);
        if ((eight & 0x8080'8080'8080'8080U) != 0) break;
    }
    while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
    return at;
}

// One separator of a spelled or spaced number: a space, a hyphen or a full stop, or a hyphen between spaces.
inline std::size_t separator_bytes(std::string_view text, std::size_t at) {
    if (text.substr(at, 3) == " - ") return 3;
    if (text.substr(at, 2) == "- " || text.substr(at, 2) == " -") return 2;
    return at < text.size() && (text[at] == ' ' || text[at] == '-' || text[at] == '.') ? 1 : 0;
}

inline constexpr std::size_t number_least = 7;   // digits: below it a run is a word, a price or a list

// Numbers of syllables or Hanja alone; and those in which they stand among digits.
void read_numerals(std::string_view text, Rewrite& out);
void read_mixed_numerals(std::string_view text, Rewrite& out);

}   // namespace gilmok::guard::passes
