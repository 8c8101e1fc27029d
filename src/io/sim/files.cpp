#include "io/sim/files.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/assert.hpp"

namespace gilmok::io::sim {

namespace {

// Shorter at the many places of use.
tl::unexpected<FileError> failure(std::string_view what, const std::string& path, int code) {
    return file_failure(what, path, code);
}

std::string without_slash(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}

}   // namespace

class SimAppendFile final : public AppendFile {
public:
    SimAppendFile(SimFiles& files, std::string path, unsigned mode, SimFiles::InodePtr inode)
        : files_(&files), path_(std::move(path)), mode_(mode), inode_(std::move(inode)), life_(files.life_) {}

    FileResult<std::size_t> append(std::string_view bytes) override {
        if (life_ != files_->life_) return failure("append to", path_, EBADF);
        int code = files_->next_failure(path_);
        if (code == 0 && files_->bytes_used() + bytes.size() > files_->capacity_) code = ENOSPC;
        inode_->append(code == 0 ? bytes : bytes.substr(0, bytes.size() / 2));
        if (code != 0) return failure("append to", path_, code);
        return bytes.size();
    }

    FileResult<bool> sync() override {
        if (life_ != files_->life_) return failure("sync", path_, EBADF);
        const std::size_t from = inode_->changed_from();
        return files_->sync_range(path_, *inode_, from, inode_->bytes.size() - from);
    }

    FileResult<bool> reopen() override {
        if (life_ != files_->life_) return failure("open", path_, EBADF);
        auto inode = files_->open_node(path_, mode_);
        if (!inode) return tl::unexpected<FileError>(inode.error());
        inode_ = *inode;
        return true;
    }

private:
    SimFiles* files_;
    std::string path_;
    unsigned mode_;
    SimFiles::InodePtr inode_;
    std::uint64_t life_;
};

class SimMappedFile final : public MappedFile {
public:
    SimMappedFile(SimFiles& files, std::string path, SimFiles::InodePtr inode)
        : files_(&files), path_(std::move(path)), inode_(std::move(inode)), life_(files.life_) {
        inode_->map();
    }
    SimMappedFile(const SimMappedFile&) = delete;
    SimMappedFile& operator=(const SimMappedFile&) = delete;
    ~SimMappedFile() override { inode_->unmap(); }

    std::span<char> bytes() override { return inode_->bytes; }

