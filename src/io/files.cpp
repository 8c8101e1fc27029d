#include "io/files.hpp"

#include <cerrno>
#include <system_error>

namespace gilmok::io {

tl::unexpected<FileError> file_failure(std::string_view what, const std::string& path, int code) {
    std::string message(what);
    message.append(" ").append(path).append(": ").append(std::generic_category().message(code));
    return tl::unexpected<FileError>(FileError{code, std::move(message)});
}

std::string directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

FileResult<std::unique_ptr<MappedFile>> Files::create_mapped(const std::string& path, std::size_t, unsigned) {
    return file_failure("create", path, ENOSYS);
}
FileResult<std::unique_ptr<MappedFile>> Files::open_mapped(const std::string& path) {
    return file_failure("map", path, ENOSYS);
}
FileResult<std::uint64_t> Files::size(const std::string& path) { return file_failure("measure", path, ENOSYS); }
FileResult<std::string> Files::read_range(const std::string& path, std::uint64_t, std::size_t) {
    return file_failure("read", path, ENOSYS);
}
FileResult<bool> Files::truncate(const std::string& path, std::uint64_t) {
    return file_failure("truncate", path, ENOSYS);
}
FileResult<bool> Files::remove(const std::string& path) { return file_failure("remove", path, ENOSYS); }
FileResult<bool> Files::rename(const std::string& from, const std::string&) {
    return file_failure("rename", from, ENOSYS);
}
FileResult<bool> Files::sync_directory(const std::string& path) { return file_failure("sync", path, ENOSYS); }
FileResult<bool> Files::sync_file(const std::string& path) { return file_failure("sync", path, ENOSYS); }
FileResult<std::unique_ptr<FileLock>> Files::lock(const std::string& path, unsigned) {
    return file_failure("lock", path, ENOSYS);
}

}   // namespace gilmok::io
