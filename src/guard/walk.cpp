#include "guard/walk.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "dialect/openai.hpp"
#include "guard/stretches.hpp"
#include "wire/json.hpp"
#include "wire/json_string.hpp"
#include "wire/json_unescape.hpp"

namespace gilmok::guard {

namespace {

using What = Leaf::What;
using Kernel = wire::json::FastKernel;

constexpr std::array<bool, 256> base64_letters = [] {
    std::array<bool, 256> is{};
    for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"))
        is[static_cast<unsigned char>(c)] = true;
    return is;
}();

bool is_base64(std::string_view text) {
    while (text.ends_with('=')) text.remove_suffix(1);
    // In blocks without a branch for each byte: images are megabytes.
    std::size_t at = 0;
    for (; at + 64 <= text.size(); at += 64) {
        bool is_all = true;
        for (std::size_t i = 0; i < 64; ++i) is_all &= base64_letters[static_cast<unsigned char>(text[at + i])];
        if (!is_all) return false;
    }
    for (; at < text.size(); ++at)
        if (!base64_letters[static_cast<unsigned char>(text[at])]) return false;
    return true;
}

// Bytes that are encoded have letters of both cases and digits; "xxxx…" and one long word do not.
bool is_mixed(std::string_view text) {
    bool has_small = false, has_capital = false, has_digit = false;
    for (const char c : text.substr(0, unnamed_media_bytes_min)) {
        has_small = has_small || (c >= 'a' && c <= 'z');
        has_capital = has_capital || (c >= 'A' && c <= 'Z');
        has_digit = has_digit || (c >= '0' && c <= '9');
    }
    return has_small && has_capital && has_digit;
}

// "data:image/png;base64,iVBOR…" (RFC 2397). What a URL of another form holds is told as text besides.
bool is_data_url(std::string_view text, What& what, bool& is_opaque) {
    constexpr std::size_t head_bytes_max = 256;
    if (text.size() < 5 || !equal_ignoring_case(text.substr(0, 5), "data:")) return false;
    const std::size_t comma = text.substr(0, head_bytes_max).find(',');
    if (comma == std::string_view::npos) return false;
    const std::string head = lowercase(text.substr(5, comma - 5));
    what = head.starts_with("image/")   ? What::image_data
           : head.starts_with("audio/") ? What::audio_data
                                        : What::file_data;
    // A type is made of these; another text would be no media type, and could hold anything.
    const bool is_type = head.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789/;=.+-") == std::string::npos;
    is_opaque = is_type && head.ends_with(";base64") && text.size() - comma > media_bytes_min &&
                is_base64(text.substr(comma + 1));
    return true;
}

bool is_link(std::string_view text) {
    return text.size() > 7 &&
           (equal_ignoring_case(text.substr(0, 7), "http://") || equal_ignoring_case(text.substr(0, 8), "https://"));
}

// Parts of messages whose texts are all there is to them, or whose media stand under names that is_media() knows. A part of another
// type holds who knows what: it counts as a file.
bool is_known_part(std::string_view type) {
    static constexpr std::array<std::string_view, 18> types{
        "text",           "input_text",   "output_text", "refusal",     "thinking",   "reasoning",
        "reasoning_text", "summary_text", "tool_use",    "tool_result", "image_url",  "input_image",
        "input_audio",    "audio_url",    "video_url",   "file",        "input_file", "image"};
    return std::find(types.begin(), types.end(), type) != types.end();
}

class Walker {
public:
    Walker(WalkScratch& scratch, Leaves& leaves, Parts* parts) : scratch_(scratch), leaves_(leaves), parts_(parts) {}

    Result<bool> body(std::string_view text) {
        Stretches stretches(text);
        if (parts_ == nullptr || !stretches.is_object()) return walk(text, {});
        for (Stretch stretch = stretches.next(); stretch.what != Stretch::What::none; stretch = stretches.next()) {
            GILMOK_TRY(told, part(stretch));
            static_cast<void>(told);
        }
        return true;
    }

private:
    // Where a text that is walked stands.
    struct Start {
        std::size_t depth = 0;             // objects and arrays of the body around it
        std::string_view array_key = {};   // at depth 2
        Nest* nest = nullptr;
        std::uint8_t nested = 0;
    };

