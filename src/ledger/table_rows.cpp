#include "ledger/table_rows.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/text.hpp"
#include "wire/json_string.hpp"

namespace gilmok::ledger {

using model::NameId;
using model::Terminal;

std::int64_t column_of_id(std::uint32_t id) { return std::bit_cast<std::int32_t>(id); }
std::uint32_t id_of(Pico column) { return std::bit_cast<std::uint32_t>(static_cast<std::int32_t>(column)); }

std::int64_t column_of_count(std::uint64_t count) {
    return static_cast<std::int64_t>(
        std::min(count, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())));
}
Pico limited(Pico amount) { return std::clamp(amount, -pico_max, pico_max); }
std::int64_t column_of_time(WallTime time) { return std::max<std::int64_t>(time.time_since_epoch().count(), 0); }

void put(RowSink& sink, const Currency& currency) {
    if (currency.is_none())
        sink.null();
    else
        sink.text(currency.view());
}
void put(RowSink& sink, Pico amount) {
    const Amount parts = split(amount);
    sink.integer(parts.whole);
    sink.integer(parts.pico);
}

namespace {

std::int64_t flags_of(const Terminal& terminal) {
    std::int64_t flags = 0;
    const auto set = [&](bool is_set, Flag flag) { flags |= is_set ? bit(flag) : 0; };
    set(terminal.is_stream, Flag::stream);
    set(terminal.is_simulated, Flag::simulated);
    set(terminal.was_hedge, Flag::hedge);
    set(terminal.is_suspect, Flag::suspect);
    set(terminal.is_over_bound, Flag::over_bound);
    set(terminal.charge.is_known, Flag::price_known);
    set(terminal.is_raw_usage_cut, Flag::raw_usage_cut);
    set(is_unpriced(terminal), Flag::unpriced);
    return flags;
}

}   // namespace

void put_attempt(RowSink& sink, std::uint64_t index, const Terminal& terminal, const RefKey& key) {
    sink.integer(static_cast<std::int64_t>(index));
    sink.bytes(key.exchange());
    sink.integer(key.attempt());
    for (const auto value : {static_cast<std::uint32_t>(terminal.kind), static_cast<std::uint32_t>(terminal.provenance),
                             static_cast<std::uint32_t>(terminal.tier), static_cast<std::uint32_t>(terminal.outcome),
                             static_cast<std::uint32_t>(terminal.endpoint), static_cast<std::uint32_t>(terminal.code),
                             std::uint32_t{terminal.status}})
        sink.integer(value);
    sink.integer(flags_of(terminal));
    for (const NameId id :
         {terminal.tenant, terminal.key, terminal.model, terminal.upstream, terminal.served_model,
          terminal.response_model, terminal.place, terminal.data_class, terminal.tag, terminal.charge.card})
        sink.integer(column_of_id(id));
    const std::int64_t at_ns = column_of_time(terminal.at);
    sink.integer(at_ns);
    sink.integer(at_ns - column_of_time(terminal.started));
    sink.integer(column_of_count(terminal.duration_us));
    sink.integer(terminal.first_token_us);
    sink.integer(terminal.delivered_events);
    sink.integer(column_of_count(terminal.delivered_bytes));
    for (const std::int64_t count : terminal.meters.counts) {
        if (count == model::Meters::missing)
            sink.null();
        else
            sink.integer(count);
    }
    put(sink, terminal.charge.currency);
    put(sink, limited(terminal.charge.cost));
    put(sink, terminal.charge.ledger_currency);
    put(sink, limited(terminal.charge.cost_ledger));
    put(sink, Pico{0});
    sink.integer(column_of_count(terminal.energy.microjoules));
    sink.integer(column_of_count(terminal.energy.micrograms_co2e));
    sink.integer(static_cast<std::int64_t>(terminal.energy.method));
    sink.integer(terminal.bound_input_tokens);
    sink.integer(terminal.bound_output_tokens);
    put(sink, limited(terminal.bound_cost_ledger));
    const std::string_view person(reinterpret_cast<const char*>(terminal.person.data()), terminal.person.size());
    if (person == std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16))
        sink.null();
    else
        sink.bytes(person);
    if (terminal.raw_usage.empty())
        sink.null();
    else
        sink.bytes(terminal.raw_usage);
}

