// The text as detectors read it: what obfuscation and typography did is undone, and every place leads back to the original.
// NFKC of the forms that hide digits and letters (full width, circled, super- and subscript, mathematical), zero-width and
// soft characters left out, split jamo joined, Korean numerals and spaced digits in runs made ASCII digits.
// A text with none of these, the usual case, is its own view: nothing is copied and the map is empty.
// Source: UAX #15 (NFKC), KS X 1001 jamo composition as Unicode 3.12. Sans-IO. Owner: one scan's scratch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gilmok::guard {

class View {
public:
    // Reads `original` (UTF-8; bytes that are not are kept as they are). Valid until the next read() and as long as `original`.
    void read(std::string_view original);
    [[nodiscard]] std::string_view text() const { return text_; }
    [[nodiscard]] bool is_same() const { return map_.empty(); }
    // Of the byte at `at` of text(): where it begins in the original; text().size() leads to the original's end.
    [[nodiscard]] std::size_t original(std::size_t at) const { return map_.empty() ? at : map_[at]; }

private:
    bool read_line(std::string_view line);
    void append_line(std::size_t begin);
    void copy(std::string_view original, std::size_t begin, std::size_t end);
    std::string_view text_;
    std::string changed_;
    std::vector<std::uint32_t> map_;   // one more than changed_ has bytes
    // One line, as it reads; as a pass left it and as the next one writes it, with its way back to the line.
    std::string line_, next_;
    std::vector<std::uint32_t> line_map_, next_map_;
};

}   // namespace gilmok::guard
