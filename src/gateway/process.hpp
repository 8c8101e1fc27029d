// The gateway as a process: one thread for each shard, one for control, signals, and an orderly end.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gateway/admin_server.hpp"
#include "gateway/control.hpp"
#include "gateway/archive_service.hpp"
#include "gateway/ledger_service.hpp"
#include "io/linux/dns.hpp"
#include "io/loop.hpp"
#include "meter/log_writer.hpp"

namespace gilmok::gateway {

class Process {
public:
    struct Options {
        std::string config_path;   // for SIGHUP; "" = cannot be reloaded
        std::string version;
        std::function<void(const Process&)> on_ready;   // all listeners are bound; for banners
    };
    Process(io::Files& files, config::Secrets& secrets, Options options);
    ~Process();

    // Serves until SIGTERM or SIGINT, reloads on SIGHUP. Returns what prevented a start, in people's words; empty after
    // an orderly end.
    std::string run(config::SnapshotPtr snapshot);

    [[nodiscard]] const std::vector<io::Address>& door_addresses() const { return door_addresses_; }
    [[nodiscard]] const io::Address& admin_address() const { return admin_address_; }
    [[nodiscard]] const Control& control() const { return *control_; }

private:
    struct ShardThread {
        std::unique_ptr<io::Loop> loop;
        std::unique_ptr<Shard> shard;
        std::thread thread;
    };
    std::string start(const config::SnapshotPtr& snapshot);
    std::string start_shards(const config::Snapshot& snapshot);
    std::string start_admin(const config::Snapshot& snapshot);
    void start_ledger();
    void stop_ledger();
    void on_signal(int number);
    void begin_drain();
    io::Task<> wait_for_drain();
    void stop_shards();

    io::Files& files_;
    config::Secrets& secrets_;
    Options options_;
    std::unique_ptr<io::Loop> loop_;   // control's
    std::unique_ptr<io::linux_::Resolver> dns_;
    std::unique_ptr<io::Loop> ledger_loop_;
    std::unique_ptr<LedgerService> ledger_;
    std::unique_ptr<ArchiveService> archive_;
    std::thread ledger_thread_;
    std::unique_ptr<meter::LogWriter> access_writer_;
    meter::SpanQueue spans_;
    std::unique_ptr<Control> control_;
    std::unique_ptr<AdminServer> admin_;
    std::vector<ShardThread> shards_;
    std::vector<io::Address> door_addresses_;
    io::Address admin_address_;
    std::unique_ptr<io::Waiter> drain_waiter_;
    std::unique_ptr<io::Timer> drain_timer_;
    io::Task<> drain_;
    Instant drain_deadline_ = far_future;
};

}   // namespace gilmok::gateway
