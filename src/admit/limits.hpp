// Who may begin. Three limits, each with a ticket that gives back what it took exactly once when it dies:
//   ShardAdmission   running exchanges of one shard; no atomics (bytes of bodies: door/body.hpp)
//   TenantStreams    running exchanges of a tenant and all its ancestors, over all shards; atomics shared by the shards
//   Overload         sheds new exchanges when the loop of the shard has been late for long (overload.hpp)
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "config/snapshot.hpp"
#include "model/ids.hpp"

namespace gilmok::admit {

class ShardAdmission;

// One running exchange. Owner: the exchange. Moves; an empty one holds nothing.
class ExchangeTicket {
public:
    ExchangeTicket() = default;
    ExchangeTicket(ExchangeTicket&& other) noexcept : shard_(std::exchange(other.shard_, nullptr)) {}
    ExchangeTicket& operator=(ExchangeTicket&& other) noexcept;
    ~ExchangeTicket() { release(); }
    void release();
    [[nodiscard]] bool is_held() const { return shard_ != nullptr; }

private:
    friend class ShardAdmission;
    explicit ExchangeTicket(ShardAdmission& shard) : shard_(&shard) {}
    ShardAdmission* shard_ = nullptr;
};

// Owner: the shard, and it must outlive its tickets. Thread: the shard's.
class ShardAdmission {
public:
    explicit ShardAdmission(const config::DoorLimits& limits) { set_limits(limits); }
    ShardAdmission(const ShardAdmission&) = delete;
    ShardAdmission& operator=(const ShardAdmission&) = delete;
    // After a reload. What is running stays, even above a lower limit.
    void set_limits(const config::DoorLimits& limits);
    // Errors: overloaded (fault gateway) at exchanges_max.
    Result<ExchangeTicket> begin_exchange();
    [[nodiscard]] std::uint32_t exchanges_running() const { return exchanges_running_; }

private:
    friend class ExchangeTicket;
    std::uint32_t exchanges_max_ = 0;
    std::uint32_t exchanges_running_ = 0;
};

class TenantStreams;
using TenantStreamsPtr = std::shared_ptr<const TenantStreams>;

// One running exchange on every ancestor of a tenant. Keeps the tree it was taken from alive.
class TenantTicket {
public:
    TenantTicket() = default;
    TenantTicket(TenantTicket&& other) noexcept : tree_(std::move(other.tree_)), tenant_(other.tenant_) {
        other.tree_ = nullptr;
    }
    TenantTicket& operator=(TenantTicket&& other) noexcept;
    ~TenantTicket() { release(); }
    void release();
    [[nodiscard]] bool is_held() const { return tree_ != nullptr; }

private:
    friend class TenantStreams;
    TenantTicket(TenantStreamsPtr tree, model::TenantId tenant) : tree_(std::move(tree)), tenant_(tenant) {}
    TenantStreamsPtr tree_;
    model::TenantId tenant_ = model::TenantId::none;
};

// The counters of all tenants of a snapshot. Made by the control thread at each reload from the one before, so that a
// tenant that stays keeps its counter; read and changed by all shards. Every node is counted, limited or not: a limit
// that comes with a reload then finds the true number.
class TenantStreams : public std::enable_shared_from_this<TenantStreams> {
public:
    static TenantStreamsPtr build(const config::Snapshot& snapshot, const TenantStreams* previous);
    // All ancestors or none. Errors: rate_limited (fault client). `refused_by`, when given, receives the tenant whose
    // limit it was.
    Result<TenantTicket> acquire(model::TenantId tenant, model::TenantId* refused_by = nullptr) const;
    [[nodiscard]] std::uint32_t running(model::TenantId tenant) const;

private:
    friend class TenantTicket;
    // A line of its own for each: shards count different tenants at the same time.
    struct alignas(64) Running {
        std::atomic<std::uint32_t> count{0};
    };
    struct Node {
        std::string path;
        std::uint32_t parent;
        std::uint32_t streams_max;   // 0 = none
        std::shared_ptr<Running> running;
    };
    TenantStreams() = default;
    void release_upwards(std::uint32_t from, std::uint32_t until) const;
    std::vector<Node> nodes_;
};

// Seconds for the Retry-After header of a refusal; 0 = none. Spread by `spread` (a random number), so that clients
// refused together do not come back together.
std::uint32_t retry_after_s(Code code, std::uint64_t spread);

}   // namespace gilmok::admit
