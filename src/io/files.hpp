// Files, as far as configuration, key store, logs and ledger need them. io/linux is the real one, io/sim keeps them in
// memory, fails on demand (full disk, I/O error at the n-th call) and forgets what was not synced when its power is cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
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
    // Everything appended so far is on the disk. After a failure nobody knows what is, and calling again does not tell:
    // Linux takes the lost pages for clean. Write it anew elsewhere.
    virtual FileResult<bool> sync() = 0;
    // Opens the path anew, for log rotation.
    virtual FileResult<bool> reopen() = 0;
};

// A file as memory that is shared with the kernel: what is stored in it survives the death of the process at once, and a
// power cut only after sync(). Unmapped when destroyed; that loses nothing.
class MappedFile {
public:
    virtual ~MappedFile() = default;
    // Stays where it is while the object lives. Any thread.
    [[nodiscard]] virtual std::span<char> bytes() = 0;
    // Brings [offset, offset + length), which lies in the file, to the disk. As for AppendFile, a failure is final.
    virtual FileResult<bool> sync(std::size_t offset, std::size_t length) = 0;
};

// Held until destroyed or until the process ends, however it ends.
class FileLock {
public:
    virtual ~FileLock() = default;
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

    // What the ledger needs besides. An implementation for others leaves it out: then each fails with ENOSYS.

    // A new file of that many zeros, whose space on the disk is taken: storing into it never meets a full disk. A path
    // that is there is an error (EEXIST); a failure leaves no file.
    virtual FileResult<std::unique_ptr<MappedFile>> create_mapped(const std::string& path, std::size_t bytes,
                                                                  unsigned mode);
    // An existing file that is not empty, for reading and writing.
    virtual FileResult<std::unique_ptr<MappedFile>> open_mapped(const std::string& path);
    virtual FileResult<std::uint64_t> size(const std::string& path);
    // Up to `bytes` bytes from `offset` on; fewer only where the file ends.
    virtual FileResult<std::string> read_range(const std::string& path, std::uint64_t offset, std::size_t bytes);
    // Shorter or, with zeros, longer. Not synced. Not while it is mapped.
    virtual FileResult<bool> truncate(const std::string& path, std::uint64_t bytes);
    // Neither is synced: sync_directory() brings creations, removals and renames in a directory to the disk.
    virtual FileResult<bool> remove(const std::string& path);
    virtual FileResult<bool> rename(const std::string& from, const std::string& to);
    virtual FileResult<bool> sync_directory(const std::string& path);
    // The file's contents (for what was appended by an object that is gone).
    virtual FileResult<bool> sync_file(const std::string& path);
    // Exclusive, on a file that is made when it is not there. EWOULDBLOCK when somebody holds it, also in this process.
    virtual FileResult<std::unique_ptr<FileLock>> lock(const std::string& path, unsigned mode);
};

// "open /etc/gilmok.toml: Permission denied".
tl::unexpected<FileError> file_failure(std::string_view what, const std::string& path, int code);
// "." for a name without a slash.
std::string directory_of(const std::string& path);

}  // namespace gilmok::io
