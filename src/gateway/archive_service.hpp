// Runs the archive in a process: opens it where a tenant's texts are to be kept, and writes on a thread of its own, so that a
// slow disk holds up neither a shard nor the ledger.
// Owner: the process.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "archive/archive.hpp"
#include "config/snapshot.hpp"
#include "io/files.hpp"
#include "io/loop.hpp"

namespace gilmok::gateway {

class ArchiveService {
public:
    ArchiveService(io::Files& files, io::Loop& loop) : files_(files), loop_(loop) {}
    ~ArchiveService();
    ArchiveService(const ArchiveService&) = delete;
    ArchiveService& operator=(const ArchiveService&) = delete;

    // Nothing is opened where no tenant is named. The problem in people's words; empty when all is well.
    std::string open(const config::Snapshot& snapshot);
    // The writer begins.
    void start();
    // What waits is written; then nothing more.
    void close();
    [[nodiscard]] archive::Archive* archive() const { return archive_.get(); }

private:
    void write();

    io::Files& files_;
    io::Loop& loop_;   // for time and random bytes; both may be asked from any thread
    std::unique_ptr<archive::Archive> archive_;
    std::thread thread_;
};

}   // namespace gilmok::gateway
