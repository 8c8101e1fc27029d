// Which name stands for which file: as every process sees it, and as the disk has it. A creation, removal or rename is
// whole or not at all, and on the disk for certain only after a sync of its directory; until then any of them may be
// lost. Directories themselves are on the disk at once.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/sim/inode.hpp"

namespace gilmok::io::sim {

class Names {
public:
    using InodePtr = std::shared_ptr<Inode>;
    using Map = std::map<std::string, InodePtr>;

    [[nodiscard]] const Map& shown() const { return shown_; }
    [[nodiscard]] InodePtr find(const std::string& path) const;
    void link(const std::string& path, InodePtr inode);
    void unlink(const std::string& path);
    void rename(const std::string& from, const std::string& to);
    void sync(const std::string& directory);
    // On the disk at once.
    void put(const std::string& path, InodePtr inode);

    // Whoever holds a file from before writes into nothing.
    void detach();
    void cut_power(Prng& prng);

private:
    struct Change {
        std::string path;
        std::string from{};   // of a rename
        InodePtr inode{};     // none: a removal
    };
    static void apply(const Change& change, Map& to);

    Map shown_;
    Map disk_;
    std::vector<Change> changes_;   // not on the disk yet, in order
};

}   // namespace gilmok::io::sim
