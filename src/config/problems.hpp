// Collects the problems of a set of files while they are read, each with the line it stands in and with whatever looks
// like a secret in that line made unreadable: a mistake next to a password must not print the password.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/load.hpp"
#include "wire/toml.hpp"

namespace gilmok::config {

// The line as it may be shown, of the same length in code points. `is_suspect`: the line holds an unknown key or broken TOML,
// so any text in it may be a secret; otherwise only values of keys that hold secrets are hidden.
std::string masked_line(std::string_view line, bool is_suspect);

class Problems {
public:
    static constexpr std::size_t problems_max = 200;   // then one more that says so, and the rest is not told

    // Returns the number that places of this text carry.
    std::uint32_t add_file(std::string path, std::string text);
    [[nodiscard]] const std::string& path_of(std::uint32_t file) const { return files_[file].path; }
    [[nodiscard]] std::size_t file_count() const { return files_.size(); }
    // "gilmok.toml:28"
    [[nodiscard]] std::string words_of(const wire::TextPlace& place) const;

    // Everything there is to say of one problem besides its place.
    struct Words {
        std::string_view code;
        std::string what{};
        std::string why{};
        std::string fix{};
        bool is_suspect = false;
    };
    // A code that begins with W is a warning.
    void add(const wire::TextPlace& place, Words words);
    [[nodiscard]] bool has_errors() const { return has_errors_; }
    // In the order of the files.
    std::vector<Problem> take();

private:
    struct File {
        std::string path;
        std::string text;
    };
    struct Found {
        wire::TextPlace place;
        std::size_t number;   // in the order of finding
        Problem problem;
    };
    [[nodiscard]] std::string line_of(const wire::TextPlace& place) const;

    std::vector<File> files_;
    std::vector<Found> found_;
    bool has_errors_ = false;
    bool is_full_ = false;
};

}   // namespace gilmok::config
