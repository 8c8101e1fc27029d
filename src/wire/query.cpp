#include "wire/query.hpp"

#include "base/text.hpp"

namespace gilmok::wire {

bool append_from_query(std::string& out, std::string_view text) {
    bool is_whole = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        const bool has_room = i + 2 < text.size();
        const int high = has_room ? hex_value(text[i + 1]) : -1, low = has_room ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0) {
            is_whole = false;
            out += '%';
            continue;
        }
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return is_whole;
}

}   // namespace gilmok::wire
