#include "io/linux/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <utility>

#include "base/assert.hpp"

namespace gilmok::io::linux_ {

namespace {

// Shorter at the many places of use.
tl::unexpected<FileError> failure(std::string_view what, const std::string& path, int code) {
    return file_failure(what, path, code);
}

// Repeats a call that a signal interrupted. close(2) is the exception: on Linux the descriptor is gone even then.
template <class Call>
auto uninterrupted(Call call) {
    auto result = call();
    while (result < 0 && errno == EINTR) result = call();
    return result;
}

class OpenFile {
public:
    explicit OpenFile(int number) : number_(number) {}
    OpenFile(OpenFile&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    OpenFile& operator=(OpenFile&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~OpenFile() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int get() const { return number_; }
    [[nodiscard]] bool is_open() const { return number_ >= 0; }

private:
    int number_;
};

OpenFile open_path(const std::string& path, int flags, unsigned mode) {
    return OpenFile(uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, static_cast<mode_t>(mode)); }));
}

// Zero, or the errno of the write that failed; what came before it stays written.
int write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = uninterrupted([&] { return ::write(descriptor, bytes.data(), bytes.size()); });
        if (written < 0) return errno;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

class LinuxAppendFile final : public AppendFile {
public:
    LinuxAppendFile(std::string path, unsigned mode, OpenFile file)
        : path_(std::move(path)), mode_(mode), file_(std::move(file)) {}

    FileResult<std::size_t> append(std::string_view bytes) override {
        const int code = write_all(file_.get(), bytes);
        if (code != 0) return failure("append to", path_, code);
        return bytes.size();
    }

    FileResult<bool> sync() override {
        if (uninterrupted([&] { return ::fdatasync(file_.get()); }) < 0) return failure("sync", path_, errno);
        return true;
    }

    // A path that cannot be opened keeps the old file open: a log line in the rotated file beats a lost one.
    FileResult<bool> reopen() override {
        OpenFile fresh = open_path(path_, O_WRONLY | O_CREAT | O_APPEND, mode_);
        if (!fresh.is_open()) return failure("open", path_, errno);
        file_ = std::move(fresh);
        return true;
    }

private:
    std::string path_;
    unsigned mode_;
    OpenFile file_;
};

class LinuxMappedFile final : public MappedFile {
public:
    LinuxMappedFile(std::string path, std::span<char> bytes) : path_(std::move(path)), bytes_(bytes) {}
    LinuxMappedFile(const LinuxMappedFile&) = delete;
    LinuxMappedFile& operator=(const LinuxMappedFile&) = delete;
    ~LinuxMappedFile() override { ::munmap(bytes_.data(), bytes_.size()); }

    std::span<char> bytes() override { return bytes_; }

    FileResult<bool> sync(std::size_t offset, std::size_t length) override {
        GILMOK_ASSERT(offset <= bytes_.size() && length <= bytes_.size() - offset);
        const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        const std::size_t begin = offset / page * page;
        if (::msync(bytes_.data() + begin, offset + length - begin, MS_SYNC) < 0) return failure("sync", path_, errno);
        return true;
    }

private:
    std::string path_;
    std::span<char> bytes_;
};

class LinuxFileLock final : public FileLock {
public:
    explicit LinuxFileLock(OpenFile file) : file_(std::move(file)) {}

private:
    OpenFile file_;   // the lock goes with the last descriptor
};

FileResult<std::unique_ptr<MappedFile>> map(const OpenFile& file, const std::string& path, std::size_t bytes) {
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (memory == MAP_FAILED) return failure("map", path, errno);
    const std::span<char> span(static_cast<char*>(memory), bytes);
    return std::unique_ptr<MappedFile>(std::make_unique<LinuxMappedFile>(path, span));
}

// Takes the space and maps it. The kernel would give each page at its first touch, for some microseconds; here that is
// paid by whoever makes the file, and not by whoever writes into it under time pressure.
FileResult<std::unique_ptr<MappedFile>> fill_and_map(const OpenFile& file, const std::string& path, std::size_t bytes) {
    int code = EINTR;
    while (code == EINTR) code = ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes));
    if (code != 0) return failure("allocate", path, code);
    auto mapped = map(file, path, bytes);
    if (!mapped) return mapped;
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    volatile char* memory = (*mapped)->bytes().data();
    for (std::size_t at = 0; at < bytes; at += page) memory[at] = 0;
    return mapped;
}

