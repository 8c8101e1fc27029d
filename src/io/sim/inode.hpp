// One file of the simulated disk, twice: as the kernel shows it, and as it would be found after a power cut. The model is
// that of Linux with the promises of POSIX only: pages of 4 KiB reach the disk one by one and in any order until a sync
// has succeeded; a page that a sync failed for is taken for clean, whether it arrived or not
// (https://lwn.net/Articles/752063/).
// Owner: SimFiles and the handles it gave. One thread, but for the bytes of a mapped file.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "base/prng.hpp"

namespace gilmok::io::sim {

class Inode {
public:
    static constexpr std::size_t page_bytes = 4'096;

    std::string bytes;   // what every process sees
    unsigned mode = 0;

    // A file that is on the disk as it is.
    static Inode on_disk(std::string bytes, unsigned mode);

    void append(std::string_view more);
    // While it is mapped it is written without our knowledge, and its bytes stay where they are.
    void map() { ++mappings_; }
    void unmap();
    void unmap_all();
    [[nodiscard]] bool is_mapped() const { return mappings_ != 0; }
    void resize(std::size_t size);
    void sync(std::size_t offset, std::size_t length);
    void fail_sync(std::size_t offset, std::size_t length, Prng& prng);
    // What a power cut now would leave.
    [[nodiscard]] std::string after_power_cut(Prng& prng) const;
    // Where the first change since the last sync may be.
    [[nodiscard]] std::size_t changed_from() const { return is_mapped() ? 0 : changed_from_; }

private:
    [[nodiscard]] bool is_dirty(std::size_t page) const;
    void store(std::size_t page);

    std::string disk_;
    std::map<std::size_t, std::string> forgotten_;   // by page: what it held when a sync of it failed
    std::size_t changed_from_ = 0;
    unsigned mappings_ = 0;
};

}   // namespace gilmok::io::sim
