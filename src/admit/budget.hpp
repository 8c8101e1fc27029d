// Money and tokens a tenant may spend, and how fast. One Treasury holds the counters of every node of the tenant tree; an
// attempt reserves its upper bound on all ancestors at once, all or none, before it is dispatched, and gives back what it
// did not use. So spent + reserved never passes a limit at any instant, whatever the burst, and nothing is left reserved
// after any end: the Grant's destructor sees to it.
//
// Exact across shards by one short lock for each organisation (a root of the tree): every ancestor of a key lies in the same
// organisation, and no slice has to be rebalanced (docs/adr/0006). Tenants without budget or rate limit on any ancestor take
// no lock at all. Rates are GCRA (generic cell rate algorithm, ITU-T I.371), so no window has an edge.
// docs/budgets.md says what holds, and when.
// Amounts are pico of the ledger's currency. Counters are caches of the ledger: restore() sets them from it.
// Owner: the control side, by shared_ptr in the Setup; counters outlive a reload. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "config/snapshot.hpp"
#include "model/spend.hpp"

namespace gilmok::admit {

// Which limit. Order is part of the metrics; append only.
enum class LimitKind : std::uint8_t {
    money_day,
    money_month,
    money_window,
    tokens_day,
    tokens_month,
    tokens_window,
    tokens_per_minute,
    requests_per_minute,
    count_,
};
std::string_view name_of(LimitKind kind);

// What stood in the way, or what a client is told about the tightest limit.
struct Refusal {
    model::TenantId tenant = model::TenantId::none;
    LimitKind kind{};
    config::AtLimit at_limit = config::AtLimit::reject;   // of the tenant whose limit it is
    Duration retry_after{};   // until there may be room; of a calendar budget, until the period ends
    bool is_never = false;    // larger than the whole limit: waiting cannot help
};

// What the headers tell: the tightest limit of each sort on the way to the root. -1 = no such limit.
struct Standing {
    std::int64_t limit_requests = -1, remaining_requests = -1;
    std::int64_t limit_tokens = -1, remaining_tokens = -1;
    Duration reset_requests{}, reset_tokens{};   // until the bucket is full again
    bool has_budget = false;
    Pico budget_remaining = 0;   // limit − spent − reserved of the tightest money budget
};

class Treasury;
using TreasuryPtr = std::shared_ptr<Treasury>;

// What one attempt holds. Owner: the exchange. Moves; an empty one holds nothing. Dying unsettled it gives everything back.
// Each of its calls after the first end does nothing.
class Grant {
public:
    Grant() = default;
    Grant(Grant&& other) noexcept;
    Grant& operator=(Grant&& other) noexcept;
    ~Grant() { release(); }
    // What is known to be used so far (not since the last call) moves from reserved to spent; the sum stays. Never above the
    // bound, never back: the rest comes with settle().
    void progress(std::int64_t tokens, Pico cost);
    // The end: exactly this was used, the rest is given back. More than was reserved is booked too (a lying upstream), and
    // then true is returned: the row is flagged.
    bool settle(std::int64_t tokens, Pico cost);
    // Nothing was used. That a request was made stays counted: its retries do not count again.
    void release();
    [[nodiscard]] bool is_held() const { return treasury_ != nullptr; }

private:
    friend class Treasury;
    // Ancestors with a limit of tokens per minute that get back what was not used: the nearest so many.
    static constexpr std::size_t places_max = 8;

    TreasuryPtr treasury_;
    std::uint32_t node_ = 0;
    std::int64_t tokens_ = 0, tokens_moved_ = 0;
    Pico cost_ = 0, cost_moved_ = 0;
    // The periods in which it was reserved: a settle after midnight is booked in the day that was reserved from.
    std::int64_t day_ = 0, month_ = 0;
    Instant at_{};
    std::uint64_t number_ = 0;
    std::array<std::uint64_t, places_max> places_{};   // in the queues of tokens per minute (gcra.hpp)
};

struct Warning {
    std::string tenant;
    LimitKind kind{};
    std::uint32_t threshold_ppm = 0;
    Pico used_pico = 0, limit_pico = 0;               // of money
    std::int64_t used_tokens = 0, limit_tokens = 0;   // of tokens
    WallTime at{}, period_begin{};
};

struct Spent {   // by one node, for reports and restore()
    Pico money_day = 0, money_month = 0, money_reserved = 0;
    std::int64_t tokens_day = 0, tokens_month = 0, tokens_reserved = 0;
};

class Treasury : public std::enable_shared_from_this<Treasury> {
public:
    Treasury(const Treasury&) = delete;
    Treasury& operator=(const Treasury&) = delete;
    ~Treasury();

    // `convert` brings a budget's money into the ledger's currency (nothing: unknown; that budget then refuses everything
    // and says why in problems()). A tenant that stays keeps its counters; a limit that changed holds from now on, also for
    // exchanges that began before: so build last, when nothing can fail any more. A tenant that loses all its limits loses
    // its counters; they come back with restore().
    using Convert = std::function<std::optional<Pico>(const Money&)>;
    static TreasuryPtr build(const config::Snapshot& snapshot, const Convert& convert, const TreasuryPtr& previous);

    // Whether any limit holds for this tenant; without, reserve() is free and no bound need be computed.
    [[nodiscard]] bool is_limited(model::TenantId tenant) const;
    [[nodiscard]] bool has_money_budget(model::TenantId tenant) const;
    // All ancestors or none. The request counts once for the exchange (`counts_request` false for its retries and hedges).
    // Errors: budget_exhausted (money and tokens by period) or rate_limited (GCRA), fault client; `refusal` says which.
    Result<Grant> reserve(model::TenantId tenant, std::int64_t tokens, Pico cost, bool counts_request, WallTime wall,
                          Instant now, Refusal* refusal);
    [[nodiscard]] Standing standing(model::TenantId tenant, WallTime wall, Instant now) const;
    [[nodiscard]] Spent spent(model::TenantId tenant, WallTime wall) const;

    // From the ledger, at the start and after a reload that brought new limits: what the node and all below it have spent
    // since each period began; `buckets` are hours (begin, money, tokens) for the rolling window. Raises what is counted and
    // never lowers it, so restoring a tenant that is already counted is harmless; `buckets` are taken by a fresh one only.
    // Thresholds that are passed already are not warned of again.
    struct Bucket {
        WallTime begin{};
        Pico money = 0;
        std::int64_t tokens = 0;
    };
    void restore(model::TenantId tenant, const Spent& spent, std::span<const Bucket> buckets, WallTime wall);
    // Whether the tenant has limits and its counters began with nothing: restore() before it is used.
    [[nodiscard]] bool is_fresh(model::TenantId tenant) const;
    // Warnings that have come up since the last call.
    std::vector<Warning> take_warnings();
    [[nodiscard]] const std::vector<std::string>& problems() const;
    // Everything reserved by anybody; 0 at rest. For proofs.
    [[nodiscard]] Spent total_reserved() const;

private:
    friend class Grant;
    struct Inside;
    explicit Treasury(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

}   // namespace gilmok::admit
