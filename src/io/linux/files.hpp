// The real file system. Calls block: they happen at start, at reload and, one short append at a time, in the logs; those
// of the ledger on its keeper's thread.
// Thread: any, one at a time for each AppendFile. Interrupted calls are taken up again.
#pragma once

#include "io/files.hpp"

namespace gilmok::io::linux_ {

class LinuxFiles final : public Files {
public:
    FileResult<std::string> read(const std::string& path, std::size_t bytes_max) override;
    // The umask applies to `mode`. A symbolic link at `path` is replaced, not followed: the new file must lie in the
    // directory that was synced. A failure leaves neither a changed file nor the temporary one.
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
    FileResult<bool> rename(const std::string& from, const std::string& to) override;
    FileResult<bool> sync_directory(const std::string& path) override;
    FileResult<bool> sync_file(const std::string& path) override;
    FileResult<std::unique_ptr<FileLock>> lock(const std::string& path, unsigned mode) override;
};

}   // namespace gilmok::io::linux_
