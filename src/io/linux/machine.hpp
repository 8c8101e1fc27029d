// What the kernel says of this machine, for `gilmok doctor` and for messages. Nothing here is on a request's path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gilmok::io::linux_ {

// The hard limit of open files: what raise_file_limit() can reach.
std::uint64_t file_limit_max();
// Of the file system that holds the path, or would hold it.
std::optional<std::uint64_t> disk_free_bytes(std::string path);
// Permission bits, 0600 style. Nothing when there is no such file.
std::optional<unsigned> file_mode(const std::string& path);
// Whether this user can make files there: the directory, or where it is missing the nearest one above it.
bool is_directory_writable(std::string path);
bool is_terminal(int descriptor);
std::uint32_t processors();

}   // namespace gilmok::io::linux_
