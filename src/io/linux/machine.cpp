#include "io/linux/machine.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <thread>

namespace gilmok::io::linux_ {

namespace {

// The path itself, or the nearest directory above it that is there.
std::string existing(std::string path) {
    while (!path.empty() && access(path.c_str(), F_OK) != 0) {
        const auto slash = path.find_last_of('/');
        if (slash == std::string::npos) return ".";
        path.resize(slash == 0 && path.size() > 1 ? 1 : slash);
    }
    return path.empty() ? "." : path;
}

}   // namespace

std::uint64_t file_limit_max() {
    rlimit limit{};
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : 0;
}

std::optional<std::uint64_t> disk_free_bytes(std::string path) {
    struct statvfs facts{};
    if (statvfs(existing(std::move(path)).c_str(), &facts) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
}

std::optional<unsigned> file_mode(const std::string& path) {
    struct stat facts{};
    if (stat(path.c_str(), &facts) != 0) return std::nullopt;
    return facts.st_mode & 07777U;
}

bool is_directory_writable(std::string path) { return access(existing(std::move(path)).c_str(), W_OK | X_OK) == 0; }

bool is_terminal(int descriptor) { return isatty(descriptor) == 1; }

std::uint32_t processors() { return std::max(1U, std::thread::hardware_concurrency()); }

}   // namespace gilmok::io::linux_
