#include "admit/limits.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/assert.hpp"

namespace gilmok::admit {

namespace {

constexpr std::uint32_t no_node = 0xffffffffU;

tl::unexpected<Error> overloaded(std::string_view detail) {
    return fail(Code::overloaded, Fault::gateway, Retry::never, detail);
}

}   // namespace

ExchangeTicket& ExchangeTicket::operator=(ExchangeTicket&& other) noexcept {
    if (this != &other) {
        release();
        shard_ = std::exchange(other.shard_, nullptr);
    }
    return *this;
}

void ExchangeTicket::release() {
    ShardAdmission* shard = std::exchange(shard_, nullptr);
    if (shard == nullptr) return;
    GILMOK_ASSERT(shard->exchanges_running_ > 0);
    --shard->exchanges_running_;
}

void ShardAdmission::set_limits(const config::DoorLimits& limits) { exchanges_max_ = limits.exchanges_max; }

Result<ExchangeTicket> ShardAdmission::begin_exchange() {
    if (exchanges_running_ >= exchanges_max_) return overloaded("too many requests are running (exchanges_max)");
    ++exchanges_running_;
    return ExchangeTicket(*this);
}

TenantTicket& TenantTicket::operator=(TenantTicket&& other) noexcept {
    if (this != &other) {
        release();
        tree_ = std::exchange(other.tree_, nullptr);
        tenant_ = other.tenant_;
    }
    return *this;
}

void TenantTicket::release() {
    const TenantStreamsPtr tree = std::exchange(tree_, nullptr);
    if (tree != nullptr) tree->release_upwards(model::index_of(tenant_), no_node);
}

TenantStreamsPtr TenantStreams::build(const config::Snapshot& snapshot, const TenantStreams* previous) {
    std::unordered_map<std::string_view, const Node*> before;
    if (previous != nullptr)
        for (const Node& node : previous->nodes_) before.emplace(node.path, &node);
    std::shared_ptr<TenantStreams> tree(new TenantStreams());
    tree->nodes_.reserve(snapshot.tenants.size());
    for (const auto& tenant : snapshot.tenants) {
        // Parents come first, so walking up always ends.
        GILMOK_ASSERT(tenant.parent == model::TenantId::none || model::index_of(tenant.parent) < tree->nodes_.size());
        const auto known = before.find(tenant.path);
        auto running = known != before.end() ? known->second->running : std::make_shared<Running>();
        tree->nodes_.push_back({tenant.path, model::index_of(tenant.parent), tenant.streams_max, std::move(running)});
    }
    return tree;
}

Result<TenantTicket> TenantStreams::acquire(model::TenantId tenant, model::TenantId* refused_by) const {
    const std::uint32_t leaf = model::index_of(tenant);
    GILMOK_ASSERT(leaf < nodes_.size());
    for (std::uint32_t at = leaf; at != no_node; at = nodes_[at].parent) {
        const Node& node = nodes_[at];
        std::atomic<std::uint32_t>& count = node.running->count;
        if (node.streams_max == 0) {
            count.fetch_add(1, std::memory_order_relaxed);
            continue;
        }
        // Compared before it is raised: adding first and taking back would let others see a full tenant that is not.
        std::uint32_t seen = count.load(std::memory_order_relaxed);
        while (seen < node.streams_max && !count.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed)) {}
        if (seen < node.streams_max) continue;
        release_upwards(leaf, at);
        if (refused_by != nullptr) *refused_by = model::TenantId{at};
        return fail(Code::rate_limited, Fault::client, Retry::never,
                    "the tenant runs as many requests as it may (streams_max)");
    }
    return TenantTicket(shared_from_this(), tenant);
}

std::uint32_t TenantStreams::running(model::TenantId tenant) const {
    return nodes_[model::index_of(tenant)].running->count.load(std::memory_order_relaxed);
}

void TenantStreams::release_upwards(std::uint32_t from, std::uint32_t until) const {
    for (std::uint32_t at = from; at != until; at = nodes_[at].parent) {
        const std::uint32_t before = nodes_[at].running->count.fetch_sub(1, std::memory_order_relaxed);
        GILMOK_ASSERT(before > 0);
    }
}

std::uint32_t retry_after_s(Code code, std::uint64_t spread) {
    // A tenant's own streams end within seconds; an overloaded or draining gateway needs longer.
    if (code == Code::rate_limited) return static_cast<std::uint32_t>(1 + spread % 3);
    if (code == Code::overloaded || code == Code::draining || code == Code::no_candidate ||
        code == Code::ledger_unavailable || code == Code::idempotency_running)
        return static_cast<std::uint32_t>(2 + spread % 7);
    return 0;
}

}   // namespace gilmok::admit
