#include "meter/access_log.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "meter/attempt_end.hpp"

namespace gilmok::meter {

namespace {

using model::Record;
using model::Usage;

// Room for all that is not a name of the configuration: member names, numbers, ids.
constexpr std::size_t line_bytes_fixed = 1'536;
constexpr std::size_t attempt_bytes_fixed = 320;
constexpr std::size_t context_bytes_max = 64;   // of each text in LineContext; longer ones are cut

// Every byte as a plain member shows it.
constexpr std::array<char, 256> plain = [] {
    std::array<char, 256> shown{};
    for (unsigned byte = 0; byte < 256; ++byte)
        shown[byte] = byte > ' ' && byte < 0x7F && byte != '"' && byte != '\\' ? static_cast<char>(byte) : '?';
    return shown;
}();

// Writes into room that was made beforehand: forty small appends to a string cost more than the text itself. Names are given
// as literals, whose size the compiler knows: a few moves each, and no call.
class Writer {
public:
    explicit Writer(char* at) : at_(at) {}
    template <std::size_t bytes_with_nul>
    void literal(const char (&text)[bytes_with_nul]) {
        std::memcpy(at_, text, bytes_with_nul - 1);
        at_ += bytes_with_nul - 1;
    }
    void raw(std::string_view text) {
        std::memcpy(at_, text.data(), text.size());
        at_ += text.size();
    }
    template <class Integer>
    void number(Integer value) {
        at_ = std::to_chars(at_, at_ + 24, value).ptr;
    }
    template <std::size_t bytes_with_nul>
    void member(const char (&name_and_colon)[bytes_with_nul], std::string_view escaped) {
        literal(name_and_colon);
        *at_++ = '"';
        raw(escaped);
        *at_++ = '"';
    }
    template <std::size_t bytes_with_nul, class Integer>
    void count(const char (&name_and_colon)[bytes_with_nul], Integer value) {
        literal(name_and_colon);
        number(value);
    }
    // Milliseconds with three decimals.
    template <std::size_t bytes_with_nul>
    void duration(const char (&name_and_colon)[bytes_with_nul], Duration span) {
        literal(name_and_colon);
        const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(to_us(span), 0));
        number(us / 1000);
        fraction(static_cast<unsigned>(us % 1000));
    }
    void fraction(unsigned thousandths) {
        const char text[4] = {'.', digit(thousandths / 100), digit(thousandths / 10 % 10), digit(thousandths % 10)};
        std::memcpy(at_, text, sizeof text);
        at_ += sizeof text;
    }
    // Ids and addresses, which hold nothing to escape; should one ever, the byte is not written.
    template <std::size_t bytes_with_nul>
    void plain_member(const char (&name_and_colon)[bytes_with_nul], std::string_view text) {
        literal(name_and_colon);
        char* at = at_;   // of its own: what is written through it might be at_ itself, for all the compiler knows
        *at++ = '"';
        for (const char c : text.substr(0, context_bytes_max)) *at++ = plain[static_cast<unsigned char>(c)];
        *at++ = '"';
        at_ = at;
    }
    // Puts `c` in the place of the last byte.
    void replace_last(char c) { at_[-1] = c; }
    [[nodiscard]] char* at() const { return at_; }

private:
    static char digit(unsigned value) { return static_cast<char>('0' + value); }
    char* at_;
};

void write_usage(Writer& line, const Usage& usage) {
    if (!usage.is_reported()) return;
    const auto count = [&line]<std::size_t bytes>(const char(&name)[bytes], std::int64_t tokens) {
        if (tokens == Usage::missing) return;
        line.count(name, tokens);
        line.literal(",");
    };
    line.literal(",\"usage\":{");
    count("\"input\":", usage.input);
    count("\"input_cached\":", usage.input_cached);
    count("\"input_audio\":", usage.input_audio);
    count("\"output\":", usage.output);
    count("\"output_reasoning\":", usage.output_reasoning);
    count("\"output_audio\":", usage.output_audio);
    count("\"total\":", usage.total);
    line.replace_last('}');   // of the comma: what is reported has a count
}

// What it was booked with. A price that is not known is absent and said to be so, never zero.
void write_settled(Writer& line, const model::Settled& settled, Currency currency, std::string_view cost) {
    if (!settled.has_cost) return;
    if (settled.is_cost_known) {
        line.member(",\"cost\":", cost);
        line.member(",\"currency\":", currency.view());
    } else {
        line.literal(",\"cost_unknown\":true");
    }
    if (settled.provenance != model::Provenance::none)
        line.member(",\"usage_from\":", model::name_of(settled.provenance));
    if (settled.microjoules != 0) line.count(",\"microjoules\":", settled.microjoules);
    if (settled.is_over_bound) line.literal(",\"over_bound\":true");
}

// What the guard had to say. Kinds and places are in the ledger; here is only that something was.
void write_guard(Writer& line, const Record& record) {
    if (record.data_class == model::DataClass::open && record.findings_count == 0) return;
    line.member(",\"class\":", model::name_of(record.data_class));
    if (record.findings_count == 0) return;
    line.member(",\"guard\":", model::name_of(record.guard_action));
    line.count(",\"findings\":", record.findings_count);
}

// How the exchange ended and how much it moved.
void write_end(Writer& line, const Record& record) {
    line.count(",\"status\":", record.status);
    line.member(",\"outcome\":", model::name_of(record.outcome));
    if (record.code != Code::none) {
        line.member(",\"code\":", gilmok::name_of(record.code));
        line.member(",\"fault\":", gilmok::name_of(record.fault));
    }
    line.raw(record.is_stream ? ",\"stream\":true" : ",\"stream\":false");
    if (record.is_simulated) line.literal(",\"simulated\":true");
    line.duration(",\"duration_ms\":", record.total);
    if (record.time_to_first_token > Duration::zero()) line.duration(",\"ttft_ms\":", record.time_to_first_token);
    line.count(",\"bytes_in\":", record.bytes_in);
    line.count(",\"bytes_out\":", record.bytes_out);
    if (record.is_stream) line.count(",\"events\":", record.events_out);
}

void write_attempt(Writer& line, const model::Attempt& attempt, const Record& record, std::string_view upstream) {
    line.member("{\"upstream\":", upstream);
    line.member(",\"end\":", name_of(attempt.end));
    if (attempt.code != Code::none) line.member(",\"code\":", gilmok::name_of(attempt.code));
    if (attempt.status != 0) line.count(",\"status\":", attempt.status);
    line.duration(",\"start_ms\":", attempt.started - record.started);
    if (attempt.connect > Duration::zero()) line.duration(",\"connect_ms\":", attempt.connect);
    if (attempt.first_byte > Duration::zero()) line.duration(",\"first_byte_ms\":", attempt.first_byte);
    line.raw(attempt.was_hedge ? ",\"hedge\":true}" : "}");
}

}   // namespace

