// Memory of a text that is needed no more.
#pragma once

#include <string>

namespace gilmok {

// Empties `text` and gives its memory back, which `text = {}` does not: it keeps the capacity for what comes next.
inline void give_back(std::string& text) {
    if (text.capacity() > std::string().capacity()) std::string().swap(text);
    text.clear();
}

}   // namespace gilmok
