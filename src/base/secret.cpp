#include "base/secret.hpp"

#include <cstring>

namespace gilmok {

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe();
        text_ = std::move(other.text_);
        other.wipe();
    }
    return *this;
}

void Secret::wipe() noexcept {
    // explicit_bzero is not removed by the optimiser; short strings live inside the object and are wiped as well.
    if (!text_.empty()) explicit_bzero(text_.data(), text_.size());
    text_.clear();
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
    if (left.size() != right.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < left.size(); ++i)
        difference |= static_cast<unsigned char>(left[i]) ^ static_cast<unsigned>(static_cast<unsigned char>(right[i]));
    return difference == 0;
}

}  // namespace gilmok