// Writes the whole temporary file and brings it to the disk. Zero or errno; `step` is what failed.
int write_and_sync(const OpenFile& file, std::string_view bytes, std::string_view& step) {
    step = "write";
    if (const int code = write_all(file.get(), bytes); code != 0) return code;
    step = "sync";
    if (uninterrupted([&] { return ::fsync(file.get()); }) < 0) return errno;
    return 0;
}

}   // namespace

FileResult<std::string> LinuxFiles::read(const std::string& path, std::size_t bytes_max) {
    const OpenFile file = open_path(path, O_RDONLY, 0);
    if (!file.is_open()) return failure("open", path, errno);
    // The size that stat tells may be a lie (/proc, a file that grows), so the end of file decides.
    std::string bytes;
    char block[16 * 1024];
    for (;;) {
        const auto got = uninterrupted([&] { return ::read(file.get(), block, sizeof block); });
        if (got < 0) return failure("read", path, errno);
        if (got == 0) return bytes;
        if (static_cast<std::size_t>(got) > bytes_max - bytes.size()) {
            std::string message = "read " + path + ": larger than " + std::to_string(bytes_max) + " bytes";
            return tl::unexpected<FileError>(FileError{EFBIG, std::move(message)});
        }
        bytes.append(block, static_cast<std::size_t>(got));
    }
}

FileResult<bool> LinuxFiles::write_atomically(const std::string& path, std::string_view bytes, unsigned mode) {
    // The directory is opened first: once the new name stands there is nothing left that can fail but the disk.
    const std::string directory = directory_of(path);
    const OpenFile folder = open_path(directory, O_RDONLY | O_DIRECTORY, 0);
    if (!folder.is_open()) return failure("open", directory, errno);

    static std::atomic<std::uint64_t> counter{0};
    const std::string beside = path + ".new-" + std::to_string(::getpid()) + "-" + std::to_string(++counter);
    // What is there is left over from a process of the same number that was killed here; O_EXCL keeps us from writing
    // through a link that somebody else has placed.
    ::unlink(beside.c_str());
    const OpenFile file = open_path(beside, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (!file.is_open()) return failure("create", beside, errno);

    std::string_view step;
    int code = write_and_sync(file, bytes, step);
    if (code == 0 && ::rename(beside.c_str(), path.c_str()) < 0) {
        code = errno;
        step = "rename to";
    }
    if (code != 0) {
        ::unlink(beside.c_str());
        return failure(step, path, code);
    }
    if (uninterrupted([&] { return ::fsync(folder.get()); }) < 0) return failure("sync", directory, errno);
    return true;
}

FileResult<std::unique_ptr<AppendFile>> LinuxFiles::open_append(const std::string& path, unsigned mode) {
    OpenFile file = open_path(path, O_WRONLY | O_CREAT | O_APPEND, mode);
    if (!file.is_open()) return failure("open", path, errno);
    return std::unique_ptr<AppendFile>(std::make_unique<LinuxAppendFile>(path, mode, std::move(file)));
}

FileResult<std::vector<std::string>> LinuxFiles::list(const std::string& directory) {
    DIR* stream = ::opendir(directory.c_str());
    if (stream == nullptr) return failure("open", directory, errno);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(stream)) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
        errno = 0;
    }
    const int code = errno;
    ::closedir(stream);
    if (code != 0) return failure("list", directory, code);
    std::sort(names.begin(), names.end());
    return names;
}

bool LinuxFiles::exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

