#include "io/sim/names.hpp"

#include <utility>

#include "io/files.hpp"

namespace gilmok::io::sim {

Names::InodePtr Names::find(const std::string& path) const {
    const auto found = shown_.find(path);
    return found == shown_.end() ? nullptr : found->second;
}

void Names::apply(const Change& change, Map& to) {
    if (change.inode == nullptr) {
        to.erase(change.path);
        return;
    }
    to[change.path] = change.inode;
    // What stands under the old name may be another file, where the change before this one was lost.
    const auto old = change.from.empty() ? to.end() : to.find(change.from);
    if (old != to.end() && old->second == change.inode) to.erase(old);
}

void Names::link(const std::string& path, InodePtr inode) {
    changes_.push_back(Change{.path = path, .inode = std::move(inode)});
    apply(changes_.back(), shown_);
}

void Names::unlink(const std::string& path) {
    changes_.push_back(Change{.path = path});
    apply(changes_.back(), shown_);
}

void Names::rename(const std::string& from, const std::string& to) {
    if (from == to) return;
    changes_.push_back(Change{.path = to, .from = from, .inode = find(from)});
    apply(changes_.back(), shown_);
}

void Names::sync(const std::string& directory) {
    std::vector<Change> others;
    for (Change& change : changes_) {
        const bool is_inside =
            directory_of(change.path) == directory || (!change.from.empty() && directory_of(change.from) == directory);
        if (is_inside) {
            apply(change, disk_);
        } else {
            others.push_back(std::move(change));
        }
    }
    changes_ = std::move(others);
}

void Names::put(const std::string& path, InodePtr inode) {
    disk_[path] = inode;
    shown_[path] = std::move(inode);
}

void Names::detach() {
    // The same file under several names, here and on the disk, stays one file.
    std::map<InodePtr, InodePtr> fresh;
    const auto copy_of = [&](const InodePtr& old) -> InodePtr {
        if (old == nullptr) return nullptr;
        InodePtr& copy = fresh[old];
        if (copy == nullptr) {
            copy = std::make_shared<Inode>(*old);
            copy->unmap_all();
        }
        return copy;
    };
    for (auto& [path, inode] : shown_) inode = copy_of(inode);
    for (auto& [path, inode] : disk_) inode = copy_of(inode);
    for (Change& change : changes_) change.inode = copy_of(change.inode);
}

void Names::cut_power(Prng& prng) {
    for (const Change& change : changes_)
        if (prng.chance(1, 2)) apply(change, disk_);
    changes_.clear();
    std::map<InodePtr, InodePtr> fresh;
    for (auto& [path, inode] : disk_) {
        InodePtr& left = fresh[inode];
        if (left == nullptr) left = std::make_shared<Inode>(Inode::on_disk(inode->after_power_cut(prng), inode->mode));
        inode = left;
    }
    shown_ = disk_;
}

}   // namespace gilmok::io::sim