void put_reservation(RowSink& sink, std::uint64_t index, const model::Reserve& reserve, const RefKey& key) {
    sink.integer(static_cast<std::int64_t>(index));
    sink.bytes(key.exchange());
    sink.integer(key.attempt());
    sink.integer(column_of_time(reserve.at));
    sink.integer(static_cast<std::int64_t>(reserve.endpoint));
    sink.integer((reserve.is_stream ? bit(Flag::stream) : 0) |
                 (reserve.bound.is_cost_known ? bit(Flag::price_known) : 0));
    for (const NameId id : {reserve.tenant, reserve.key, reserve.model, reserve.upstream, reserve.served_model,
                            reserve.place, reserve.data_class})
        sink.integer(column_of_id(id));
    sink.integer(reserve.bound.input_tokens);
    sink.integer(reserve.bound.output_tokens);
    put(sink, limited(reserve.bound.cost_ledger));
}

std::int64_t narrow(Pico sum) {
    using Limits = std::numeric_limits<std::int64_t>;
    return static_cast<std::int64_t>(std::clamp<Pico>(sum, Limits::min(), Limits::max()));
}

Measures read_measures(const RowView& row, int first) {
    Measures measures;
    int column = first;
    for (std::int64_t& count : measures.counts) count = narrow(row.integer(column++));
    for (std::int64_t& count : measures.meters) count = narrow(row.integer(column++));
    measures.cost = join(row.integer(column), row.integer(column + 1));
    measures.correction = join(row.integer(column + 2), row.integer(column + 3));
    return measures;
}

Measured read_measured(const RowView& row, DimSet dims) {
    Measured measured;
    Terminal terminal;
    int column = 0;
    const auto next = [&] { return narrow(row.integer(column++)); };
    terminal.kind = static_cast<model::TerminalKind>(next());
    terminal.provenance = static_cast<model::Provenance>(next());
    const std::int64_t flags = next();
    terminal.is_suspect = (flags & bit(Flag::suspect)) != 0;
    terminal.charge.is_known = (flags & bit(Flag::price_known)) != 0;
    terminal.duration_us = static_cast<std::uint64_t>(next());
    terminal.first_token_us = static_cast<std::uint32_t>(next());
    terminal.energy.microjoules = static_cast<std::uint64_t>(next());
    terminal.energy.micrograms_co2e = static_cast<std::uint64_t>(next());
    for (std::int64_t& count : terminal.meters.counts) count = next();   // missing counts as nothing here
    terminal.charge.cost_ledger = join(row.integer(column), row.integer(column + 1));
    measured.measures = measure(terminal, join(row.integer(column + 2), row.integer(column + 3)));
    // A correction may have named the price since.
    measured.measures.counts[static_cast<std::size_t>(Count::unpriced)] = (flags & bit(Flag::unpriced)) != 0;
    measured.at = WallTime(Duration(narrow(row.integer(column + 4))));
    column += 5;
    for (std::size_t i = 0; i + 1 < dims_count; ++i)
        if ((dims >> i & 1U) != 0) measured.dims[i] = id_of(row.integer(column++));
    if ((dims & dim_bit(Dimension::simulated)) != 0)
        measured.dims[dim_index(Dimension::simulated)] = (flags & bit(Flag::simulated)) != 0;
    return measured;
}

namespace {

// Reads the columns of a row one after the other.
class Columns {
public:
    explicit Columns(const RowView& row) : row_(row) {}
    std::int64_t number() { return narrow(row_.integer(column_++)); }
    template <class Value>
    Value as() {
        return static_cast<Value>(number());
    }
    NameId name() { return NameId{id_of(row_.integer(column_++))}; }
    Pico amount() {
        column_ += 2;
        return join(row_.integer(column_ - 2), row_.integer(column_ - 1));
    }
    bool is_null() const { return row_.is_null(column_); }
    std::string_view bytes() { return row_.bytes(column_++); }
    Currency currency() {
        Currency currency;
        if (const std::string_view text = bytes(); text.size() == currency.code.size())
            std::copy(text.begin(), text.end(), currency.code.begin());
        return currency;
    }
    model::AttemptRef ref() {
        model::AttemptRef ref;
        std::array<std::uint8_t, 16> exchange{};
        if (const std::string_view text = bytes(); text.size() == exchange.size())
            std::memcpy(exchange.data(), text.data(), text.size());
        ref.exchange = to_request_id(exchange);
        ref.attempt = as<std::uint8_t>();
        return ref;
    }

private:
    const RowView& row_;
    int column_ = 0;
};

void read_flags(Terminal& terminal, std::int64_t flags) {
    const auto has = [&](Flag flag) { return (flags & bit(flag)) != 0; };
    terminal.is_stream = has(Flag::stream);
    terminal.is_simulated = has(Flag::simulated);
    terminal.was_hedge = has(Flag::hedge);
    terminal.is_suspect = has(Flag::suspect);
    terminal.is_over_bound = has(Flag::over_bound);
    terminal.charge.is_known = has(Flag::price_known);
    terminal.is_raw_usage_cut = has(Flag::raw_usage_cut);
}

}   // namespace

