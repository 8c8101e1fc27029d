// The simulated world's gateway and fleet: the real Control, shards that are replaced while clients go on, a ledger that outlives
// crashes, simulated engines with faults, and the list of records. Owner: the test. Thread: the world's.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit.hpp"
#include "client.hpp"
#include "fleet/server.hpp"
#include "gateway/control.hpp"
#include "gateway/ledger_service.hpp"
#include "gateway/shard.hpp"
#include "io/sim/files.hpp"
#include "io/sim/world.hpp"

namespace gilmok::worldtest {

inline const io::Address door_address{"10.1.0.1", 8080};
inline constexpr std::string_view key_of_a = "sk-tenant-a", key_of_b = "sk-tenant-b";

class Place final : public config::Secrets {
public:
    Place(std::uint64_t seed, bool has_network_faults);
    ~Place() override;
    // "" or what is wrong.
    std::string start();

    // What goes on while clients talk.
    void reload();
    void revoke_or_add_key();
    void replace_shard();
    void disturb_engine();
    void change_network();
    // The process, or the whole machine, dies at this instant; what follows starts on the files that are left. "" or what
    // is wrong with the start.
    std::string crash(bool is_power);
    // Everybody goes home; afterwards "" or what was left over, in the gateway, its treasury and its ledger.
    std::string close();

    [[nodiscard]] const std::string& a_key(Prng& prng) const;
    [[nodiscard]] Prng& prng() { return prng_; }
    [[nodiscard]] std::size_t shards_count() const { return shards_.size() + shards_closed_; }
    io::sim::World world;
    std::deque<model::Record> records;   // without served_name: that dies with its snapshot
    std::size_t recovered = 0;           // attempts that a start after a crash closed; known after close()

    std::optional<std::string> environment(const std::string& name) override;
    std::optional<std::string> command(const std::string&, std::string&) override { return std::nullopt; }

private:
    [[nodiscard]] std::string config_text();
    [[nodiscard]] io::sim::Faults some_faults(bool is_door);
    std::string start_gateway();
    std::string add_shard();
    std::string check_money();
    void start_engine(std::size_t index);

    Prng prng_;
    bool has_network_faults_;
    bool is_closed_ = false;
    bool is_dying_ = false;   // what is destroyed now says nothing any more
    std::size_t shards_closed_ = 0;
    io::sim::SimFiles files_;
    std::deque<Said> said_;
    std::vector<Death> deaths_;
    std::unique_ptr<gateway::LedgerService> ledger_;
    std::vector<std::unique_ptr<fleet::SimServer>> engines_;
    std::unique_ptr<gateway::Control> control_;
    std::vector<std::unique_ptr<gateway::Shard>> shards_;
    std::vector<std::string> stored_keys_;   // as clients know them
    auth::StoredKeys stored_;
};

}   // namespace gilmok::worldtest
