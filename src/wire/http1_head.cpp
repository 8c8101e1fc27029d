// One walk over the bytes of a head, that can stop at any byte and go on later. A head that came whole is walked once
// and its lines are stored on the way. A head that came in pieces is walked once in pieces, which checks it and stores
// nothing, for the buffer may move and the caller's head is scratch; when its end is there it is walked again from the
// start. Syntax is judged at each byte, meaning (framing, Host, Expect) at the end, in one order: so the answer never
// depends on how the network cut the bytes.
#include <algorithm>

#include "wire/http1.hpp"
#include "wire/http1_chars.hpp"
#include "wire/http1_meaning.hpp"
#include "wire/http1_refusals.hpp"

namespace gilmok::wire::http1 {

using namespace refusals;

namespace {

constexpr std::size_t method_bytes_max = 16;
constexpr std::size_t empty_lines_max = 2;

Method method_of(std::string_view text) {
    switch (text.size()) {
        case 3: return text == "GET" ? Method::get : text == "PUT" ? Method::put : Method::other;
        case 4: return text == "POST" ? Method::post : text == "HEAD" ? Method::head : Method::other;
        case 5: return text == "PATCH" ? Method::patch : Method::other;
        case 6: return text == "DELETE" ? Method::delete_ : Method::other;
        case 7: return text == "OPTIONS" ? Method::options : Method::other;
        default: return Method::other;
    }
}

void clear(RequestHead& head) {
    head.expects_continue = false;
    head.framing = Framing::none;
    head.content_length = 0;
    head.headers.clear();
}

void clear(ResponseHead& head) {
    head.framing = Framing::none;
    head.content_length = 0;
    head.reason = {};
    head.headers.clear();
}

}   // namespace

HeadParser::HeadParser(const Limits& limits) : limits_(limits) {
    limits_.headers_max = std::min<std::uint32_t>(limits_.headers_max, headers_stored_max);
}

struct HeadParser::Walk {
    const Limits& limits;
    const char* const begin;
    const char* const end;
    const char* at;
    const char* mark;
    Phase phase;
    std::uint32_t lines;
    const bool stores;   // this walk began at the start
    Meaning meaning{};

    const Refusal* stop_at(const char* where) {
        at = where;
        return &want_more;
    }
    std::string_view text(const char* from, const char* to) const {
        return {from, static_cast<std::size_t>(to - from)};
    }