FileResult<bool> LinuxFiles::make_directory(const std::string& path, unsigned mode) {
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
        const std::string part = path.substr(0, slash);
        if (::mkdir(part.c_str(), static_cast<mode_t>(mode)) < 0) {
            const int code = errno;
            struct stat status{};
            const bool is_there = ::stat(part.c_str(), &status) == 0;
            if (!is_there) return failure("make directory", part, code);
            if (!S_ISDIR(status.st_mode)) return failure("make directory", part, ENOTDIR);
        }
        if (slash == std::string::npos) return true;
    }
}

FileResult<std::unique_ptr<MappedFile>> LinuxFiles::create_mapped(const std::string& path, std::size_t bytes,
                                                                  unsigned mode) {
    const OpenFile file = open_path(path, O_RDWR | O_CREAT | O_EXCL, mode);
    if (!file.is_open()) return failure("create", path, errno);
    auto mapped = fill_and_map(file, path, bytes);
    if (!mapped) ::unlink(path.c_str());
    return mapped;
}

FileResult<std::unique_ptr<MappedFile>> LinuxFiles::open_mapped(const std::string& path) {
    const OpenFile file = open_path(path, O_RDWR, 0);
    if (!file.is_open()) return failure("open", path, errno);
    struct stat status{};
    if (::fstat(file.get(), &status) < 0) return failure("measure", path, errno);
    return map(file, path, static_cast<std::size_t>(status.st_size));
}

FileResult<std::uint64_t> LinuxFiles::size(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) < 0) return failure("measure", path, errno);
    return static_cast<std::uint64_t>(status.st_size);
}

FileResult<std::string> LinuxFiles::read_range(const std::string& path, std::uint64_t offset, std::size_t bytes) {
    const OpenFile file = open_path(path, O_RDONLY, 0);
    if (!file.is_open()) return failure("open", path, errno);
    // Asked for more than there is, it costs what there is.
    struct stat status{};
    if (::fstat(file.get(), &status) < 0) return failure("measure", path, errno);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    std::string text(std::min<std::uint64_t>(bytes, size > offset ? size - offset : 0), '\0');
    std::size_t done = 0;
    while (done < text.size()) {
        const auto at = static_cast<off_t>(offset + done);
        const auto got = uninterrupted([&] { return ::pread(file.get(), text.data() + done, text.size() - done, at); });
        if (got < 0) return failure("read", path, errno);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    text.resize(done);
    return text;
}

FileResult<bool> LinuxFiles::truncate(const std::string& path, std::uint64_t bytes) {
    const auto size = static_cast<off_t>(bytes);
    if (uninterrupted([&] { return ::truncate(path.c_str(), size); }) < 0) return failure("truncate", path, errno);
    return true;
}

FileResult<bool> LinuxFiles::remove(const std::string& path) {
    if (::unlink(path.c_str()) < 0) return failure("remove", path, errno);
    return true;
}

FileResult<bool> LinuxFiles::rename(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) < 0) return failure("rename to", to, errno);
    return true;
}

FileResult<bool> LinuxFiles::sync_directory(const std::string& path) {
    const OpenFile folder = open_path(path, O_RDONLY | O_DIRECTORY, 0);
    if (!folder.is_open()) return failure("open", path, errno);
    if (uninterrupted([&] { return ::fsync(folder.get()); }) < 0) return failure("sync", path, errno);
    return true;
}

FileResult<bool> LinuxFiles::sync_file(const std::string& path) {
    const OpenFile file = open_path(path, O_WRONLY, 0);
    if (!file.is_open()) return failure("open", path, errno);
    if (uninterrupted([&] { return ::fsync(file.get()); }) < 0) return failure("sync", path, errno);
    return true;
}

FileResult<std::unique_ptr<FileLock>> LinuxFiles::lock(const std::string& path, unsigned mode) {
    OpenFile file = open_path(path, O_RDWR | O_CREAT, mode);
    if (!file.is_open()) return failure("open", path, errno);
    if (uninterrupted([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); }) < 0) return failure("lock", path, errno);
    return std::unique_ptr<FileLock>(std::make_unique<LinuxFileLock>(std::move(file)));
}

}   // namespace gilmok::io::linux_
