#include "wire/toml_hazard.hpp"

namespace gilmok::wire {
namespace {

enum class Inside : std::uint8_t { nothing, comment, basic, literal, multi_basic, multi_literal };

// Follows strings and comments just well enough to know what stands outside them. In step with the parser up to the
// first mistake in the text, and the parser stops there.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {
        if (text_.starts_with("\xEF\xBB\xBF")) begin_ = 3;   // a byte order mark may open the file
        at_ = begin_;
    }

    TomlHazard run() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            const bool is_beyond_ascii = static_cast<unsigned char>(c) >= 0x80;
            if (is_beyond_ascii && inside_ == Inside::nothing)
                return hazard("only texts in quotes and comments may hold this character");
            if (is_beyond_ascii && is_after_line_end_)
                return hazard("after a backslash at the end of a line, begin the next with another character");
            if ((c == '"' || c == '\'') && inside_ == Inside::nothing && !may_open_string())
                return hazard("a quote stands in the middle of a value");
            if (c == '.' && inside_ == Inside::nothing && ++dots_ >= toml_key_parts_max)
                return hazard("a key with more than 64 parts");
            step(c);
        }
        return {};
    }

private:
    TomlHazard hazard(std::string_view mistake) const { return {mistake, line_, column_}; }

    // The parser looks at an unquoted value up to the next space and takes quotes in it for a part of it.
    bool may_open_string() const {
        return at_ == begin_ || std::string_view(" \t\r\n=[{,.").find(text_[at_ - 1]) != std::string_view::npos;
    }

    bool is_next(std::string_view what) const { return text_.substr(at_, what.size()) == what; }

    void advance(std::size_t count) {
        for (; count > 0 && at_ < text_.size(); --count, ++at_) {
            if (text_[at_] == '\n') {
                ++line_;
                column_ = 1;
                dots_ = 0;
            } else if ((static_cast<unsigned char>(text_[at_]) & 0xC0U) != 0x80U) {
                ++column_;
            }
        }
    }

    void enter(Inside what, std::size_t count) {
        inside_ = what;
        advance(count);
    }

    void step(char c) {
        switch (inside_) {
            case Inside::nothing: step_outside(c); return;
            case Inside::comment: enter(c == '\n' ? Inside::nothing : Inside::comment, 1); return;
            case Inside::literal: enter(c == '\'' || c == '\n' ? Inside::nothing : Inside::literal, 1); return;
            case Inside::basic:
                if (c == '\\') advance(1);
                enter(c == '"' || c == '\n' ? Inside::nothing : Inside::basic, 1);
                return;
            case Inside::multi_literal: step_multi("'''"); return;
            case Inside::multi_basic: step_multi("\"\"\""); return;
        }
    }

    void step_outside(char c) {
        if (c == '#')
            enter(Inside::comment, 1);
        else if (is_next("\"\"\""))
            enter(Inside::multi_basic, 3);
        else if (is_next("'''"))
            enter(Inside::multi_literal, 3);
        else if (c == '"')
            enter(Inside::basic, 1);
        else if (c == '\'')
            enter(Inside::literal, 1);
        else
            advance(1);
    }

    void step_multi(std::string_view end) {
        const char c = text_[at_];
        if (is_next(end)) {
            is_after_line_end_ = false;
            advance(3);
            // Up to two quotes may stand before the closing three, so a run of four or five ends with its last.
            for (int more = 0; more < 2 && at_ < text_.size() && text_[at_] == end.front(); ++more) advance(1);
            inside_ = Inside::nothing;
            return;
        }
        if (end.front() == '"' && c == '\\') {
            advance(1);
            const bool is_line_end = at_ < text_.size() && is_space(text_[at_]);
            is_after_line_end_ = is_line_end;
            if (!is_line_end && at_ < text_.size() && static_cast<unsigned char>(text_[at_]) < 0x80)
                advance(1);
            else if (!is_line_end)
                is_after_line_end_ = true;   // a backslash before such a character
            return;
        }
        if (!is_space(c)) is_after_line_end_ = false;
        advance(1);
    }

    static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

    std::string_view text_;
    std::size_t begin_ = 0;
    std::size_t at_ = 0;
    std::uint32_t line_ = 1;
    std::uint32_t column_ = 1;
    std::uint32_t dots_ = 0;
    Inside inside_ = Inside::nothing;
    bool is_after_line_end_ = false;   // a backslash and only space since
};

}   // namespace

TomlHazard find_toml_hazard(std::string_view text) { return Scanner(text).run(); }

}   // namespace gilmok::wire
