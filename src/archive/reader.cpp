#include "archive/reader.hpp"

#include <algorithm>
#include <cerrno>

namespace gilmok::archive {
namespace {

constexpr std::size_t window_bytes = 256 << 10;
constexpr std::size_t destroyed_bytes_max = 1 << 20;
constexpr std::size_t id_characters = 26, milliseconds_characters = 10;

using Failure = tl::unexpected<io::FileError>;

// The file's bytes from an offset on, read in windows, because headers stand far apart or close together.
class Window {
public:
    Window(io::Files& files, const std::string& path) : files_(files), path_(path) {}
    // Up to record_header_bytes at `offset`; fewer at the end of the file.
    io::FileResult<std::string_view> at(std::uint64_t offset, std::size_t bytes) {
        if (offset < begin_ || offset + bytes > begin_ + buffer_.size()) {
            auto read = files_.read_range(path_, offset, std::max(bytes, window_bytes));
            if (!read) return Failure(read.error());
            buffer_ = std::move(*read);
            begin_ = offset;
        }
        return std::string_view(buffer_).substr(offset - begin_, bytes);
    }

private:
    io::Files& files_;
    const std::string& path_;
    std::string buffer_;
    std::uint64_t begin_ = 0;
};

// The lines of `destroyed`: the last one's time and tenant.
void read_destroyed(io::Files& files, const std::string& in, TenantSeen& seen) {
    const auto text = files.read(in + "/destroyed", destroyed_bytes_max);
    if (!text) return;
    std::string_view rest = *text;
    while (rest.ends_with('\n')) rest.remove_suffix(1);
    rest = rest.substr(rest.rfind('\n') + 1);
    const std::size_t first = rest.find(' ');
    const std::size_t second = first == std::string_view::npos ? first : rest.find(' ', first + 1);
    if (second == std::string_view::npos) return;
    seen.destroyed = rest.substr(first + 1, second - first - 1);
    if (seen.tenant.empty()) seen.tenant = rest.substr(second + 1);
}

void read_key(io::Files& files, const std::string& in, TenantSeen& seen) {
    if (!files.exists(in + "/key")) return;
    const auto text = files.read(in + "/key", key_file_bytes_max);
    if (!text) {
        seen.problems.push_back(text.error().message);
        return;
    }
    const auto key = read_wrapped_key(*text);
    if (!key) {
        seen.problems.push_back(in + "/key: " + std::string(key.error().detail));
        return;
    }
    seen.has_key = true;
    seen.tenant = key->tenant;
}

std::int64_t day_of_request(const model::RequestId& request) {
    constexpr std::string_view letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    std::int64_t milliseconds = 0;
    for (std::size_t i = 0; i < milliseconds_characters; ++i) {
        const std::size_t digit = letters.find(request.text[i]);
        milliseconds = milliseconds * 32 + static_cast<std::int64_t>(digit == std::string_view::npos ? 0 : digit);
    }
    return day_of(WallTime(std::chrono::milliseconds(milliseconds % (std::int64_t{1} << 43U))));
}

// The data key of a directory, or why there is none.
struct Opened {
    std::string tenant;
    TenantKey key;
    std::string problem;
};
Opened open_key(io::Files& files, const std::string& in, const Key& master) {
    Opened opened;
    TenantSeen seen;
    read_key(files, in, seen);
    read_destroyed(files, in, seen);
    opened.tenant = seen.tenant;
    if (!seen.has_key) {
        opened.problem = !seen.problems.empty()   ? seen.problems.front()
                         : seen.destroyed.empty() ? "its key is not there"
                                                  : "its key was destroyed at " + seen.destroyed;
        return opened;
    }
    const auto text = files.read(in + "/key", key_file_bytes_max);
    const auto wrapped = text ? read_wrapped_key(*text) : fail(Code::internal, Fault::gateway, Retry::never, "gone");
    auto key = wrapped ? unwrap(master, *wrapped) : std::nullopt;
    if (!key) {
        opened.problem = in + "/key: is not under this master key, or was changed";
        return opened;
    }
    opened.key = {.id = wrapped->key_id, .key = std::move(*key)};
    return opened;
}

void read_text(io::Files& files, const std::string& path, std::uint64_t offset, const FileHeader& header,
               const Opened& opened, Found& found) {
    found.problem = opened.problem;
    if (!found.problem.empty()) return;
    if (header.key_id != opened.key.id) {
        found.problem = "the key that it was sealed with was destroyed";
        return;
    }
    const auto file_key = file_key_of(opened.key.key, header);
    const auto record = files.read_range(path, offset, found.header.length);
    if (!record) {
        found.problem = record.error().message;
        return;
    }
    auto text = file_key ? open_record(*file_key, write_file_header(header), *record) : std::nullopt;
    if (text)
        found.text = std::move(*text);
    else
        found.problem = path + ": the record at byte " + std::to_string(offset) + " was altered";
}

}   // namespace

Walked walk(io::Files& files, const std::string& path, const OnRecord& on_record) {
    Walked walked;
    Window window(files, path);
    const auto size = files.size(path);
    const auto head = size ? window.at(0, file_header_bytes) : io::FileResult<std::string_view>(Failure(size.error()));
    if (!head) {
        walked.problem = head.error().message;
        return walked;
    }
    const auto header = read_file_header(*head);
    if (!header) {
        walked.problem = path + ": " + std::string(header.error().detail);
        return walked;
    }
    walked.header = *header;
    walked.whole_bytes = file_header_bytes;
    while (walked.whole_bytes < *size) {
        const auto bytes = window.at(walked.whole_bytes, record_header_bytes);
        const auto record =
            bytes ? read_record_header(*bytes) : fail(Code::internal, Fault::gateway, Retry::never, "cannot be read");
        const bool is_cut = record && record->length > *size - walked.whole_bytes;
        if (!record || is_cut) {
            walked.problem = path + ": from byte " + std::to_string(walked.whole_bytes) +
                             " on: " + (is_cut ? "a record that is cut" : std::string(record.error().detail));
            return walked;
        }
        if (on_record) on_record(*record, walked.whole_bytes);
        ++walked.records;
        walked.whole_bytes += record->length;
    }
    return walked;
}

io::FileResult<std::vector<TenantSeen>> list(io::Files& files, const std::string& directory) {
    const auto names = tenant_directories(files, directory);
    if (!names) return Failure(names.error());
    std::vector<TenantSeen> all;
    for (const std::string& name : *names) {
        const std::string in = directory + "/tenants/" + name;
        TenantSeen seen;
        read_key(files, in, seen);
        read_destroyed(files, in, seen);
        const auto here = files.list(in);
        if (!here) return Failure(here.error());
        std::int64_t first = 0, last = 0;
        for (const std::string& file : *here) {
            const auto day = day_of_name(file);
            if (!day) continue;
            const Walked walked = walk(files, in + "/" + file, {});
            if (!walked.problem.empty()) seen.problems.push_back(walked.problem);
            first = seen.files == 0 ? *day : std::min(first, *day);
            last = seen.files == 0 ? *day : std::max(last, *day);
            ++seen.files;
            seen.records += walked.records;
            seen.bytes += files.size(in + "/" + file).value_or(walked.whole_bytes);
        }
        if (seen.files > 0) {
            seen.first_day = text_of_day(first);
            seen.last_day = text_of_day(last);
        }
        all.push_back(std::move(seen));
    }
    std::ranges::sort(all, {}, &TenantSeen::tenant);
    return all;
}

io::FileResult<Shown> show(io::Files& files, const std::string& directory, const Key& master,
                           const model::RequestId& request) {
    static_assert(sizeof request.text == id_characters);
    const auto names = tenant_directories(files, directory);
    if (!names) return Failure(names.error());
    const std::int64_t wanted_day = day_of_request(request);
    Shown shown;
    for (const std::string& name : *names) {
        const std::string in = directory + "/tenants/" + name;
        const auto here = files.list(in);
        if (!here) return Failure(here.error());
        for (const std::string& file : *here) {
            const auto day = day_of_name(file);
            if (!day || *day < wanted_day - 1 || *day > wanted_day + 1) continue;
            const std::string path = in + "/" + file;
            std::vector<std::pair<RecordHeader, std::uint64_t>> of_request;
            const Walked walked = walk(files, path, [&](const RecordHeader& header, std::uint64_t offset) {
                if (header.request.view() == request.view()) of_request.emplace_back(header, offset);
            });
            if (!walked.problem.empty()) shown.problems.push_back(walked.problem);
            if (of_request.empty()) continue;
            const Opened opened = open_key(files, in, master);
            for (const auto& [header, offset] : of_request) {
                Found& found = shown.texts.emplace_back();
                found.tenant = opened.tenant;
                found.header = header;
                read_text(files, path, offset, walked.header, opened, found);
            }
        }
    }
    std::ranges::sort(shown.texts, {},
                      [](const Found& found) { return std::pair(found.header.at, found.header.what); });
    return shown;
}

}   // namespace gilmok::archive
