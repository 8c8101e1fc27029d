#include "auth/key_store.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/json.hpp"

namespace gilmok::auth {

namespace {

namespace json = wire::json;

constexpr std::size_t member_bytes_max = 1'024;

tl::unexpected<io::FileError> bad(std::string message) { return tl::unexpected(io::FileError{0, std::move(message)}); }

bool read_digits(std::string_view text, std::size_t at, std::size_t count, int& out) {
    const auto number = parse_u64(text.substr(at, count));
    if (!number) return false;
    out = static_cast<int>(*number);
    return true;
}

// Reads what rfc3339() writes: "2026-11-21T04:05:06.789Z"; the fraction may be absent.
bool read_time(std::string_view text, WallTime& out) {
    using namespace std::chrono;
    const bool has_fraction = text.size() == 24;
    if (text.size() != 20 && !has_fraction) return false;
    if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text.back() != 'Z')
        return false;
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, fraction_ms = 0;
    if (!read_digits(text, 0, 4, y) || !read_digits(text, 5, 2, mo) || !read_digits(text, 8, 2, d) ||
        !read_digits(text, 11, 2, h) || !read_digits(text, 14, 2, mi) || !read_digits(text, 17, 2, s))
        return false;
    if (has_fraction && (text[19] != '.' || !read_digits(text, 20, 3, fraction_ms))) return false;
    const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
    // Nanoseconds in 64 bits end in the year 2262; a date beyond is a typing error.
    if (!date.ok() || y < 1970 || y > 2260 || h > 23 || mi > 59 || s > 59) return false;
    out = WallTime(duration_cast<Duration>(sys_days(date).time_since_epoch() + hours(h) + minutes(mi) + seconds(s) +
                                           milliseconds(fraction_ms)));
    return true;
}

bool read_text_member(const json::Value& value, std::string& out) {
    return value.type == json::Type::string && json::append_unescaped(out, value, member_bytes_max);
}

// Takes the members of one line. `problem` says what was wrong; Members can only carry static text.
class LineReader final : public json::Members {
public:
    StoredKey key;
    std::string problem;