AttemptRow read_attempt(const RowView& row) {
    AttemptRow attempt;
    Terminal& terminal = attempt.terminal;
    Columns columns(row);
    attempt.index = columns.as<std::uint64_t>();
    terminal.ref = columns.ref();
    terminal.kind = columns.as<model::TerminalKind>();
    terminal.provenance = columns.as<model::Provenance>();
    terminal.tier = columns.as<model::ServiceTier>();
    terminal.outcome = columns.as<model::Outcome>();
    terminal.endpoint = columns.as<model::Endpoint>();
    terminal.code = columns.as<Code>();
    terminal.status = columns.as<std::uint16_t>();
    read_flags(terminal, columns.number());
    for (NameId* id :
         {&terminal.tenant, &terminal.key, &terminal.model, &terminal.upstream, &terminal.served_model,
          &terminal.response_model, &terminal.place, &terminal.data_class, &terminal.tag, &terminal.charge.card})
        *id = columns.name();
    terminal.at = WallTime(Duration(columns.number()));
    terminal.started = terminal.at - Duration(columns.number());
    terminal.duration_us = columns.as<std::uint64_t>();
    terminal.first_token_us = columns.as<std::uint32_t>();
    terminal.delivered_events = columns.as<std::uint32_t>();
    terminal.delivered_bytes = columns.as<std::uint64_t>();
    for (std::int64_t& count : terminal.meters.counts) {
        const bool is_missing = columns.is_null();
        count = columns.number();
        if (is_missing) count = model::Meters::missing;
    }
    terminal.charge.currency = columns.currency();
    terminal.charge.cost = columns.amount();
    terminal.charge.ledger_currency = columns.currency();
    terminal.charge.cost_ledger = columns.amount();
    attempt.correction_ledger = columns.amount();
    terminal.energy.microjoules = columns.as<std::uint64_t>();
    terminal.energy.micrograms_co2e = columns.as<std::uint64_t>();
    terminal.energy.method = columns.as<model::EnergyMethod>();
    terminal.bound_input_tokens = columns.number();
    terminal.bound_output_tokens = columns.number();
    terminal.bound_cost_ledger = columns.amount();
    if (const std::string_view person = columns.bytes(); person.size() == terminal.person.size())
        std::memcpy(terminal.person.data(), person.data(), person.size());
    attempt.raw_usage = columns.bytes();
    return attempt;
}

OpenRow read_reservation(const RowView& row) {
    OpenRow open;
    Columns columns(row);
    columns.number();
    open.reserve.ref = columns.ref();
    open.reserve.at = WallTime(Duration(columns.number()));
    open.reserve.endpoint = columns.as<model::Endpoint>();
    const std::int64_t flags = columns.number();
    open.reserve.is_stream = (flags & bit(Flag::stream)) != 0;
    open.reserve.bound.is_cost_known = (flags & bit(Flag::price_known)) != 0;
    for (NameId* id : {&open.reserve.tenant, &open.reserve.key, &open.reserve.model, &open.reserve.upstream,
                       &open.reserve.served_model, &open.reserve.place, &open.reserve.data_class})
        *id = columns.name();
    open.reserve.bound.input_tokens = columns.number();
    open.reserve.bound.output_tokens = columns.number();
    open.reserve.bound.cost_ledger = columns.amount();
    return open;
}

std::string storable(std::string_view text) {
    if (wire::json::is_utf8(text) && text.find('\0') == std::string_view::npos) return std::string(text);
    return "hex:" + hex(text);
}

void put_roll(RowSink& sink, const RollRow& row, DimSet dims) {
    sink.integer(static_cast<std::int64_t>(row.grain));
    sink.integer(row.period);
    for (std::size_t i = 0; i < dims_count; ++i)
        if ((dims >> i & 1U) != 0) sink.integer(column_of_id(row.dims[i]));
    for (const std::int64_t count : row.measures.counts) sink.integer(count);
    for (const std::int64_t count : row.measures.meters) sink.integer(count);
    put(sink, row.measures.cost);
    put(sink, row.measures.correction);
}

}   // namespace gilmok::ledger
