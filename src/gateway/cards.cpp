#include "gateway/cards.hpp"

namespace gilmok::gateway {

namespace {
constexpr Duration believed_for = std::chrono::seconds(1);
}   // namespace

Cards::Found Cards::find(const Accounts& accounts, const config::Upstream& upstream, std::string_view sku,
                         model::ServiceTier tier, WallTime wall, Instant now) {
    // Cards live as long as their book: those of a book that was replaced must not be taken for others at their address.
    if (accounts_ != &accounts) {
        card_names_.clear();
        slots_ = {};
        accounts_ = &accounts;
    }
    const std::size_t hash = std::hash<std::string_view>{}(sku) ^ (std::hash<const void*>{}(&upstream) >> 4) ^
                             (static_cast<std::size_t>(tier) << 3);
    Slot& slot = slots_[hash % slots_count];
    if (slot.accounts == &accounts && slot.upstream == &upstream && slot.tier == tier && slot.sku == sku &&
        now < slot.until)
        return slot.found;
    const std::string_view provider = upstream.price.empty() ? upstream.name : upstream.price;
    Found found;
    found.card = accounts.prices->find(provider, sku, upstream.place, tier, wall, upstream.discount_ppm);
    if (found.card != nullptr && accounts.keeper != nullptr) {
        auto [at, is_new] = card_names_.try_emplace(found.card);
        if (is_new || at->second == model::NameId::none)
            at->second = accounts.keeper->intern(ledger::NameKind::price_card, found.card->text(), wall);
        found.name = at->second;
    }
    slot = {&accounts, &upstream, tier, now + believed_for, std::string(sku), found};
    return found;
}

model::NameId Cards::name_of(const Accounts& accounts, ledger::NameKind kind, std::string_view text, WallTime wall) {
    if (accounts.keeper == nullptr || text.empty()) return model::NameId::none;
    std::string key(1, static_cast<char>(kind));
    key += text;
    if (const auto known = names_.find(key); known != names_.end()) return known->second;
    if (names_.size() >= names_max) return model::NameId::none;
    const model::NameId name = accounts.keeper->intern(kind, text, wall);
    if (name != model::NameId::none) names_.emplace(std::move(key), name);
    return name;
}

}   // namespace gilmok::gateway