    Result<bool> part(const Stretch& stretch) {
        const bool is_members = stretch.what == Stretch::What::members;
        const Start start{is_members ? 1U : 2U, stretch.key};
        if (stretch.text.size() < stretch_bytes_min) return walk(stretch.text, start);
        stretch_bytes_ = stretch.text.size();
        const auto what = is_members ? CleanMemory::Place::What::members : CleanMemory::Place::What::elements;
        if (parts_->is_known({.what = what, .key = stretch.key}, stretch.text)) return true;
        GILMOK_TRY(told, walk(stretch.text, start));
        parts_->done();
        return told;
    }

    Result<bool> walk(std::string_view text, const Start& start) {
        // The text is checked, so a token's first byte says what it is, and a string followed by a colon is a key.
        std::array<Container, containers_max>& open = open_[start.nested];
        std::size_t depth = start.depth;
        open[0] = {};
        open[1] = {{}, true};
        open[2] = {start.array_key, false};
        std::string_view key;
        const char* at = text.data();
        const char* const end = at + text.size();
        const auto current = [&]() -> Container& { return open[std::min(depth, containers_max - 1)]; };
        while (at != end) {
            switch (*at) {
                case '{':
                case '[': {
                    const std::string_view own = current().is_object ? key : current().key;
                    ++depth;
                    current() = {own, *at == '{'};
                    ++at;
                    break;
                }
                case '}':
                case ']':
                    if (depth == start.depth) return broken();
                    --depth;
                    ++at;
                    break;
                case '"': {
                    const char* const quote = closing_quote(at + 1, end);
                    if (quote == end) return broken();
                    const std::string_view raw(at + 1, static_cast<std::size_t>(quote - at - 1));
                    at = Kernel::space_end(quote + 1, end);
                    const bool is_key = at != end && *at == ':';
                    Where where{key, current().key, start.nest, start.nested};
                    where.is_of_part = start.nested == 0 && key == "type" && current().is_object &&
                                       current().key == "content" && depth > 0 &&
                                       !open[std::min(depth, containers_max) - 1].is_object;
                    if (!current().is_object && depth > 0) {
                        where.key = current().key;
                        where.outer_key = open[std::min(depth, containers_max) - 1].key;
                    }
                    if (is_key) key = raw;
                    GILMOK_TRY(told, is_key ? name(raw, where) : string(raw, where));
                    static_cast<void>(told);
                    break;
                }
                default:
                    if (*at == '-' || (*at >= '0' && *at <= '9')) {
                        const char* const begin = at;
                        std::size_t digits = 0;
                        for (; at != end && is_of_number(*at); ++at) digits += *at >= '0' && *at <= '9';
                        if (digits < number_digits_min) break;
                        const std::string_view raw(begin, static_cast<std::size_t>(at - begin));
                        const Leaf leaf{What::number, raw,   raw,       current().is_object ? key : current().key,
                                        start.nested, false, start.nest};
                        GILMOK_TRY(told, leaves_.leaf(leaf));
                        static_cast<void>(told);
                    } else {
                        ++at;   // white space, colons, commas, true, false, null
                    }
            }
        }
        return depth == start.depth ? Result<bool>(true) : Result<bool>(broken());
    }

    static constexpr std::size_t containers_max = 64;   // keys of deeper ones are not told apart
    struct Container {
        std::string_view key;
        bool is_object = false;
    };
    struct Where {
        std::string_view key, outer_key;
        Nest* nest;
        std::uint8_t nested;
        bool is_of_part = false;   // the value of `type` in one of the objects of a list `content`
    };

    static bool is_of_number(char c) {
        return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
    }
    static tl::unexpected<Error> broken() {
        return fail(Code::bad_json, Fault::client, Retry::never, "the text is not the JSON that it was said to be");
    }

    Result<bool> name(std::string_view raw, const Where& where) {
        Leaf leaf{What::key, raw, raw, where.key, where.nested, false, where.nest};
        GILMOK_TRY(is_read, read(leaf));
        static_cast<void>(is_read);
        return leaves_.leaf(leaf);
    }

