// "did you mean": the nearest name by edit distance, and names that mean the same elsewhere.
#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "config/schema.hpp"

namespace gilmok::config {
namespace {

// What other gateways and people call the same thing. The edit distance would never find these.
struct Alias {
    std::string_view theirs;
    std::string_view ours;
};
constexpr Alias aliases[] = {
    {"api_key", "key"},
    {"apikey", "key"},
    {"token", "key"},
    {"base_url", "url"},
    {"api_base", "url"},
    {"endpoint", "url"},
    {"address", "url"},
    {"type", "kind"},
    {"engine", "kind"},
    {"provider", "kind"},
    {"zone", "place"},
    {"region", "place"},
    {"location", "place"},
    {"backend", "upstream"},
    {"backends", "upstream"},
    {"upstreams", "upstream"},
    {"models", "model"},
    {"tenants", "tenant"},
    {"keys", "key"},
    {"candidates", "try"},
    {"targets", "try"},
    {"fallbacks", "try"},
    {"cert", "certificate"},
    {"bind", "listen"},
    {"port", "listen"},
    {"timeout", "total_timeout"},
    {"max_connections", "connections_max"},
    {"workers", "shards"},
    {"threads", "shards"},
    {"strategy", "pick"},
    {"logging", "log"},
    {"budget", "budget_month"},
    {"max_budget", "budget_month"},
    {"rpm", "requests_per_minute"},
    {"rpm_limit", "requests_per_minute"},
    {"tpm", "tokens_per_minute"},
    {"tpm_limit", "tokens_per_minute"},
    {"max_tokens", "output_tokens_max"},
    {"soft_budget", "warn"},
    {"exchange", "fx"},
    {"rates", "fx"},
    {"prices", "price"},
    {"pools", "pool"},
    {"database_url", "database"},
    {"timezone", "utc_offset"},
    {"guardrails", "guard"},
    {"pii", "guard"},
    {"rules", "rule"},
    {"patterns", "pattern"},
    {"entities", "kinds"},
    {"regions", "places"},
    {"zones", "places"},
    {"country", "places"},
    {"mode", "action"},
    {"redact", "mask"},
    {"pseudonymize", "swap"},
    {"deny", "block"},
    {"application", "app"},
    {"apps", "app"},
};

}   // namespace

Nearest::Nearest(std::string_view wrong)
    : wrong_(lowercase(wrong)), distance_(std::max<std::size_t>(2, wrong.size() / 3) + 1) {
    for (const Alias& alias : aliases)
        if (alias.theirs == wrong_) alias_ = alias.ours;
}

void Nearest::offer(std::string_view name) {
    if (++names_ <= shown_max) first_names_ += (names_ == 1 ? "\"" : ", \"") + std::string(name) + '"';
    // A distance as long as the word itself would make a hint of anything.
    const bool is_alias = !alias_.empty() && name == alias_;
    const std::size_t distance = is_alias ? 0 : edit_distance(wrong_, lowercase(name));
    if (distance >= distance_ || (!is_alias && distance >= std::max(wrong_.size(), name.size()))) return;
    distance_ = distance;
    best_ = name;
}

std::string Nearest::fix() const { return best_.empty() ? std::string{} : "did you mean \"" + best_ + "\"?"; }

std::string Nearest::fix_or(std::string otherwise) const { return best_.empty() ? std::move(otherwise) : fix(); }

std::string Nearest::fix_or_all(std::string if_none) const {
    if (names_ == 0) return fix_or(std::move(if_none));
    const std::string more = names_ > shown_max ? " and " + std::to_string(names_ - shown_max) + " more" : "";
    return fix_or((names_ == 1 ? "there is only " : "there are ") + first_names_ + more);
}

}   // namespace gilmok::config
