// Files in memory. The n-th call fails as it is told to, the disk is as large as it is told to be, and a failed append
// leaves half of its bytes behind, as a disk that runs full does. Parents of a path need not be made first: only
// list() and sync_directory() ask whether a directory exists. A crash keeps what the real one would: crash_process()
// everything that was handed to the kernel, crash_power() a random choice of what was not synced.
// Owner: a test; it outlives the files and locks it gave. One thread, but for the bytes of mapped files.
#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "base/prng.hpp"
#include "io/files.hpp"
#include "io/sim/names.hpp"

namespace gilmok::io::sim {

class SimFiles final : public Files {
public:
    SimFiles() = default;
    SimFiles(const SimFiles&) = delete;
    SimFiles& operator=(const SimFiles&) = delete;

    FileResult<std::string> read(const std::string& path, std::size_t bytes_max) override;
    FileResult<bool> write_atomically(const std::string& path, std::string_view bytes, unsigned mode) override;
    FileResult<std::unique_ptr<AppendFile>> open_append(const std::string& path, unsigned mode) override;
    FileResult<std::vector<std::string>> list(const std::string& directory) override;
    bool exists(const std::string& path) override;
    FileResult<bool> make_directory(const std::string& path, unsigned mode) override;
    FileResult<std::unique_ptr<MappedFile>> create_mapped(const std::string& path, std::size_t bytes,
                                                          unsigned mode) override;
    FileResult<std::unique_ptr<MappedFile>> open_mapped(const std::string& path) override;
    FileResult<std::uint64_t> size(const std::string& path) override;
    FileResult<std::string> read_range(const std::string& path, std::uint64_t offset, std::size_t bytes) override;
    FileResult<bool> truncate(const std::string& path, std::uint64_t bytes) override;
    FileResult<bool> remove(const std::string& path) override;
    FileResult<bool> rename(const std::string& from, const std::string& to) override;   // an open AppendFile follows
    FileResult<bool> sync_directory(const std::string& path) override;
    FileResult<bool> sync_file(const std::string& path) override;
    FileResult<std::unique_ptr<FileLock>> lock(const std::string& path, unsigned mode) override;

    // The n-th fallible call from now on (1 = the next) fails with this errno; with `onwards`, every later one too.
    void fail_call(std::uint64_t nth, int code, bool onwards = false);
    void heal() { fail_at_ = 0; }
    [[nodiscard]] std::uint64_t calls() const { return calls_; }
    // Every call on this path fails so, until code 0 is set.
    void fail_path(const std::string& path, int code) { path_failures_[path] = code; }
    // The disk holds at most so many bytes; then ENOSPC.
    void set_capacity(std::uint64_t bytes) { capacity_ = bytes; }

    // The end of the process, or of the machine. Files and locks given before are dead: their calls fail with EBADF, and
    // what is still written into their memory goes nowhere. Calls on the SimFiles itself go on, so whoever is left over
    // from before must not make any: let it run into fail_call(1, EIO, true) when its destructor does.
    void crash_process();
    void crash_power(std::uint64_t seed);

    // What a test does from outside: no failure, no count, on the disk at once.
    void put(const std::string& path, std::string bytes);
    [[nodiscard]] std::string text(const std::string& path) const;   // "" when absent
    [[nodiscard]] unsigned mode(const std::string& path) const;

private:
    friend class SimAppendFile;
    friend class SimMappedFile;
    friend class SimFileLock;
    using InodePtr = Names::InodePtr;

    int next_failure(const std::string& path);
    FileResult<InodePtr> open_node(const std::string& path, unsigned mode);
    FileResult<bool> sync_range(const std::string& path, Inode& inode, std::size_t offset, std::size_t length);
    [[nodiscard]] std::uint64_t bytes_used() const;

    Names names_;
    std::set<std::string> directories_;
    std::set<std::string> locks_;
    std::map<std::string, int> path_failures_;
    Prng prng_{1};             // for what a failed sync brought to the disk
    std::uint64_t life_ = 0;   // counts crashes
    std::uint64_t calls_ = 0;
    std::uint64_t fail_at_ = 0;   // 0: never
    int fail_code_ = 0;
    bool fails_onwards_ = false;
    std::uint64_t capacity_ = UINT64_MAX;
};

}   // namespace gilmok::io::sim
