#include "io/sim/files.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

namespace gilmok::io::sim {

namespace {

tl::unexpected<FileError> failure(std::string_view what, const std::string& path, int code) {
    std::string message(what);
    message.append(" ").append(path).append(": ").append(std::generic_category().message(code));
    return tl::unexpected<FileError>(FileError{code, std::move(message)});
}

std::string without_slash(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}

}   // namespace

class SimAppendFile final : public AppendFile {
public:
    SimAppendFile(SimFiles& files, std::string path, unsigned mode, SimFiles::NodePtr node)
        : files_(&files), path_(std::move(path)), mode_(mode), node_(std::move(node)) {}

    FileResult<std::size_t> append(std::string_view bytes) override {
        int code = files_->next_failure(path_);
        if (code == 0 && files_->bytes_used() + bytes.size() > files_->capacity_) code = ENOSPC;
        node_->bytes += code == 0 ? bytes : bytes.substr(0, bytes.size() / 2);
        if (code != 0) return failure("append to", path_, code);
        return bytes.size();
    }

    FileResult<bool> reopen() override {
        auto node = files_->open_node(path_, mode_);
        if (!node) return tl::unexpected<FileError>(node.error());
        node_ = *node;
        return true;
    }

private:
    SimFiles* files_;
    std::string path_;
    unsigned mode_;
    SimFiles::NodePtr node_;
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
    for (const auto& [path, node] : nodes_) bytes += node->bytes.size();
    return bytes;
}

FileResult<std::string> SimFiles::read(const std::string& path, std::size_t bytes_max) {
    if (const int code = next_failure(path); code != 0) return failure("read", path, code);
    const auto node = nodes_.find(path);
    if (node == nodes_.end()) return failure("open", path, ENOENT);
    if (node->second->bytes.size() > bytes_max) {
        std::string message = "read " + path + ": larger than " + std::to_string(bytes_max) + " bytes";
        return tl::unexpected<FileError>(FileError{EFBIG, std::move(message)});
    }
    return node->second->bytes;
}

FileResult<bool> SimFiles::write_atomically(const std::string& path, std::string_view bytes, unsigned mode) {
    int code = next_failure(path);
    // Old and new stand side by side until the rename, so both must fit.
    if (code == 0 && bytes_used() + bytes.size() > capacity_) code = ENOSPC;
    if (code != 0) return failure("write", path, code);
    auto node = std::make_shared<Node>();
    node->bytes = bytes;
    node->mode = mode;
    nodes_[path] = std::move(node);
    return true;
}

FileResult<SimFiles::NodePtr> SimFiles::open_node(const std::string& path, unsigned mode) {
    if (const int code = next_failure(path); code != 0) return failure("open", path, code);
    NodePtr& node = nodes_[path];
    if (node == nullptr) {
        node = std::make_shared<Node>();
        node->mode = mode;
    }
    return node;
}

FileResult<std::unique_ptr<AppendFile>> SimFiles::open_append(const std::string& path, unsigned mode) {
    auto node = open_node(path, mode);
    if (!node) return tl::unexpected<FileError>(node.error());
    return std::unique_ptr<AppendFile>(std::make_unique<SimAppendFile>(*this, path, mode, *node));
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
    for (const auto& [path, node] : nodes_) add(path);
    for (const auto& path : directories_) add(path);
    if (!is_there) return failure("open", directory, ENOENT);
    return std::vector<std::string>(names.begin(), names.end());
}

bool SimFiles::exists(const std::string& path) {
    const std::string base = without_slash(path);
    if (nodes_.contains(base) || directories_.contains(base)) return true;
    const auto inside = nodes_.lower_bound(base + "/");
    return inside != nodes_.end() && inside->first.starts_with(base + "/");
}

FileResult<bool> SimFiles::make_directory(const std::string& path, unsigned) {
    if (const int code = next_failure(path); code != 0) return failure("make directory", path, code);
    const std::string base = without_slash(path);
    if (nodes_.contains(base)) return failure("make directory", path, ENOTDIR);
    directories_.insert(base);
    return true;
}

void SimFiles::put(const std::string& path, std::string bytes) {
    auto node = std::make_shared<Node>();
    node->bytes = std::move(bytes);
    node->mode = 0644;
    nodes_[path] = std::move(node);
}

void SimFiles::rename(const std::string& from, const std::string& to) {
    auto node = nodes_.extract(from);
    if (node) nodes_[to] = std::move(node.mapped());
}

std::string SimFiles::text(const std::string& path) const {
    const auto node = nodes_.find(path);
    return node == nodes_.end() ? "" : node->second->bytes;
}

unsigned SimFiles::mode(const std::string& path) const {
    const auto node = nodes_.find(path);
    return node == nodes_.end() ? 0 : node->second->mode;
}

}   // namespace gilmok::io::sim
