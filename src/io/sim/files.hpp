// Files in memory. The n-th call fails as it is told to, the disk is as large as it is told to be, and a failed append
// leaves half of its bytes behind, as a disk that runs full does. Parents of a path need not be made first: only list()
// asks whether a directory exists. Owner: a test; it outlives the AppendFiles it opened.
#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "io/files.hpp"

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

    // The n-th fallible call from now on (1 = the next) fails with this errno; with `onwards`, every later one too.
    void fail_call(std::uint64_t nth, int code, bool onwards = false);
    void heal() { fail_at_ = 0; }
    [[nodiscard]] std::uint64_t calls() const { return calls_; }
    // Every call on this path fails so, until code 0 is set.
    void fail_path(const std::string& path, int code) { path_failures_[path] = code; }
    // The disk holds at most so many bytes; then ENOSPC.
    void set_capacity(std::uint64_t bytes) { capacity_ = bytes; }

    // What a test does from outside: no failure, no count.
    void put(const std::string& path, std::string bytes);
    void remove(const std::string& path) { nodes_.erase(path); }
    void rename(const std::string& from, const std::string& to);     // an open AppendFile follows, as on a real disk
    [[nodiscard]] std::string text(const std::string& path) const;   // "" when absent
    [[nodiscard]] unsigned mode(const std::string& path) const;

private:
    friend class SimAppendFile;
    struct Node {
        std::string bytes;
        unsigned mode = 0;
    };
    using NodePtr = std::shared_ptr<Node>;

    int next_failure(const std::string& path);
    FileResult<NodePtr> open_node(const std::string& path, unsigned mode);
    [[nodiscard]] std::uint64_t bytes_used() const;

    std::map<std::string, NodePtr> nodes_;
    std::set<std::string> directories_;
    std::map<std::string, int> path_failures_;
    std::uint64_t calls_ = 0;
    std::uint64_t fail_at_ = 0;   // 0: never
    int fail_code_ = 0;
    bool fails_onwards_ = false;
    std::uint64_t capacity_ = UINT64_MAX;
};

}   // namespace gilmok::io::sim
