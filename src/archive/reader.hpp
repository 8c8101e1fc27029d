// Looks into an archive: what there is, and the texts of one request. Reads only; trusts nothing it reads.
// Owner and thread: anybody's. Beside a running gateway it sees what was written so far.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "archive/keys.hpp"

namespace gilmok::archive {

// The whole records of one day file's bytes, in order. Returns what is wrong behind the last of them: "" or why, with the
// offset; half a record at the end is what a crash or a full disk leaves.
struct Walked {
    FileHeader header{};
    std::uint64_t records = 0;
    std::uint64_t whole_bytes = 0;   // header and whole records
    std::string problem{};
};
using OnRecord = std::function<void(const RecordHeader& header, std::uint64_t offset)>;
Walked walk(io::Files& files, const std::string& path, const OnRecord& on_record);

struct TenantSeen {
    std::string tenant;   // "" when its key is gone and nothing tells
    bool has_key = false;
    std::string destroyed;   // when its last key was, "" = never
    std::string first_day, last_day;
    std::uint64_t files = 0, records = 0, bytes = 0;
    std::vector<std::string> problems;   // torn files, a key that cannot be read
};
// Sorted by tenant.
io::FileResult<std::vector<TenantSeen>> list(io::Files& files, const std::string& directory);

struct Found {
    std::string tenant;
    RecordHeader header{};
    std::string text;      // where `problem` is ""
    std::string problem;   // why it cannot be read: a key that was destroyed, another master key, altered bytes
};
struct Shown {
    std::vector<Found> texts;   // in the order of their times
    std::vector<std::string> problems;
};
// The texts of one request, out of the files of the day in its id and those beside it.
io::FileResult<Shown> show(io::Files& files, const std::string& directory, const Key& master,
                           const model::RequestId& request);

}   // namespace gilmok::archive