    FileResult<bool> sync(std::size_t offset, std::size_t length) override {
        GILMOK_ASSERT(offset <= inode_->bytes.size() && length <= inode_->bytes.size() - offset);
        if (life_ != files_->life_) return failure("sync", path_, EBADF);
        return files_->sync_range(path_, *inode_, offset, length);
    }

private:
    SimFiles* files_;
    std::string path_;
    SimFiles::InodePtr inode_;
    std::uint64_t life_;
};

class SimFileLock final : public FileLock {
public:
    SimFileLock(SimFiles& files, std::string path) : files_(&files), path_(std::move(path)), life_(files.life_) {
        files_->locks_.insert(path_);
    }
    SimFileLock(const SimFileLock&) = delete;
    SimFileLock& operator=(const SimFileLock&) = delete;
    ~SimFileLock() override {
        if (life_ == files_->life_) files_->locks_.erase(path_);
    }

private:
    SimFiles* files_;
    std::string path_;
    std::uint64_t life_;
};

int SimFiles::next_failure(const std::string& path) {
    ++calls_;
    if (const auto own = path_failures_.find(path); own != path_failures_.end() && own->second != 0) return own->second;
    const bool is_due = fail_at_ != 0 && (calls_ == fail_at_ || (fails_onwards_ && calls_ > fail_at_));
    return is_due ? fail_code_ : 0;
}

void SimFiles::fail_call(std::uint64_t nth, int code, bool onwards) {
    fail_at_ = calls_ + nth;
    fail_code_ = code;
    fails_onwards_ = onwards;
}

std::uint64_t SimFiles::bytes_used() const {
    std::uint64_t bytes = 0;
    for (const auto& [path, inode] : names_.shown()) bytes += inode->bytes.size();
    return bytes;
}

FileResult<std::string> SimFiles::read(const std::string& path, std::size_t bytes_max) {
    if (const int code = next_failure(path); code != 0) return failure("read", path, code);
    const auto inode = names_.find(path);
    if (inode == nullptr) return failure("open", path, ENOENT);
    if (inode->bytes.size() > bytes_max) {
        std::string message = "read " + path + ": larger than " + std::to_string(bytes_max) + " bytes";
        return tl::unexpected<FileError>(FileError{EFBIG, std::move(message)});
    }
    return inode->bytes;
}

FileResult<bool> SimFiles::write_atomically(const std::string& path, std::string_view bytes, unsigned mode) {
    int code = next_failure(path);
    // Old and new stand side by side until the rename, so both must fit.
    if (code == 0 && bytes_used() + bytes.size() > capacity_) code = ENOSPC;
    if (code != 0) return failure("write", path, code);
    names_.sync(directory_of(path));
    names_.put(path, std::make_shared<Inode>(Inode::on_disk(std::string(bytes), mode)));
    return true;
}

FileResult<SimFiles::InodePtr> SimFiles::open_node(const std::string& path, unsigned mode) {
    if (const int code = next_failure(path); code != 0) return failure("open", path, code);
    InodePtr inode = names_.find(path);
    if (inode == nullptr) {
        inode = std::make_shared<Inode>();
        inode->mode = mode;
        names_.link(path, inode);
    }
    return inode;
}

FileResult<std::unique_ptr<AppendFile>> SimFiles::open_append(const std::string& path, unsigned mode) {
    auto inode = open_node(path, mode);
    if (!inode) return tl::unexpected<FileError>(inode.error());
    return std::unique_ptr<AppendFile>(std::make_unique<SimAppendFile>(*this, path, mode, *inode));
}

FileResult<std::vector<std::string>> SimFiles::list(const std::string& directory) {
    if (const int code = next_failure(directory); code != 0) return failure("list", directory, code);
    const std::string base = without_slash(directory);
    const std::string prefix = base == "/" ? base : base + "/";
    std::set<std::string> names;
    bool is_there = directories_.contains(base);
    const auto add = [&](const std::string& path) {
        if (!path.starts_with(prefix)) return;
        is_there = true;
        names.insert(path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size()));
    };
    for (const auto& [path, inode] : names_.shown()) add(path);
    for (const auto& path : directories_) add(path);
    if (!is_there) return failure("open", directory, ENOENT);
    return std::vector<std::string>(names.begin(), names.end());
}

bool SimFiles::exists(const std::string& path) {
    const std::string base = without_slash(path);
    if (names_.shown().contains(base) || directories_.contains(base)) return true;
    const auto inside = names_.shown().lower_bound(base + "/");
    return inside != names_.shown().end() && inside->first.starts_with(base + "/");
}

FileResult<bool> SimFiles::make_directory(const std::string& path, unsigned) {
    if (const int code = next_failure(path); code != 0) return failure("make directory", path, code);
    const std::string base = without_slash(path);
    if (names_.shown().contains(base)) return failure("make directory", path, ENOTDIR);
    directories_.insert(base);
    return true;
}

FileResult<bool> SimFiles::sync_range(const std::string& path, Inode& inode, std::size_t offset, std::size_t length) {
    if (const int code = next_failure(path); code != 0) {
        inode.fail_sync(offset, length, prng_);
        return failure("sync", path, code);
    }
    inode.sync(offset, length);
    return true;
}

FileResult<std::unique_ptr<MappedFile>> SimFiles::create_mapped(const std::string& path, std::size_t bytes,
                                                                unsigned mode) {
    if (const int code = next_failure(path); code != 0) return failure("create", path, code);
    if (names_.shown().contains(path)) return failure("create", path, EEXIST);
    if (bytes_used() + bytes > capacity_) return failure("allocate", path, ENOSPC);
    auto inode = std::make_shared<Inode>();
    inode->mode = mode;
    inode->bytes.assign(bytes, '\0');
    names_.link(path, inode);
    return std::unique_ptr<MappedFile>(std::make_unique<SimMappedFile>(*this, path, std::move(inode)));
}

