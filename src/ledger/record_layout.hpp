// The order of the fields in a record's body, said once for both ways: a layout() is run with a Packer that writes or an
// Unpacker that reads. docs/ledger-format.md is the contract; offsets follow from the order. Private to ledger/entry.cpp.
#pragma once

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

#include "base/assert.hpp"
#include "ledger/entry.hpp"

namespace gilmok::ledger {

static_assert(std::endian::native == std::endian::little, "records are little-endian and copied as they are");

class Packer {
public:
    explicit Packer(std::span<char> room) : next_(room.data()), end_(room.data() + room.size()) {}

    template <class T>
    void integer(const T& value) {
        GILMOK_DASSERT(next_ + sizeof value <= end_);
        std::memcpy(next_, &value, sizeof value);
        next_ += sizeof value;
    }
    template <class Wire, class Enum>
    void one_of(const Enum& value) {
        integer(static_cast<Wire>(value));
    }
    void name_kind(const NameKind& kind) { integer(static_cast<std::uint8_t>(kind)); }
    void name(const model::NameId& id) { integer(static_cast<std::uint32_t>(id)); }
    void name_given(const model::NameId& id) { name(id); }
    void count(const std::int64_t& value) { integer(value); }
    void status(const std::uint16_t& value) { integer(value); }
    void entries_count(const std::uint8_t& value) {
        GILMOK_ASSERT(value <= model::Decision::entries_max);
        integer(value);
    }
    void time(const WallTime& value) { integer(std::int64_t{value.time_since_epoch().count()}); }
    void exchange(const model::RequestId& id) { integer(to_bytes(id)); }
    void meters(const model::Meters& meters) { integer(meters.counts); }
    void currency(const Currency& currency) {
        integer(currency.code);
        zeros(1);
    }
    template <class Wire, class... Flags>
    void flags(const Flags&... flags) {
        Wire bits = 0;
        Wire bit = 1;
        ((bits = static_cast<Wire>(flags ? bits | bit : bits), bit = static_cast<Wire>(bit << 1)), ...);
        integer(bits);
    }
    void zeros(std::size_t bytes) {
        std::memset(next_, 0, bytes);
        next_ += bytes;
    }
    void text_bytes(std::string_view text, std::size_t bytes_max) {
        GILMOK_ASSERT(text.size() <= bytes_max);
        integer(static_cast<std::uint16_t>(text.size()));
    }
    void text(std::string_view text) {
        if (text.empty()) return;
        std::memcpy(next_, text.data(), text.size());
        next_ += text.size();
    }

private:
    char* next_;
    [[maybe_unused]] char* end_;
};

class Unpacker {
public:
    explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

    // Everything was there and in its range, and what is left is nothing but padding.
    [[nodiscard]] bool is_whole() const {
        return problem_.empty() && rest_.size() < 8 &&
               std::all_of(rest_.begin(), rest_.end(), [](char c) { return c == 0; });
    }
    [[nodiscard]] std::string_view problem() const {
        return problem_.empty() ? "bytes behind the body of a record" : problem_;
    }