    Result<bool> string(std::string_view raw, const Where& where) {
        const bool is_part = parts_ != nullptr && raw.size() >= string_part_bytes_min &&
                             raw.size() < stretch_bytes_ / 4 * 3;   // else it is known when its stretch is
        if (!is_part) return value(raw, where);
        if (parts_->is_known({.nested = where.nested, .key = where.key, .outer_key = where.outer_key}, raw))
            return true;
        GILMOK_TRY(told, value(raw, where));
        parts_->done();
        return told;
    }

    // Undoes the escapes.
    Result<bool> read(Leaf& leaf) {
        if (leaf.raw.size() > leaf_bytes_max)
            return fail(Code::guard_failed, Fault::client, Retry::never, "a string is too long to be looked through");
        if (!wire::json::has_escape(leaf.raw)) return true;
        std::string& text = scratch_.text[leaf.nested];
        if (!wire::json::unescape(leaf.raw, text)) return broken();
        leaf.text = text;
        leaf.is_escaped = true;
        return true;
    }

    Result<bool> value(std::string_view raw, const Where& where) {
        Leaf leaf{What::text, raw, raw, where.key, where.nested, false, where.nest};
        GILMOK_TRY(is_read, read(leaf));
        static_cast<void>(is_read);
        if (where.nested < nested_max && looks_like_json(leaf.text) && wire::json::scan(leaf.text, {}, nullptr)) {
            Nest nest{where.nest, raw, leaf.text, Escapes(raw)};
            return walk(leaf.text, {.nest = &nest, .nested = static_cast<std::uint8_t>(where.nested + 1)});
        }
        bool is_opaque = false;
        const bool is_strange = where.is_of_part && !is_known_part(leaf.text);
        if (is_strange) leaf.what = What::file_link;
        if (is_strange || is_media(leaf, where, is_opaque)) {
            if (is_opaque) return leaves_.leaf(leaf);
            Leaf media = leaf;
            media.raw = media.text = raw.substr(0, 0);
            GILMOK_TRY(told, leaves_.leaf(media));
            static_cast<void>(told);
            leaf.what = What::text;
        }
        return leaves_.leaf(leaf);
    }

    // Cheap first: most strings are prose, and are not scanned a second time.
    static bool looks_like_json(std::string_view text) {
        constexpr std::string_view space = " \t\r\n";
        const std::size_t first = text.find_first_not_of(space);
        if (first == std::string_view::npos || (text[first] != '{' && text[first] != '[')) return false;
        return text[text.find_last_not_of(space)] == (text[first] == '{' ? '}' : ']');
    }

    // What a provider sealed for itself in an earlier answer comes back in the history.
    static bool is_seal(std::string_view key) {
        return key == "signature" || key == "thought_signature" || key == "encrypted_content";
    }

    static bool is_media(Leaf& leaf, const Where& where, bool& is_opaque) {
        if (leaf.text.size() < 8) return false;
        if (is_data_url(leaf.text, leaf.what, is_opaque)) return true;
        const std::string_view key = where.key, outer = where.outer_key;
        if (key == "file_id") {
            leaf.what = What::file_link;
            return true;
        }
        if (is_link(leaf.text)) {
            if (key == "image_url" || (key == "url" && outer == "image_url"))
                leaf.what = What::image_link;
            else if (key == "file_url" || (key == "url" && outer.ends_with("_url")))
                leaf.what = What::file_link;
            else
                return false;
            return true;
        }
        const bool is_data = key == "data" && (outer == "input_audio" || outer == "source" || outer == "audio");
        const bool is_image = key == "b64_json" || key == "images" || key == "image";
        const bool is_named = is_data || is_image || key == "file_data";
        const bool may_be_unnamed = leaf.text.size() >= unnamed_media_bytes_min && !is_seal(key);
        if ((!is_named && !may_be_unnamed) || leaf.text.size() < media_bytes_min || !is_base64(leaf.text)) return false;
        if (!is_named && !is_mixed(leaf.text)) return false;   // asked last: prose is no base64 at its first space
        if (!is_named) {   // nobody writes so; it is told as text besides
            leaf.what = What::file_data;
            return true;
        }
        leaf.what = is_image                                     ? What::image_data
                    : outer == "input_audio" || outer == "audio" ? What::audio_data
                                                                 : What::file_data;
        is_opaque = true;
        return true;
    }