void AccessLog::use(const config::Snapshot& snapshot) {
    const auto escape_all = [](std::vector<std::string>& out, const auto& entries, auto name) {
        out.clear();
        out.reserve(entries.size());
        for (const auto& entry : entries) append_json_escaped(out.emplace_back(), entry.*name);
    };
    escape_all(models_, snapshot.models, &config::Model::name);
    escape_all(upstreams_, snapshot.upstreams, &config::Upstream::name);
    escape_all(tenants_, snapshot.tenants, &config::Tenant::path);
    in_use_ = &snapshot;
    in_use_version_ = snapshot.version;
}

std::string_view AccessLog::escaped(const std::vector<std::string>& cached, bool is_in_use, std::uint32_t id,
                                    std::string_view name, std::string& scratch) const {
    if (is_in_use) return cached[id];
    scratch.clear();
    append_json_escaped(scratch, name);
    return scratch;
}

void AccessLog::append_line(std::string& out, const Record& record, const config::Snapshot& snapshot,
                            const LineContext& context) {
    const bool is_in_use = in_use_ == &snapshot && in_use_version_ == snapshot.version;
    std::string_view tenant, model, upstream;
    if (record.tenant != model::TenantId::none)
        tenant =
            escaped(tenants_, is_in_use, index_of(record.tenant), snapshot.tenant(record.tenant).path, scratch_[0]);
    if (record.model != model::ModelId::none)
        model = escaped(models_, is_in_use, index_of(record.model), snapshot.model(record.model).name, scratch_[1]);
    if (record.upstream != model::UpstreamId::none)
        upstream = escaped(upstreams_, is_in_use, index_of(record.upstream), snapshot.upstream(record.upstream).name,
                           scratch_[2]);
    std::string& served = scratch_[3];
    served.clear();
    append_json_escaped(served, record.served_name);
    const std::size_t attempts = std::min<std::size_t>(record.attempts_count, Record::attempts_max);
    std::array<std::string_view, Record::attempts_max> tried{};
    std::size_t room = line_bytes_fixed + attempts * attempt_bytes_fixed + tenant.size() + model.size() +
                       upstream.size() + served.size();
    for (std::size_t i = 0; i < attempts; ++i) {
        const model::UpstreamId id = record.attempts[i].upstream;
        if (id == model::UpstreamId::none) continue;
        tried[i] = escaped(upstreams_, is_in_use, index_of(id), snapshot.upstream(id).name, scratch_[4 + i]);
        room += tried[i].size();
    }
    const std::string cost =
        record.settled.has_cost && record.settled.is_cost_known ? decimal(record.settled.cost_ledger) : std::string{};
    room += cost.size();
    // Written in a place of our own and then appended: a string that grows by `room` would clear all of it first.
    if (line_.size() < room) line_.resize(room);
    Writer line(line_.data());

    const std::int64_t wall_ms = unix_ms(record.started_wall);
    if (wall_ms / 1000 != second_) {
        second_ = wall_ms / 1000;
        rfc3339(record.started_wall).copy(time_, sizeof time_);
    }
    line.literal("{\"time\":\"");
    line.raw({time_, sizeof time_});
    line.fraction(static_cast<unsigned>(wall_ms % 1000));
    line.literal("Z\"");
    if (record.id.text[0] != '\0') line.member(",\"request_id\":", record.id.view());
    if (!context.client.empty()) line.plain_member(",\"client\":", context.client);
    if (!tenant.empty()) line.member(",\"tenant\":", tenant);
    if (!context.key_id.empty()) line.plain_member(",\"key\":", context.key_id);
    line.member(",\"endpoint\":", model::name_of(record.endpoint));
    if (!model.empty()) line.member(",\"model\":", model);
    if (!upstream.empty()) line.member(",\"upstream\":", upstream);
    if (!served.empty()) line.member(",\"served\":", served);
    write_end(line, record);
    write_usage(line, record.usage);
    write_settled(line, record.settled, snapshot.ledger.currency, cost);
    write_guard(line, record);
    for (std::size_t i = 0; i < attempts; ++i) {
        if (i == 0)
            line.literal(",\"attempts\":[");
        else
            line.literal(",");
        write_attempt(line, record.attempts[i], record, tried[i]);
    }
    if (attempts != 0) line.literal("]");
    if (record.trace_id[0] != '\0') {
        line.member(",\"trace_id\":", {record.trace_id.data(), record.trace_id.size()});
        line.member(",\"span_id\":", {record.span_id.data(), record.span_id.size()});
        if (!context.parent_span_id.empty()) line.plain_member(",\"parent_span_id\":", context.parent_span_id);
    }
    line.literal("}\n");
    const auto length = static_cast<std::size_t>(line.at() - line_.data());
    GILMOK_ASSERT(length <= room);
    out.append(line_.data(), length);
}

}   // namespace gilmok::meter