    template <class T>
    void integer(T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        if (const char* from = take(sizeof value)) std::memcpy(&value, from, sizeof value);
    }
    template <class Wire, class Enum>
    void one_of(Enum& value) {
        Wire number = 0;
        integer(number);
        if (number < static_cast<Wire>(Enum::count_))
            value = static_cast<Enum>(number);
        else
            refuse("a number that stands for nothing");
    }
    void name_kind(NameKind& kind) {
        std::uint8_t number = 0;
        integer(number);
        if (number < static_cast<std::uint8_t>(NameKind::tenant) || number > static_cast<std::uint8_t>(NameKind::application))
            refuse("a kind of name that there is not");
        kind = static_cast<NameKind>(number);
    }
    void name(model::NameId& id) {
        std::uint32_t number = 0;
        integer(number);
        id = static_cast<model::NameId>(number);
    }
    void name_given(model::NameId& id) {
        name(id);
        if (id == model::NameId::none) refuse("a name without a number");
    }
    void count(std::int64_t& value) {
        integer(value);
        if (value < 0) refuse("a negative count");
    }
    void status(std::uint16_t& value) {
        integer(value);
        if (value > 999) refuse("an HTTP status of more than three digits");
    }
    void entries_count(std::uint8_t& value) {
        integer(value);
        if (value <= model::Decision::entries_max) return;
        refuse("more entries than a decision has");
        value = 0;
    }
    void time(WallTime& value) {
        std::int64_t count_ns = 0;
        integer(count_ns);
        value = WallTime(Duration(count_ns));
    }
    void exchange(model::RequestId& id) {
        std::array<std::uint8_t, 16> bytes{};
        integer(bytes);
        id = to_request_id(bytes);
    }
    void meters(model::Meters& meters) {
        integer(meters.counts);
        if (std::ranges::any_of(meters.counts, [](std::int64_t count) { return count < model::Meters::missing; }))
            refuse("a negative count");
    }
    void currency(Currency& currency) {
        integer(currency.code);
        zeros(1);
        const bool is_none = currency.code == std::array<char, 3>{};
        const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
        if (!is_none && !std::ranges::all_of(currency.code, is_upper)) refuse("a currency that cannot be");
    }
    template <class Wire, class... Flags>
    void flags(Flags&... flags) {
        Wire bits = 0;
        integer(bits);
        ((flags = (bits & 1U) != 0, bits = static_cast<Wire>(bits >> 1U)), ...);
        if (bits != 0) refuse("a flag that means nothing");
    }
    void zeros(std::size_t bytes) {
        const char* from = take(bytes);
        if (from != nullptr && !std::all_of(from, from + bytes, [](char c) { return c == 0; }))
            refuse("bytes that are not zero");
    }
    void text_bytes(std::string_view, std::size_t bytes_max) {
        std::uint16_t bytes = 0;
        integer(bytes);
        if (bytes > bytes_max) refuse("a text that is too long");
        text_bytes_ = bytes;
    }
    void text(std::string_view& text) {
        if (const char* from = take(text_bytes_)) text = {from, text_bytes_};
    }

private:
    const char* take(std::size_t bytes) {
        if (rest_.size() < bytes) {
            refuse("a body that is too short");
            rest_ = {};
            return nullptr;
        }
        const char* from = rest_.data();
        rest_.remove_prefix(bytes);
        return from;
    }
    void refuse(std::string_view problem) {
        if (problem_.empty()) problem_ = problem;
    }