    WalkScratch& scratch_;
    Leaves& leaves_;
    Parts* parts_;
    std::size_t stretch_bytes_ = 0;   // of the one that is walked
    std::array<std::array<Container, containers_max>, nested_max + 1>
        open_;   // what lies around the place, by `nested`
};

class FormLeaves final : public dialect::openai::FormParts {
public:
    explicit FormLeaves(Leaves& leaves) : leaves_(leaves) {}
    Result<bool> part(const dialect::openai::FormPart& part) override {
        if (part.is_file) {
            GILMOK_TRY(head, tell(What::text, part.head, {}));   // the file's name says much
            static_cast<void>(head);
            const bool is_image = part.name.starts_with("image") || part.name == "mask";
            return tell(is_image              ? What::image_data
                        : part.name == "file" ? What::audio_data
                                              : What::file_data,
                        part.content, part.name);
        }
        return tell(What::text, part.content, part.name);
    }

private:
    Result<bool> tell(What what, std::string_view text, std::string_view key) {
        const Leaf leaf{what, text, text, key, 0, false, nullptr};
        return leaves_.leaf(leaf);
    }
    Leaves& leaves_;
};

}   // namespace

// Past one character, or a run of them, that ends at `text_offset_max` or before. False when the next one would not.
bool Escapes::step(std::size_t text_offset_max) {
    if (raw_at_ >= raw_.size() || text_at_ >= text_offset_max) return false;
    std::size_t used = 0, bytes = 0;
    if (raw_[raw_at_] == '\\') {
        bytes = wire::json::escaped_bytes(raw_.substr(raw_at_), used);
        if (text_at_ + bytes > text_offset_max) return false;
    } else {
        // Looked for no further than asked: else many places in a long text would each cost the whole rest of it.
        const std::string_view run = raw_.substr(raw_at_, text_offset_max - text_at_);
        used = bytes = std::min(run.find('\\'), run.size());
    }
    raw_at_ += used;
    text_at_ += bytes;
    return true;
}

std::size_t Escapes::begin_of(std::size_t text_offset) {
    while (step(text_offset)) continue;
    return raw_at_;
}

std::size_t Escapes::end_of(std::size_t text_offset) {
    while (step(text_offset)) continue;
    if (text_at_ >= text_offset || raw_at_ >= raw_.size()) return raw_at_;
    std::size_t used = 0;
    text_at_ += wire::json::escaped_bytes(raw_.substr(raw_at_), used);
    return raw_at_ += used;
}

Span LeafPlace::of(std::size_t begin, std::size_t end) {
    if (leaf_.is_escaped) {
        begin = escapes_.begin_of(begin);
        end = escapes_.end_of(end);
    }
    const char* from = leaf_.raw.data() + begin;
    const char* to = leaf_.raw.data() + end;
    for (Nest* nest = leaf_.nest; nest != nullptr; nest = nest->outer) {
        if (nest->raw.data() == nest->text.data()) continue;   // nothing in it is escaped: the same bytes
        from = nest->raw.data() + nest->escapes.begin_of(static_cast<std::size_t>(from - nest->text.data()));
        to = nest->raw.data() + nest->escapes.end_of(static_cast<std::size_t>(to - nest->text.data()));
    }
    return {static_cast<std::size_t>(from - body_.data()), static_cast<std::size_t>(to - body_.data())};
}

Result<bool> walk(std::string_view body, WalkScratch& scratch, Leaves& leaves, Parts* parts) {
    return Walker(scratch, leaves, parts).body(body);
}

Result<bool> walk_form(std::string_view content_type, std::string_view body, Leaves& leaves) {
    FormLeaves parts(leaves);
    return dialect::openai::read_form(content_type, body, parts);
}

}   // namespace gilmok::guard