    const Refusal* walk(RequestHead& head);
    const Refusal* walk(ResponseHead& head);
    const Refusal* skip_empty_lines();
    const Refusal* walk_method(RequestHead& head);
    const Refusal* walk_target(RequestHead& head);
    const Refusal* walk_version(std::uint8_t& minor, std::string_view after);
    const Refusal* walk_status(ResponseHead& head);
    const Refusal* walk_reason(ResponseHead& head);
    const Refusal* walk_lines(Headers& headers);
    void take_usual_lines(Headers& headers);
    void store(Headers& headers, std::string_view name, std::string_view value, bool is_as_written);
    const Refusal* walk_line_start(bool& is_last);
    const Refusal* walk_name();
    const Refusal* walk_value(const char*& value_end);
};

const Refusal* HeadParser::Walk::skip_empty_lines() {
    for (; at != end && *at == '\r'; at += 2) {
        if (at - begin == 2 * empty_lines_max) return &empty_lines_many;
        if (at + 1 == end) return &want_more;
        if (at[1] != '\n') return &bare_cr;
    }
    return at == end ? &want_more : nullptr;
}

const Refusal* HeadParser::Walk::walk_method(RequestHead& head) {
    const char* const most = at + std::min<std::ptrdiff_t>(end - at, method_bytes_max + 1);
    const char* const stop = chars::skip_token(at, most);
    if (stop - at > static_cast<std::ptrdiff_t>(method_bytes_max)) return &method_long;
    if (stop == end) return &want_more;   // stays at the start: the method is short, looking again is cheap
    if (stop == at || *stop != ' ') return *stop == '\n' ? &bare_lf : &method_bad;
    head.method_text = text(at, stop);
    head.method = method_of(head.method_text);
    if (head.method_text == "CONNECT") return &connect;
    at = mark = stop + 1;
    return nullptr;
}

inline const Refusal* HeadParser::Walk::walk_target(RequestHead& head) {
    if (at == mark && at != end && *at != '/') return &target_form;
    const std::ptrdiff_t bytes_max = limits.target_bytes_max;
    const char* const most = mark + std::min(end - mark, bytes_max + 1);
    const char* const stop = chars::skip(at, most, chars::target);
    if (stop - mark > bytes_max) return &target_long;
    if (stop == end) return stop_at(stop);
    if (*stop == '\r') return &version_missing;
    if (*stop != ' ') return &target_bad;
    head.target = text(mark, stop);
    const std::size_t question = head.target.find('?');
    head.path = head.target.substr(0, question);
    head.query = question == std::string_view::npos ? std::string_view{} : head.target.substr(question + 1);
    at = stop + 1;
    return nullptr;
}

// "HTTP/1.x" and the bytes that must follow it. Byte by byte, so that a wrong byte is refused when it comes; but for what nearly
// everybody sends.
inline const Refusal* HeadParser::Walk::walk_version(std::uint8_t& minor, std::string_view after) {
    constexpr std::string_view name = "HTTP/1.", usual = "HTTP/1.1";
    const std::string_view rest = text(at, end);
    if (rest.starts_with(usual) && rest.substr(usual.size()).starts_with(after)) {
        minor = 1;
        at += usual.size() + after.size();
        return nullptr;
    }
    const char* next = at;
    for (const char expected : name) {
        if (next == end) return &want_more;
        if (*next != expected) return expected == '1' && chars::is(*next, chars::digit) ? &version_other : &version_bad;
        ++next;
    }
    if (next == end) return &want_more;
    if (*next != '0' && *next != '1') return chars::is(*next, chars::digit) ? &version_other : &version_bad;
    minor = *next++ == '1' ? 1 : 0;
    for (const char expected : after) {
        if (next == end) return &want_more;
        if (*next != expected) return &version_bad;
        ++next;
    }
    at = next;
    return nullptr;
}

const Refusal* HeadParser::Walk::walk_status(ResponseHead& head) {
    unsigned status = 0;
    const char* next = at;
    for (int digits = 0; digits < 3; ++digits, ++next) {
        if (next == end) return &want_more;
        if (!chars::is(*next, chars::digit)) return &status_bad;
        status = status * 10 + static_cast<unsigned>(*next - '0');
        if (digits == 0 && (status < 1 || status > 5)) return &status_bad;
    }
    if (next == end) return &want_more;
    // Some servers leave the space out when there is no reason; nothing is ambiguous about it.
    if (*next != ' ' && *next != '\r') return &status_bad;
    head.status = static_cast<std::uint16_t>(status);
    at = mark = *next == ' ' ? next + 1 : next;
    return nullptr;
}

const Refusal* HeadParser::Walk::walk_reason(ResponseHead& head) {
    const char* stop = nullptr;
    const Refusal* const refusal = walk_value(stop);
    if (refusal == &value_bad) return &reason_bad;
    if (refusal != nullptr) return refusal;
    head.reason = text(mark, stop);
    return nullptr;
}

inline const Refusal* HeadParser::Walk::walk_line_start(bool& is_last) {
    if (at == end) return &want_more;
    if (*at == '\r') {
        if (at + 1 == end) return &want_more;
        if (at[1] != '\n') return &bare_cr;
        at += 2;
        is_last = true;
        return nullptr;
    }
    if (lines >= limits.headers_max) return &lines_many;
    if (chars::is_blank(*at)) return &folded;
    mark = at;
    return nullptr;
}

inline const Refusal* HeadParser::Walk::walk_name() {
    at = chars::skip_token(at, end);
    if (at == end) return &want_more;
    if (*at != ':') return *at == '\n' ? &bare_lf : chars::is_blank(*at) ? &name_space : &name_bad;
    if (at == mark) return &name_empty;
    return nullptr;
}

// Walks to the CRLF and past it; `value_end` is where the CRLF began.
inline const Refusal* HeadParser::Walk::walk_value(const char*& value_end) {
    const char* const stop = chars::skip_value(at, end);
    if (stop == end) return stop_at(stop);
    if (*stop != '\r') return *stop == '\n' ? &bare_lf : &value_bad;
    if (stop + 1 == end) return stop_at(stop);
    if (stop[1] != '\n') return &bare_cr;
    value_end = stop;
    at = stop + 2;
    return nullptr;
}

inline void HeadParser::Walk::store(Headers& headers, std::string_view name, std::string_view value,
                                    bool is_as_written) {
    const Known known = known_of(name);
    headers.add(name, value, known, is_as_written);
    if (Meaning::is_noted(known)) meaning.note(known, value);
}

// The lines that are there whole and as programs write them, "name: value". Ends at the first that is anything else: nothing has
// been done with it, and the walk that can stop at any byte decides. Where it is stands in variables of its own, because what is
// stored might be the walk itself, for all the compiler knows.
inline void HeadParser::Walk::take_usual_lines(Headers& headers) {
    const char* line = at;
    std::uint32_t taken = lines;
    const char* const head_end = end;
    for (const std::uint32_t lines_max = limits.headers_max; taken < lines_max; ++taken) {
        const char* const name_end = chars::skip_token(line, head_end);
        if (name_end == line || head_end - name_end < 3 || name_end[0] != ':' || name_end[1] != ' ') break;
        const char* const value = name_end + 2;
        const char* const value_end = chars::skip_value(value, head_end);
        if (head_end - value_end < 2 || value_end[0] != '\r' || value_end[1] != '\n') break;
        // No control byte stands there but a tab, so what is not above a space is a blank.
        const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
        if (is_blank(*value) || is_blank(value_end[-1])) break;
        store(headers, text(line, name_end), text(value, value_end), true);
        line = value_end + 2;
    }
    at = line;
    lines = taken;
}

const Refusal* HeadParser::Walk::walk_lines(Headers& headers) {
    const char* value = at;
    const char* value_end = at;
    std::size_t name_length = 0;
    for (;;) {
        if (phase == Phase::line) {
            if (stores) take_usual_lines(headers);
            bool is_last = false;
            if (const auto* refusal = walk_line_start(is_last)) return refusal;
            if (is_last) return nullptr;
            phase = Phase::name;
        }
        if (phase == Phase::name) {
            if (const auto* refusal = walk_name()) return refusal;
            name_length = static_cast<std::size_t>(at - mark);
            value = ++at;
            phase = Phase::value;
        }
        if (const auto* refusal = walk_value(value_end)) return refusal;
        phase = Phase::line;
        ++lines;
        if (!stores) continue;
        while (value != value_end && chars::is_blank(*value)) ++value;
        while (value != value_end && chars::is_blank(value_end[-1])) --value_end;
        store(headers, {mark, name_length}, text(value, value_end), false);
    }
}

const Refusal* HeadParser::Walk::walk(RequestHead& head) {
    if (phase == Phase::empty_lines) {
        if (const auto* refusal = skip_empty_lines()) return refusal;
        phase = Phase::start;
    }
    if (phase == Phase::start) {
        if (const auto* refusal = walk_method(head)) return refusal;
        phase = Phase::target;
    }
    if (phase == Phase::target) {
        if (const auto* refusal = walk_target(head)) return refusal;
        phase = Phase::version;
    }
    if (phase == Phase::version) {
        if (const auto* refusal = walk_version(head.version_minor, "\r\n")) return refusal;
        phase = Phase::line;
    }
    return walk_lines(head.headers);
}

const Refusal* HeadParser::Walk::walk(ResponseHead& head) {
    if (phase == Phase::empty_lines) {
        // None are skipped: what stands there is left over from the last response, and the two sides disagree on its end.
        if (at == end) return &want_more;
        if (*at == '\r') return &response_late;
        phase = Phase::version;
    }
    if (phase == Phase::version) {
        if (const auto* refusal = walk_version(head.version_minor, " ")) return refusal;
        phase = Phase::start;
    }
    if (phase == Phase::start) {
        if (const auto* refusal = walk_status(head)) return refusal;
        phase = Phase::reason;
    }
    if (phase == Phase::reason) {
        if (const auto* refusal = walk_reason(head)) return refusal;
        phase = Phase::line;
    }
    return walk_lines(head.headers);
}

template <class Head>
const Refusal* HeadParser::run(std::string_view buffer, Head& head, bool to_head_request) {
    const char* const begin = buffer.data();
    const char* const end = begin + std::min<std::size_t>(buffer.size(), limits_.head_bytes_max);
    for (;;) {
        const bool is_whole = phase_ == Phase::empty_lines;
        Walk walk{limits_, begin, end, begin + at_, begin + mark_, phase_, lines_, is_whole};
        clear(head);
        const Refusal* const refusal = walk.walk(head);
        if (refusal == &want_more) {
            if (buffer.size() >= limits_.head_bytes_max) return &head_large;
            phase_ = walk.phase;
            at_ = static_cast<std::size_t>(walk.at - begin);
            mark_ = static_cast<std::size_t>(walk.mark - begin);
            lines_ = walk.lines;
            return refusal;
        }
        if (refusal != nullptr) return refusal;
        reset();
        if (!is_whole) continue;   // every byte is checked; now it is walked from the start, and stored
        bytes_consumed_ = static_cast<std::size_t>(walk.at - begin);
        head.keep_alive = !walk.meaning.says_close && (head.version_minor == 1 || walk.meaning.says_keep_alive);
        return conclude(walk.meaning, to_head_request, head);
    }
}

Result<HeadParser::State> HeadParser::parse_request(std::string_view buffer, RequestHead& head) {
    const Refusal* const refusal = run(buffer, head, false);
    if (refusal == nullptr) return State::done;
    if (refusal == &want_more) return State::need_more;
    return fail(refusal->code, Fault::client, Retry::never, refusal->detail);
}

Result<HeadParser::State> HeadParser::parse_response(std::string_view buffer, bool to_head_request,
                                                     ResponseHead& head) {
    const Refusal* const refusal = run(buffer, head, to_head_request);
    if (refusal == nullptr) return State::done;
    if (refusal == &want_more) return State::need_more;
    // Nothing of it has reached the client, so another upstream may be asked.
    return fail(Code::upstream_protocol, Fault::upstream, Retry::other_upstream, refusal->detail);
}

}   // namespace gilmok::wire::http1