    Result<bool> member(std::string_view name, const json::Value& value) override {
        static constexpr std::string_view names[] = {"id",     "hash",    "tenant",  "name",
                                                     "models", "created", "expires", "revoked"};
        const auto* found = std::find(std::begin(names), std::end(names), name);
        if (found == std::end(names)) return refuse("unknown member \"" + std::string(name) + '"');
        const auto bit = 1U << (found - std::begin(names));
        if ((seen_ & bit) != 0) return refuse("member \"" + std::string(name) + "\" stands twice");
        seen_ |= bit;
        if (!read(name, value)) return refuse("member \"" + std::string(name) + "\" cannot be read");
        return true;
    }
    // All that a key cannot be without.
    bool is_whole() {
        if ((seen_ & 0b10'0111U) != 0b10'0111U)
            problem = "\"id\", \"hash\", \"tenant\" or \"created\" is missing";
        else if (key.id != key_id_of(key.digest))
            problem = "\"id\" does not belong to \"hash\"";
        return problem.empty();
    }

private:
    Result<bool> refuse(std::string what) {
        problem = std::move(what);
        return fail(Code::bad_json, Fault::client, Retry::never, "key store line");
    }
    bool read(std::string_view name, const json::Value& value) {
        if (name == "models") return read_models(value);
        std::string text;
        if (!read_text_member(value, text)) return false;
        if (name == "hash") return digest_from_hex(text, key.digest);
        if (name == "created") return read_time(text, key.created);
        if (name == "expires") return read_time(text, key.expires.emplace());
        if (name == "revoked") return read_time(text, key.revoked.emplace());
        (name == "id" ? key.id : name == "tenant" ? key.tenant : key.name) = std::move(text);
        return true;
    }
    bool read_models(const json::Value& value) {
        if (value.type != json::Type::array) return false;
        json::Cursor elements(value);
        for (json::Value element; elements.next_element(element);)
            if (key.models.size() == key_models_max || !read_text_member(element, key.models.emplace_back()))
                return false;
        return true;
    }
    unsigned seen_ = 0;
};

void append_string(std::string& out, std::string_view name, std::string_view value) {
    out += ",\"";
    out += name;
    out += "\":\"";
    append_json_escaped(out, value);
    out += '"';
}

KeyDigest content_digest(std::string_view text) { return digest_of(text); }

}   // namespace

io::FileResult<StoredKeys> parse_keys(std::string_view text, std::string_view file) {
    StoredKeys keys;
    std::uint64_t line_number = 0;
    while (!text.empty()) {
        ++line_number;
        const std::size_t end = std::min(text.find('\n'), text.size());
        const bool is_ended = end < text.size();
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(is_ended ? end + 1 : end);
        const auto at = [&] { return std::string(file) + ':' + std::to_string(line_number) + ": "; };
        if (line.empty()) continue;
        LineReader reader;
        const auto type = json::scan(line, json::Limits{.depth_max = 4}, &reader);
        if (!type) return bad(at() + (reader.problem.empty() ? "not a JSON object" : reader.problem));
        if (*type != json::Type::object) return bad(at() + "not a JSON object");
        if (!reader.is_whole()) return bad(at() + reader.problem);
        keys.push_back(std::move(reader.key));
    }
    return keys;
}

std::string render_keys(const StoredKeys& keys) {
    std::string out;
    out.reserve(keys.size() * 256);
    for (const StoredKey& key : keys) {
        out += "{\"id\":\"";
        out += key.id;
        out += '"';
        append_string(out, "hash", hex_of(key.digest));
        append_string(out, "tenant", key.tenant);
        append_string(out, "name", key.name);
        if (!key.models.empty()) {
            out += ",\"models\":[";
            for (std::size_t i = 0; i < key.models.size(); ++i) {
                out += i == 0 ? "\"" : ",\"";
                append_json_escaped(out, key.models[i]);
                out += '"';
            }
            out += ']';
        }
        append_string(out, "created", rfc3339(key.created));
        if (key.expires) append_string(out, "expires", rfc3339(*key.expires));
        if (key.revoked) append_string(out, "revoked", rfc3339(*key.revoked));
        out += "}\n";
    }
    return out;
}

CreatedKey create_key(StoredKeys& keys, const NewKey& wanted, std::span<const char, key_random_bytes> random,
                      WallTime now) {
    CreatedKey made{key_from(random), {}};
    StoredKey stored;
    stored.digest = digest_of(made.key.reveal());
    stored.id = key_id_of(stored.digest);
    stored.tenant = wanted.tenant;
    stored.name = wanted.name;
    stored.models = wanted.models;
    stored.created = now;
    stored.expires = wanted.expires;
    made.id = stored.id;
    keys.push_back(std::move(stored));
    return made;
}

StoredKey* find_key(StoredKeys& keys, std::string_view id_or_name) {
    StoredKey* named = nullptr;
    bool is_ambiguous = false;
    for (StoredKey& key : keys) {
        if (key.id == id_or_name) return &key;
        if (key.name != id_or_name || key.name.empty() || key.revoked) continue;
        is_ambiguous = named != nullptr;
        named = &key;
    }
    return is_ambiguous ? nullptr : named;
}

void revoke_key(StoredKey& key, WallTime now) {
    if (!key.revoked) key.revoked = now;
}

std::optional<CreatedKey> rotate_key(StoredKeys& keys, std::string_view id, Duration grace,
                                     std::span<const char, key_random_bytes> random, WallTime now) {
    StoredKey* old = find_key(keys, id);
    if (old == nullptr || old->revoked) return std::nullopt;
    const NewKey wanted{old->tenant, old->name, old->models, old->expires};
    if (grace <= Duration::zero())
        revoke_key(*old, now);
    else
        old->expires = std::min(old->expires.value_or(WallTime::max()), now + grace);
    return create_key(keys, wanted, random, now);   // may move the records: `old` is not good any more
}

io::FileResult<std::string> KeyStore::read_text() {
    if (!files_.exists(path_)) return std::string();
    return files_.read(path_, key_store_bytes_max);
}

io::FileResult<StoredKeys> KeyStore::read() {
    auto text = read_text();
    if (!text) return tl::unexpected(text.error());
    seen_ = content_digest(*text);
    return parse_keys(*text, path_);
}

io::FileResult<bool> KeyStore::write(const StoredKeys& keys) {
    auto before = read_text();
    if (!before) return tl::unexpected(before.error());
    if (seen_ && content_digest(*before) != *seen_)
        return bad(path_ + ": changed by somebody else meanwhile; try again");
    const std::string text = render_keys(keys);
    auto written = files_.write_atomically(path_, text, 0600);
    if (written) seen_ = content_digest(text);
    return written;
}

io::FileResult<std::optional<StoredKeys>> KeyStore::reload_if_changed() {
    auto text = read_text();
    if (!text) return tl::unexpected(text.error());
    const KeyDigest content = content_digest(*text);
    if (seen_ && content == *seen_) return std::optional<StoredKeys>{};
    seen_ = content;
    auto keys = parse_keys(*text, path_);
    if (!keys) return tl::unexpected(keys.error());
    return std::optional<StoredKeys>(std::move(*keys));
}

std::string key_store_path(std::string_view state_dir) { return std::string(state_dir) + "/keys.jsonl"; }

}   // namespace gilmok::auth
