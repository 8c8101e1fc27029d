#include "ledger/names.hpp"

namespace gilmok::ledger {

model::NameId last_name_used(const Body& body) {
    if (const auto* reserve = std::get_if<model::Reserve>(&body))
        return std::max({reserve->tenant, reserve->key, reserve->model, reserve->upstream, reserve->served_model,
                         reserve->place, reserve->data_class});
    if (const auto* terminal = std::get_if<model::Terminal>(&body))
        return std::max({terminal->tenant, terminal->key, terminal->model, terminal->upstream, terminal->served_model,
                         terminal->response_model, terminal->place, terminal->data_class, terminal->tag,
                         terminal->charge.card});
    if (const auto* correction = std::get_if<Correction>(&body)) return correction->card;
    if (const auto* pool = std::get_if<PoolHour>(&body)) return pool->pool;
    if (const auto* decision = std::get_if<model::Decision>(&body)) {
        model::NameId last = std::max({decision->tenant, decision->application, decision->upstream, decision->place,
                                       decision->operator_, decision->verdict_rule});
        for (std::size_t i = 0; i < decision->entries_count; ++i) last = std::max(last, decision->entries[i].rule);
        return last;
    }
    return model::NameId::none;
}

}   // namespace gilmok::ledger
