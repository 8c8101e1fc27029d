// Files, as far as configuration, key store and logs need them. io/linux is the real one, io/sim keeps them in memory
// and fails on demand (full disk, I/O error at the n-th call).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace gilmok::io {

// What went wrong with a file, for people: "open /etc/gilmok.toml: Permission denied".
struct FileError {
    int code = 0;          // errno
    std::string message;
};

template <class T>
class [[nodiscard]] FileResult : public tl::expected<T, FileError> {
public:
    using tl::expected<T, FileError>::expected;
    FileResult(tl::unexpected<FileError> failure) : tl::expected<T, FileError>(std::move(failure)) {}
};

class AppendFile {
public:
    virtual ~AppendFile() = default;
    // Appends all of `bytes` or fails. Not synced.
    virtual FileResult<std::size_t> append(std::string_view bytes) = 0;
    // Opens the path anew, for log rotation.
    virtual FileResult<bool> reopen() = 0;
};

class Files {
public:
    virtual ~Files() = default;
    // The whole file; larger than bytes_max is an error, never a cut.
    virtual FileResult<std::string> read(const std::string& path, std::size_t bytes_max) = 0;
    // Writes beside, syncs, renames: a reader sees the old or the new, a crash leaves one of them. `mode` as in open(2).
    virtual FileResult<bool> write_atomically(const std::string& path, std::string_view bytes, unsigned mode) = 0;
    virtual FileResult<std::unique_ptr<AppendFile>> open_append(const std::string& path, unsigned mode) = 0;
    // Names (not paths) in a directory, sorted. A missing directory is an error.
    virtual FileResult<std::vector<std::string>> list(const std::string& directory) = 0;
    virtual bool exists(const std::string& path) = 0;
    virtual FileResult<bool> make_directory(const std::string& path, unsigned mode) = 0;   // parents too
};

}  // namespace gilmok::io
