#include "gateway/archive_service.hpp"

#include "base/log.hpp"

namespace gilmok::gateway {

namespace {
constexpr Duration longest_sleep = std::chrono::seconds(1);
}   // namespace

ArchiveService::~ArchiveService() { close(); }

std::string ArchiveService::open(const config::Snapshot& snapshot) {
    if (snapshot.archive.tenants.empty()) return {};
    const std::string directory = archive::directory_of(snapshot.archive, snapshot.server.state_dir);
    if (directory.empty())
        return "the archive: [archive] names tenants, but neither archive.dir nor server.state_dir says where to keep it";
    const archive::RandomBytes random = [this](std::span<char> bytes) { loop_.random_bytes(bytes); };
    auto master = archive::load_master_key(files_, snapshot.archive, snapshot.server.state_dir, random);
    if (!master) return "the archive's master key: " + master.error().message;
    auto opened =
        archive::Archive::open(files_, directory, snapshot.archive, std::move(*master), random, loop_.wall_now());
    if (!opened) return "the archive: " + opened.error().message;
    archive_ = std::move(*opened);
    log::info("archive_open", {{"directory", directory}});
    return {};
}

void ArchiveService::start() {
    if (archive_ != nullptr) thread_ = std::thread([this] { write(); });
}

void ArchiveService::write() {
    bool was_failing = false;
    std::uint64_t dropped_before = 0;
    while (archive_->wait(longest_sleep)) {
        archive_->turn(loop_.wall_now());
        const archive::Status status = archive_->status();
        if (status.is_failing && !was_failing)
            log::error("archive_failing", {{"problem", status.problem},
                                           {"effect", "answers go on; texts are left out and counted until it is mended"}});
        const std::uint64_t dropped = status.dropped_queue + status.dropped_disk + status.dropped_room;
        if (!status.is_failing && was_failing)
            log::info("archive_recovered", {{"left_out", static_cast<std::int64_t>(dropped)}});
        // A full queue and a day that fills bytes_max alone are no failure of the disk: told once, counted in the metrics.
        if (dropped > 0 && dropped_before == 0 && !status.is_failing && !was_failing)
            log::warn("archive_left_out", {{"queue_full", static_cast<std::int64_t>(status.dropped_queue)},
                                           {"bytes_max_full", static_cast<std::int64_t>(status.dropped_room)},
                                           {"fix", "a faster disk, or more bytes_max in [archive]"}});
        dropped_before = dropped;
        was_failing = status.is_failing;
    }
}

void ArchiveService::close() {
    if (archive_ == nullptr) return;
    archive_->stop();
    if (thread_.joinable()) thread_.join();
    archive_.reset();
}

}   // namespace gilmok::gateway
