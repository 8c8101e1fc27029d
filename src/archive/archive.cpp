#include "archive/archive.hpp"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

namespace gilmok::archive {
namespace {

constexpr unsigned directory_mode = 0700;
constexpr unsigned file_mode = 0600;
constexpr std::size_t handles_max = 128;   // open files; then they are closed and opened again when needed
constexpr std::uint64_t item_overhead_bytes = 256;
constexpr Duration retry_interval = std::chrono::seconds(1);   // after a failure of the disk

using Failure = tl::unexpected<io::FileError>;

struct Item {
    std::string tenant;
    RecordHeader header;
    std::string text;
    ~Item() { wipe(text); }
    Item(std::string of, RecordHeader head, std::string_view what) : tenant(std::move(of)), header(head), text(what) {}
    Item(Item&&) noexcept = default;
    Item& operator=(Item&&) = delete;
    Item(const Item&) = delete;
    Item& operator=(const Item&) = delete;
    [[nodiscard]] std::uint64_t bytes() const { return text.size() + item_overhead_bytes; }
};

// A file that this process began. What an earlier one left is never written to: its end may be torn.
struct Open {
    Key file_key{};
    std::string header{}, path{};
    std::unique_ptr<io::AppendFile> file{};   // null: closed for want of handles
    bool is_dirty = false;
};

// What may change while it runs.
struct Limits {
    std::vector<std::string> tenants;
    std::uint32_t retention_days = 0;
    std::uint64_t bytes_max = 0;
    bool keeps_answers = true;
};
Limits limits_of(const config::Archive& settings) {
    return {settings.tenants, settings.retention_days, settings.bytes_max, settings.keeps_answers};
}

// A cut in the middle of a letter would be no text any more.
std::size_t cut_at(std::string_view text) {
    std::size_t end = std::min(text.size(), text_bytes_max);
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
    return end;
}

}   // namespace

struct Archive::Inside {
    Inside(io::Files& of, std::string in, Key key, RandomBytes fill)
        : files(of), directory(std::move(in)), master(std::move(key)), random(std::move(fill)) {}

    io::FileResult<bool> start(WallTime now);
    io::FileResult<bool> look_around(const std::string& in);
    bool store(const Item& item, WallTime now);
    io::FileResult<Open*> file_for(const Item& item);
    io::FileResult<Open> begin_file(const std::string& tenant, std::int64_t day);
    bool make_room(std::uint64_t bytes, std::int64_t today);
    void remove_old(std::int64_t today);
    void remove_day(std::int64_t day);
    void sync_all(WallTime now);
    void fail(const io::FileError& error, WallTime now);
    void limit_handles();

    io::Files& files;
    std::string directory;
    Key master;
    RandomBytes random;
    std::unique_ptr<io::FileLock> lock;

    // the writer's
    using TenantDay = std::pair<std::string, std::int64_t>;
    std::map<TenantDay, Open> open;
    std::map<std::int64_t, std::map<std::string, std::uint64_t>> days;   // by day: path → bytes
    std::uint64_t bytes = 0;
    std::int64_t tidied_day = 0;
    WallTime retry_at{};
    Limits limits;   // as of this turn