FileResult<std::unique_ptr<MappedFile>> SimFiles::open_mapped(const std::string& path) {
    if (const int code = next_failure(path); code != 0) return failure("open", path, code);
    auto inode = names_.find(path);
    if (inode == nullptr) return failure("open", path, ENOENT);
    if (inode->bytes.empty()) return failure("map", path, EINVAL);
    return std::unique_ptr<MappedFile>(std::make_unique<SimMappedFile>(*this, path, std::move(inode)));
}

FileResult<std::uint64_t> SimFiles::size(const std::string& path) {
    if (const int code = next_failure(path); code != 0) return failure("measure", path, code);
    const auto inode = names_.find(path);
    if (inode == nullptr) return failure("measure", path, ENOENT);
    return inode->bytes.size();
}

FileResult<std::string> SimFiles::read_range(const std::string& path, std::uint64_t offset, std::size_t bytes) {
    if (const int code = next_failure(path); code != 0) return failure("read", path, code);
    const auto inode = names_.find(path);
    if (inode == nullptr) return failure("open", path, ENOENT);
    return offset >= inode->bytes.size() ? std::string{} : inode->bytes.substr(offset, bytes);
}

FileResult<bool> SimFiles::truncate(const std::string& path, std::uint64_t bytes) {
    int code = next_failure(path);
    const auto inode = names_.find(path);
    if (code == 0 && inode == nullptr) code = ENOENT;
    if (code == 0 && bytes > inode->bytes.size() && bytes_used() + bytes - inode->bytes.size() > capacity_)
        code = ENOSPC;
    if (code != 0) return failure("truncate", path, code);
    GILMOK_ASSERT(!inode->is_mapped());   // the memory of whoever has it would go away
    inode->resize(bytes);
    return true;
}

FileResult<bool> SimFiles::remove(const std::string& path) {
    int code = next_failure(path);
    if (code == 0 && !names_.shown().contains(path)) code = ENOENT;
    if (code != 0) return failure("remove", path, code);
    names_.unlink(path);
    return true;
}

FileResult<bool> SimFiles::rename(const std::string& from, const std::string& to) {
    int code = next_failure(to);
    if (code == 0 && !names_.shown().contains(from)) code = ENOENT;
    if (code != 0) return failure("rename to", to, code);
    names_.rename(from, to);
    return true;
}

FileResult<bool> SimFiles::sync_directory(const std::string& path) {
    if (const int code = next_failure(path); code != 0) return failure("sync", path, code);
    const std::string base = without_slash(path);
    if (base != "/" && base != "." && !exists(base)) return failure("open", path, ENOENT);
    names_.sync(base);
    return true;
}

FileResult<bool> SimFiles::sync_file(const std::string& path) {
    const auto inode = names_.find(path);
    if (inode == nullptr) {
        const int code = next_failure(path);
        return failure("open", path, code == 0 ? ENOENT : code);
    }
    const std::size_t from = inode->changed_from();
    return sync_range(path, *inode, from, inode->bytes.size() - from);
}

FileResult<std::unique_ptr<FileLock>> SimFiles::lock(const std::string& path, unsigned mode) {
    auto inode = open_node(path, mode);
    if (!inode) return tl::unexpected<FileError>(inode.error());
    if (locks_.contains(path)) return failure("lock", path, EWOULDBLOCK);
    return std::unique_ptr<FileLock>(std::make_unique<SimFileLock>(*this, path));
}

void SimFiles::crash_process() {
    ++life_;
    locks_.clear();
    names_.detach();
}

void SimFiles::crash_power(std::uint64_t seed) {
    ++life_;
    locks_.clear();
    Prng prng(seed);
    names_.cut_power(prng);
}

void SimFiles::put(const std::string& path, std::string bytes) {
    names_.put(path, std::make_shared<Inode>(Inode::on_disk(std::move(bytes), 0644)));
}

std::string SimFiles::text(const std::string& path) const {
    const auto inode = names_.find(path);
    return inode == nullptr ? "" : inode->bytes;
}

unsigned SimFiles::mode(const std::string& path) const {
    const auto inode = names_.find(path);
    return inode == nullptr ? 0 : inode->mode;
}

}   // namespace gilmok::io::sim
