#include "io/sim/inode.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace gilmok::io::sim {

namespace {

std::string_view page_of(std::string_view bytes, std::size_t page) {
    const std::size_t begin = page * Inode::page_bytes;
    return begin >= bytes.size() ? std::string_view{} : bytes.substr(begin, Inode::page_bytes);
}

// Pages that [0, bytes) touches.
std::size_t pages_of(std::size_t bytes) { return (bytes + Inode::page_bytes - 1) / Inode::page_bytes; }

void put_page(std::string& into, std::size_t page, std::string_view bytes) {
    const std::size_t begin = page * Inode::page_bytes;
    if (begin >= into.size()) return;
    const std::size_t room = std::min(Inode::page_bytes, into.size() - begin);
    const std::size_t filled = std::min(room, bytes.size());
    into.replace(begin, filled, bytes.substr(0, filled));
}

}   // namespace

Inode Inode::on_disk(std::string bytes, unsigned mode) {
    Inode inode;
    inode.disk_ = bytes;
    inode.bytes = std::move(bytes);
    inode.mode = mode;
    inode.changed_from_ = inode.bytes.size();
    return inode;
}

void Inode::append(std::string_view more) {
    changed_from_ = std::min(changed_from_, bytes.size());
    bytes += more;
}

void Inode::resize(std::size_t size) {
    changed_from_ = std::min({changed_from_, bytes.size(), size});
    bytes.resize(size, '\0');
}

void Inode::unmap() {
    --mappings_;
    changed_from_ = 0;
}

void Inode::unmap_all() {
    if (is_mapped()) changed_from_ = 0;
    mappings_ = 0;
}

bool Inode::is_dirty(std::size_t page) const {
    const auto forgotten = forgotten_.find(page);
    const std::string_view clean =
        forgotten != forgotten_.end() ? std::string_view(forgotten->second) : page_of(disk_, page);
    return page_of(bytes, page) != clean;
}

void Inode::store(std::size_t page) {
    const std::string_view fresh = page_of(bytes, page);
    const std::size_t end = page * page_bytes + fresh.size();
    if (disk_.size() < end) disk_.resize(end, '\0');
    put_page(disk_, page, fresh);
    forgotten_.erase(page);
}

void Inode::sync(std::size_t offset, std::size_t length) {
    const std::size_t end = std::min(bytes.size(), offset + length);
    for (std::size_t page = offset / page_bytes; page < pages_of(end); ++page)
        if (is_dirty(page)) store(page);
    disk_.resize(bytes.size(), '\0');
    forgotten_.erase(forgotten_.lower_bound(pages_of(bytes.size())), forgotten_.end());
    if (offset <= changed_from_ && end == bytes.size()) changed_from_ = end;
}

void Inode::fail_sync(std::size_t offset, std::size_t length, Prng& prng) {
    const std::size_t end = std::min(bytes.size(), offset + length);
    for (std::size_t page = offset / page_bytes; page < pages_of(end); ++page) {
        if (!is_dirty(page)) continue;
        if (prng.chance(1, 2)) {
            store(page);
        } else {
            forgotten_[page] = page_of(bytes, page);
        }
    }
}

std::string Inode::after_power_cut(Prng& prng) const {
    const std::size_t shorter = std::min(bytes.size(), disk_.size());
    const std::size_t longer = std::max(bytes.size(), disk_.size());
    // Not at all, wholly, or in part.
    std::size_t size = shorter;
    if (const auto draw = prng.below(3); longer != shorter && draw != 0)
        size = draw == 1 ? longer : shorter + prng.below(longer - shorter + 1);
    // File systems that write data before metadata never show a hole behind the old end; others do.
    const bool is_ordered = prng.chance(1, 2);
    const std::uint64_t quarters = prng.below(5);
    std::string left(size, '\0');
    for (std::size_t page = 0; page < pages_of(size); ++page) {
        const bool is_tail = (page + 1) * page_bytes > disk_.size();
        const bool has_arrived = is_dirty(page) && ((is_tail && is_ordered) || prng.chance(quarters, 4));
        put_page(left, page, page_of(has_arrived ? bytes : disk_, page));
    }
    return left;
}

}   // namespace gilmok::io::sim
