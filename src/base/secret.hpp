// A string that cannot be printed, compared in variable time or copied by accident. Wiped when it dies.
// The only way out is reveal(), which is easy to search for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace gilmok {

class Secret {
public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}
    Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { other.wipe(); }
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { wipe(); }

    [[nodiscard]] Secret clone() const { return Secret(text_); }
    [[nodiscard]] bool is_empty() const { return text_.empty(); }
    // Use only to write into a connection or a hash. Never into a log, an error, a metric or a file.
    [[nodiscard]] std::string_view reveal() const { return text_; }

private:
    void wipe() noexcept;
    std::string text_;
};

// Time depends on the lengths only.
bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace gilmok