    // everybody's, under the mutex
    mutable std::mutex mutex;
    std::condition_variable changed;
    Limits settings;
    std::deque<Item> queue;
    Status status;
    bool is_stopping = false;
};

Archive::Archive(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Archive::~Archive() = default;

io::FileResult<std::unique_ptr<Archive>> Archive::open(io::Files& files, std::string directory,
                                                       const config::Archive& settings, Key master, RandomBytes random,
                                                       WallTime now) {
    auto inside = std::make_unique<Inside>(files, std::move(directory), std::move(master), std::move(random));
    inside->settings = limits_of(settings);
    inside->limits = limits_of(settings);
    if (auto started = inside->start(now); !started) return Failure(started.error());
    return std::unique_ptr<Archive>(new Archive(std::move(inside)));
}

io::FileResult<bool> Archive::Inside::start(WallTime now) {
    if (auto done = files.make_directory(directory + "/tenants", directory_mode); !done) return done;
    auto held = files.lock(directory + "/lock", file_mode);
    if (!held && held.error().code == EWOULDBLOCK)
        return Failure(io::FileError{EWOULDBLOCK, directory + " is in use: another gilmok writes this archive"});
    if (!held) return Failure(held.error());
    lock = std::move(*held);
    const auto tenants = tenant_directories(files, directory);
    if (!tenants) return Failure(tenants.error());
    for (const std::string& tenant : *tenants)
        if (auto seen = look_around(directory + "/tenants/" + tenant); !seen) return seen;
    remove_old(day_of(now));
    status.bytes = bytes;
    return true;
}

io::FileResult<bool> Archive::Inside::look_around(const std::string& in) {
    const auto names = files.list(in);
    if (!names) return Failure(names.error());
    for (const std::string& name : *names) {
        const auto day = day_of_name(name);
        if (!day) {
            // What a process left beside a key that it was writing when it died.
            if (name.find(".new-") != std::string::npos)
                if (auto removed = files.remove(in + "/" + name); !removed) return removed;
            continue;
        }
        const auto size = files.size(in + "/" + name);
        if (!size) return Failure(size.error());
        days[*day].emplace(in + "/" + name, *size);
        bytes += *size;
    }
    return true;
}

Taken Archive::put(std::string_view tenant, const model::RequestId& request, WallTime at, What what,
                   std::string_view text, bool is_redacted) {
    Inside& self = *inside_;
    const std::size_t end = cut_at(text);
    const std::uint64_t bytes = end + item_overhead_bytes;
    {
        const std::scoped_lock guard(self.mutex);
        if (self.is_stopping || !is_kept(self.settings.tenants, tenant)) return Taken::not_kept;
        if (what == What::answer && !self.settings.keeps_answers) return Taken::not_kept;
        if (self.status.queued_bytes + bytes > queue_bytes_max) {
            ++self.status.dropped_queue;
            return Taken::no_room;
        }
        self.status.queued_bytes += bytes;
        if (end < text.size()) ++self.status.cut;
    }
    RecordHeader header;
    header.what = what;
    header.is_redacted = is_redacted;
    header.is_cut = end < text.size();
    header.at = at;
    header.request = request;
    Item item(std::string(tenant), header, text.substr(0, end));   // copied outside: other shards must not wait for it
    const std::scoped_lock guard(self.mutex);
    self.queue.push_back(std::move(item));
    self.changed.notify_one();
    return Taken::yes;
}

void Archive::configure(const config::Archive& settings) {
    const std::scoped_lock guard(inside_->mutex);
    inside_->settings = limits_of(settings);
}

bool Archive::wait(Duration most) {
    std::unique_lock guard(inside_->mutex);
    inside_->changed.wait_for(guard, most, [&] { return inside_->is_stopping || !inside_->queue.empty(); });
    return !inside_->is_stopping || !inside_->queue.empty();
}

void Archive::stop() {
    const std::scoped_lock guard(inside_->mutex);
    inside_->is_stopping = true;
    inside_->changed.notify_all();
}

Status Archive::status() const {
    const std::scoped_lock guard(inside_->mutex);
    return inside_->status;
}

std::size_t Archive::turn(WallTime now) {
    Inside& self = *inside_;
    std::deque<Item> items;
    {
        const std::scoped_lock guard(self.mutex);
        items.swap(self.queue);
        self.limits = self.settings;
    }
    const std::int64_t today = day_of(now);
    if (today > self.tidied_day) self.remove_old(today);
    // A text that ends after midnight may still come to yesterday's file.
    std::erase_if(self.open, [&](const auto& one) { return one.first.second < today - 1; });
    // A key that was destroyed since is forgotten before anything is sealed with it again.
    std::erase_if(self.open, [&](const auto& one) {
        return !self.files.exists(tenant_directory(self.directory, one.first.first) + "/key");
    });
    std::size_t stored = 0;
    std::uint64_t done_bytes = 0;
    for (const Item& item : items) {
        if (self.store(item, now)) ++stored;
        done_bytes += item.bytes();
    }
    self.sync_all(now);
    const std::scoped_lock guard(self.mutex);
    self.status.queued_bytes -= done_bytes;
    self.status.bytes = self.bytes;
    return stored;
}

bool Archive::Inside::store(const Item& item, WallTime now) {
    const auto count = [&](std::uint64_t Status::* what, std::uint64_t by) {
        const std::scoped_lock guard(mutex);
        status.*what += by;
    };
    if (now < retry_at) {
        count(&Status::dropped_disk, 1);
        return false;
    }
    const std::uint64_t most = record_header_bytes + item.text.size() + tag_bytes + file_header_bytes;
    if (!make_room(most, day_of(now))) {
        count(&Status::dropped_room, 1);
        return false;
    }
    const auto file = file_for(item);
    if (!file) {
        fail(file.error(), now);
        count(&Status::dropped_disk, 1);
        return false;
    }
    RecordHeader header = item.header;
    random(header.nonce);
    std::string record;
    io::FileResult<std::size_t> written = Failure(io::FileError{EIO, (*file)->path + ": the cipher does not work"});
    if (append_record(record, (*file)->file_key, (*file)->header, header, item.text))
        written = (*file)->file->append(record);
    if (!written) {
        fail(written.error(), now);
        // Half a record may stand at its end: nothing may follow it.
        open.erase({item.tenant, day_of(item.header.at)});
        count(&Status::dropped_disk, 1);
        return false;
    }
    (*file)->is_dirty = true;
    days[day_of(item.header.at)][(*file)->path] += record.size();
    bytes += record.size();
    const std::scoped_lock guard(mutex);
    status.is_failing = false;
    status.problem.clear();
    ++status.stored;
    status.stored_bytes += item.text.size();
    return true;
}

io::FileResult<Open*> Archive::Inside::file_for(const Item& item) {
    const Inside::TenantDay which(item.tenant, day_of(item.header.at));
    auto found = open.find(which);
    if (found == open.end()) {
        auto begun = begin_file(which.first, which.second);
        if (!begun) return Failure(begun.error());
        found = open.emplace(which, std::move(*begun)).first;
    }
    if (!found->second.file) {
        auto file = files.open_append(found->second.path, file_mode);
        if (!file) return Failure(file.error());
        found->second.file = std::move(*file);
    }
    return &found->second;
}

io::FileResult<Open> Archive::Inside::begin_file(const std::string& tenant, std::int64_t day) {
    auto key = open_tenant_key(files, directory, tenant, master, random);
    if (!key) return Failure(key.error());
    FileHeader header{.key_id = key->id, .salt = {}};
    random(header.salt);
    auto file_key = file_key_of(key->key, header);
    if (!file_key) return Failure(io::FileError{EIO, directory + ": no key can be derived"});
    Open begun;
    begun.file_key = std::move(*file_key);
    begun.header = write_file_header(header);
    const std::string in = tenant_directory(directory, tenant);
    begun.path = in + "/" + file_name(day, header);
    limit_handles();
    auto file = files.open_append(begun.path, file_mode);
    if (!file) return Failure(file.error());
    begun.file = std::move(*file);
    std::uint64_t& known_bytes = days[day][begun.path];   // also when its header fails: retention takes it away
    if (auto done = begun.file->append(begun.header); !done) return Failure(done.error());
    known_bytes = begun.header.size();
    bytes += begun.header.size();
    if (auto done = files.sync_directory(in); !done) return Failure(done.error());
    return begun;
}

void Archive::Inside::limit_handles() {
    const auto handles = std::ranges::count_if(open, [](const auto& one) { return one.second.file != nullptr; });
    if (static_cast<std::size_t>(handles) < handles_max) return;
    for (auto& [which, file] : open) {
        if (file.is_dirty && file.file) static_cast<void>(file.file->sync());   // a failure shows at the next one
        file.is_dirty = false;
        file.file.reset();
    }
}

bool Archive::Inside::make_room(std::uint64_t more, std::int64_t today) {
    while (bytes + more > limits.bytes_max && !days.empty() && days.begin()->first < today) {
        const std::uint64_t before = bytes;
        remove_day(days.begin()->first);
        if (bytes == before) break;
    }
    return bytes + more <= limits.bytes_max;
}

void Archive::Inside::remove_old(std::int64_t today) {
    tidied_day = today;
    while (!days.empty() && days.begin()->first + std::int64_t{limits.retention_days} < today) {
        const std::size_t before = days.size();
        remove_day(days.begin()->first);
        if (days.size() == before) return;   // it fails, and the next day tries again
    }
}

void Archive::Inside::remove_day(std::int64_t day) {
    std::erase_if(open, [&](const auto& one) { return one.first.second == day; });
    auto& of = days[day];
    std::erase_if(of, [&](const auto& file) {
        if (const auto removed = files.remove(file.first); !removed && removed.error().code != ENOENT) return false;
        bytes -= file.second;
        const std::scoped_lock guard(mutex);
        ++status.removed_files;
        return true;
    });
    if (of.empty()) days.erase(day);
}

void Archive::Inside::sync_all(WallTime now) {
    for (auto one = open.begin(); one != open.end();) {
        Open& file = one->second;
        const bool must_sync = file.is_dirty && file.file != nullptr;
        file.is_dirty = false;
        const auto synced = must_sync ? file.file->sync() : io::FileResult<bool>(true);
        if (!synced) fail(synced.error(), now);
        one = synced ? std::next(one) : open.erase(one);
    }
}

void Archive::Inside::fail(const io::FileError& error, WallTime now) {
    // A key that does not open is one tenant's; a disk that fails is everybody's, and is given a moment.
    if (error.code != EBADMSG) retry_at = now + retry_interval;
    const std::scoped_lock guard(mutex);
    status.is_failing = true;
    status.problem = error.message;
}

}   // namespace gilmok::archive