    std::string_view rest_;
    std::string_view problem_{};   // static text
    std::size_t text_bytes_ = 0;
};

// `Record` is const for a Packer.
template <class Way, class Record>
void layout_of_name(Way& way, Record& name) {
    way.name_given(name.id);
    way.name_kind(name.kind);
    way.zeros(1);
    way.text_bytes(name.text, name_text_bytes_max);
    way.text(name.text);
}

template <class Way, class Record>
void layout_of_reserve(Way& way, Record& reserve) {
    way.exchange(reserve.ref.exchange);
    way.integer(reserve.ref.attempt);
    way.template one_of<std::uint8_t>(reserve.endpoint);
    way.template flags<std::uint8_t>(reserve.is_stream, reserve.bound.is_cost_known);
    way.zeros(1);
    way.name(reserve.tenant);
    way.name(reserve.key);
    way.name(reserve.model);
    way.name(reserve.upstream);
    way.name(reserve.served_model);
    way.name(reserve.place);
    way.name(reserve.data_class);
    way.count(reserve.bound.input_tokens);
    way.count(reserve.bound.output_tokens);
    way.integer(reserve.bound.cost_ledger);
}

template <class Way, class Record>
void layout_of_progress(Way& way, Record& progress) {
    way.exchange(progress.ref.exchange);
    way.integer(progress.ref.attempt);
    way.zeros(3);
    way.integer(progress.delivered_events);
    way.integer(progress.delivered_bytes);
    way.meters(progress.meters);
}

template <class Way, class Record>
void layout_of_terminal(Way& way, Record& terminal) {
    way.exchange(terminal.ref.exchange);
    way.integer(terminal.ref.attempt);
    way.template one_of<std::uint8_t>(terminal.kind);
    way.template one_of<std::uint8_t>(terminal.provenance);
    way.template one_of<std::uint8_t>(terminal.tier);
    way.template one_of<std::uint8_t>(terminal.outcome);
    way.template one_of<std::uint8_t>(terminal.endpoint);
    way.status(terminal.status);
    way.template one_of<std::uint16_t>(terminal.code);
    way.template flags<std::uint16_t>(terminal.is_stream, terminal.is_simulated, terminal.was_hedge,
                                      terminal.is_suspect, terminal.is_over_bound, terminal.charge.is_known,
                                      terminal.is_raw_usage_cut);
    way.name(terminal.tenant);
    way.name(terminal.key);
    way.name(terminal.model);
    way.name(terminal.upstream);
    way.name(terminal.served_model);
    way.name(terminal.response_model);
    way.name(terminal.place);
    way.name(terminal.data_class);
    way.name(terminal.tag);
    way.name(terminal.charge.card);
    way.integer(terminal.delivered_events);
    way.time(terminal.started);
    way.integer(terminal.duration_us);
    way.integer(terminal.first_token_us);
    way.template one_of<std::uint8_t>(terminal.energy.method);
    way.zeros(3);
    way.integer(terminal.delivered_bytes);
    way.meters(terminal.meters);
    way.currency(terminal.charge.currency);
    way.currency(terminal.charge.ledger_currency);
    way.integer(terminal.charge.cost);
    way.integer(terminal.charge.cost_ledger);
    way.integer(terminal.energy.microjoules);
    way.integer(terminal.energy.micrograms_co2e);
    way.count(terminal.bound_input_tokens);
    way.count(terminal.bound_output_tokens);
    way.integer(terminal.bound_cost_ledger);
    way.integer(terminal.person);
    way.text_bytes(terminal.raw_usage, model::Terminal::raw_usage_bytes_max);
    way.zeros(6);
    way.text(terminal.raw_usage);
}

template <class Way, class Record>
void layout_of_note(Way& way, Record& note) {
    way.text_bytes(note.json, note_text_bytes_max);
    way.zeros(6);
    way.text(note.json);
}

template <class Way, class Record>
void layout_of_correction(Way& way, Record& correction) {
    way.exchange(correction.ref.exchange);
    way.integer(correction.ref.attempt);
    way.zeros(3);
    way.name(correction.card);
    way.currency(correction.currency);
    way.currency(correction.ledger_currency);
    way.integer(correction.cost);
    way.integer(correction.cost_ledger);
}

template <class Way, class Record>
void layout_of_pool(Way& way, Record& pool) {
    way.name_given(pool.pool);
    way.zeros(4);
    way.time(pool.hour);
    way.integer(pool.microjoules);
    way.integer(pool.microjoules_attributed);
    way.integer(pool.cost);
    way.integer(pool.cost_attributed);
}

template <class Way, class Record>
void layout_of_decision(Way& way, Record& decision) {
    way.exchange(decision.ref.exchange);
    way.integer(decision.ref.attempt);
    way.template one_of<std::uint8_t>(decision.data_class);
    way.template one_of<std::uint8_t>(decision.verdict);
    way.template flags<std::uint8_t>(decision.is_answer, decision.is_more);
    way.name(decision.tenant);
    way.name(decision.application);
    way.name(decision.upstream);
    way.name(decision.place);
    way.name(decision.operator_);
    way.name(decision.verdict_rule);
    way.entries_count(decision.entries_count);
    way.zeros(3);
    for (std::size_t i = 0; i < decision.entries_count; ++i) {
        auto& entry = decision.entries[i];
        way.template one_of<std::uint8_t>(entry.kind);
        way.template one_of<std::uint8_t>(entry.action);
        way.integer(entry.count);
        way.name(entry.rule);
    }
}

}   // namespace gilmok::ledger
