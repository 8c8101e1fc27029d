#include "ledger/tiles.hpp"

#include <cerrno>
#include <cstdio>
#include <utility>
#include <vector>

#include "ledger/checkpoint.hpp"
#include "ledger/log_files.hpp"
#include "ledger/newest.hpp"

namespace gilmok::ledger {

namespace {

constexpr int entries_level = -1;
constexpr unsigned file_mode = 0644;
constexpr unsigned directory_mode = 0755;

tl::unexpected<io::FileError> failed(std::string message) {
    return tl::unexpected(io::FileError{.code = EINVAL, .message = std::move(message)});
}

// Takes records in their order and writes each tile when it is full, and what is left at the end as partial ones.
class TileWriter {
public:
    TileWriter(io::Files& files, std::string target) : files_(files), target_(std::move(target)) {}

    io::FileResult<bool> add(std::string_view record) {
        const Hash leaf = leaf_hash(record);
        tree_.append(leaf);
        entries_ += static_cast<char>(record.size() >> 8U);
        entries_ += static_cast<char>(record.size() & 0xFFU);
        entries_ += record;
        if (tree_.size() % tile_width == 0) {
            auto written = put(tile_path(entries_level, tree_.size() / tile_width - 1, 0), entries_);
            if (!written) return written;
            entries_.clear();
        }
        return add_hash(0, leaf);
    }

    io::FileResult<bool> finish() {
        const std::uint64_t size = tree_.size();
        if (!entries_.empty()) {
            auto written = put(tile_path(entries_level, size / tile_width, size % tile_width), entries_);
            if (!written) return written;
        }
        std::uint64_t count = size;   // hashes at this level
        for (std::size_t level = 0; level < levels_.size(); ++level, count /= tile_width) {
            if (levels_[level].empty()) continue;
            const std::string path = tile_path(static_cast<int>(level), count / tile_width, count % tile_width);
            auto written = put(path, levels_[level]);
            if (!written) return written;
        }
        return true;
    }

    [[nodiscard]] const Tree& tree() const { return tree_; }
    [[nodiscard]] std::uint64_t files_written() const { return files_written_; }

private:
    // A hash at `level` of the tiles stands for 256^level records.
    io::FileResult<bool> add_hash(std::size_t level, const Hash& hash) {
        if (level == levels_.size()) levels_.emplace_back();
        std::string& tile = levels_[level];
        tile.append(reinterpret_cast<const char*>(hash.data()), hash.size());
        if (tile.size() < tile_width * sizeof(Hash)) return true;
        std::uint64_t number = tree_.size() / tile_width;
        for (std::size_t i = 0; i < level; ++i) number /= tile_width;
        auto written = put(tile_path(static_cast<int>(level), number - 1, 0), tile);
        if (!written) return written;
        Tree above;
        for (std::uint64_t i = 0; i < tile_width; ++i) above.append(hash_at(tile, i));
        tile.clear();
        return add_hash(level + 1, above.root());
    }

    // Not synced one by one: an export that a crash cut short is made again, and the checkpoint is written last.
    io::FileResult<bool> put(const std::string& name, std::string_view bytes) {
        const std::string path = target_ + "/" + name;
        if (files_.exists(path)) {
            const auto there = files_.read_range(path, 0, bytes.size() + 1);
            if (there && *there == bytes) return true;
            auto removed = files_.remove(path);
            if (!removed) return removed;
        }
        auto made = files_.make_directory(io::directory_of(path), directory_mode);
        if (!made) return made;
        auto file = files_.open_append(path, file_mode);
        if (!file) return tl::unexpected(file.error());
        const auto appended = (*file)->append(bytes);
        if (!appended) return tl::unexpected(appended.error());
        ++files_written_;
        return true;
    }

    io::Files& files_;
    std::string target_;
    Tree tree_;
    std::string entries_;               // of the bundle that is being filled
    std::vector<std::string> levels_;   // hashes of the tiles that are being filled
    std::uint64_t files_written_ = 0;
};

io::FileResult<bool> add_records(io::Files& files, const std::string& directory, std::uint64_t size,
                                 TileWriter& tiles) {
    const auto log = list_log(files, directory);
    if (!log) return tl::unexpected(log.error());
    for (const LogFile& file : *log) {
        RecordWalk walk(files, directory + "/" + file.name);
        while (tiles.tree().size() < size) {
            const RecordWalk::Step step = walk.next();
            if (step == RecordWalk::Step::end) break;
            if (step == RecordWalk::Step::broken) return failed(file.name + ": " + walk.problem());
            auto added = tiles.add(walk.record());
            if (!added) return added;
        }
    }
    return true;
}

}   // namespace

std::string tile_path(int level, std::uint64_t number, std::uint64_t width) {
    std::string path;
    char group[8];
    for (bool is_last = true; is_last || number > 0; is_last = false, number /= 1000) {
        std::snprintf(group, sizeof group, is_last ? "/%03u" : "/x%03u", static_cast<unsigned>(number % 1000));
        path.insert(0, group);
    }
    path.insert(0, level == entries_level ? std::string("tile/entries") : "tile/" + std::to_string(level));
    if (width % tile_width != 0) path += ".p/" + std::to_string(width);
    return path;
}

io::FileResult<Exported> export_tiles(io::Files& files, const std::string& directory, const std::string& target) {
    const auto newest = read_newest(files, directory);
    if (!newest) return tl::unexpected(newest.error());
    TileWriter tiles(files, target);
    const auto added = add_records(files, directory, newest->checkpoint.size, tiles);
    if (!added) return tl::unexpected(added.error());
    if (tiles.tree().size() != newest->checkpoint.size || tiles.tree().root() != newest->checkpoint.root)
        return failed("the log is not what was signed; gilmok ledger verify tells what differs");
    const auto finished = tiles.finish();
    if (!finished) return tl::unexpected(finished.error());
    const auto signed_last = files.write_atomically(target + "/checkpoint", newest->note, file_mode);
    if (!signed_last) return tl::unexpected(signed_last.error());
    return Exported{.entries = newest->checkpoint.size, .files = tiles.files_written() + 1};
}

}   // namespace gilmok::ledger
