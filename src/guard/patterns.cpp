// Each pattern is compiled alone first, so that a problem is known by its pattern; then all into one database. The engine
// tells every end of a match with the leftmost start that leads to it; what overlaps is joined while it comes.
#include "guard/patterns.hpp"

#include <hs.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <limits>

#include "base/text.hpp"
#include "guard/pattern_syntax.hpp"
#include "guard/word_cursor.hpp"

namespace gilmok::guard {

namespace {

// The engine knows no Unicode edge of words: a pattern with \b is read with ASCII's classes, which also suits Korean, where a
// particle behind a Latin word is an edge. A match without its start would be of no use to what is cut out.
unsigned flags_of(std::string_view regex) {
    constexpr unsigned always = HS_FLAG_UTF8 | HS_FLAG_SOM_LEFTMOST | HS_FLAG_DOTALL;
    for (std::size_t at = 0; at + 1 < regex.size(); ++at) {
        if (regex[at] != '\\') continue;
        ++at;
        if (regex[at] == 'b' || regex[at] == 'B') return always;
    }
    return always | HS_FLAG_UCP;
}

struct DatabaseFree {
    void operator()(hs_database_t* database) const { hs_free_database(database); }
};
using Database = std::unique_ptr<hs_database_t, DatabaseFree>;

// The engine's working memory of one shard, and what it has told so far.
struct Scratch {
    hs_scratch_t* memory = nullptr;
    std::uint64_t serial = 0;   // of the Patterns that it fits
    struct Pending {
        std::size_t begin = 0, end = 0;   // end 0: none
        WordCursor cursor;
    };
    std::array<Pending, Patterns::patterns_max> pending{};
    std::string cleaned;   // a text whose bytes are not all UTF-8, for which the engine promises nothing

    ~Scratch() { hs_free_scratch(memory); }
    Scratch() = default;
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    static void free(void* scratch) { delete static_cast<Scratch*>(scratch); }
};

// "… at index 5." of the engine's own messages; 0 when it names none.
std::size_t column_of(std::string_view message) {
    constexpr std::string_view mark = "at index ";
    const std::size_t at = message.rfind(mark);
    if (at == std::string_view::npos) return 0;
    std::string_view digits = message.substr(at + mark.size());
    digits = digits.substr(0, digits.find_first_not_of("0123456789"));
    return static_cast<std::size_t>(parse_u64(digits).value_or(0)) + 1;
}

std::string in_peoples_words(std::string_view message) {
    if (message.find("empty buffer") != std::string_view::npos)
        return "it matches the empty text, so it would be found everywhere; let it need one character at least";
    if (message.find("too large") != std::string_view::npos)
        return "it is too large to be run with the place where a match begins; make bounded repeats such as {1,190} "
               "smaller";
    if (message.find("mbedded anchor") != std::string_view::npos)
        return "^ and $ stand for the begin and the end of a whole text; leave them out, or use \\b";
    return "the engine does not take it: " + std::string(message);
}

class Compiler {
public:
    explicit Compiler(std::span<const config::GuardPattern> patterns) : patterns_(patterns) {}
    std::vector<PatternProblem> problems;

    void check(std::size_t index) {
        const config::GuardPattern& pattern = patterns_[index];
        const auto problem = [&](std::size_t column, std::string text) {
            problems.push_back({index, column, std::move(text)});
        };
        if (pattern.regex.empty()) return problem(0, "it is empty; write what to find");
        if (pattern.regex.size() > Patterns::regex_bytes_max)
            return problem(0, "it is longer than 1,024 bytes; split it into several patterns");
        if (pattern.regex.find('\0') != std::string::npos)
            return problem(pattern.regex.find('\0') + 1, "it holds a zero byte; write \\x00");
        if (pattern.words.size() > Patterns::words_max) return problem(0, "it has more than 64 words; leave out some");
        if (pattern.score == 0 || pattern.score > 100) return problem(0, "its score is not 1 to 100");
        if (auto found = look_at_syntax(pattern.regex, Patterns::repeat_max, Patterns::positions_max))
            return problem(found->column, std::move(found->text));
        hs_compile_error_t* error = nullptr;
        hs_database_t* database = nullptr;
        if (hs_compile(pattern.regex.c_str(), flags_of(pattern.regex), HS_MODE_BLOCK, nullptr, &database, &error) !=
            HS_SUCCESS) {
            const std::string message = take(error);
            return problem(column_of(message), in_peoples_words(message));
        }
        hs_free_database(database);
    }

    Database all() {
        std::vector<const char*> texts;
        std::vector<unsigned> ids, all_flags;
        for (const config::GuardPattern& pattern : patterns_) {
            ids.push_back(static_cast<unsigned>(texts.size()));
            texts.push_back(pattern.regex.c_str());
            all_flags.push_back(flags_of(pattern.regex));
        }
        hs_compile_error_t* error = nullptr;
        hs_database_t* database = nullptr;
        const auto done =
            hs_compile_multi(texts.data(), all_flags.data(), ids.data(), static_cast<unsigned>(texts.size()),
                             HS_MODE_BLOCK, nullptr, &database, &error);
        if (done != HS_SUCCESS) {
            const int index = error == nullptr || error->expression < 0 ? 0 : error->expression;
            problems.push_back({static_cast<std::size_t>(index), 0, in_peoples_words(take(error))});
        }
        return Database(database);
    }

private:
    static std::string_view message_of(const hs_compile_error_t* error) {
        return error == nullptr || error->message == nullptr ? std::string_view("no reason given")
                                                             : std::string_view(error->message);
    }
    static std::string take(hs_compile_error_t* error) {
        std::string message(message_of(error));
        if (error != nullptr) hs_free_compile_error(error);
        return message;
    }
    std::span<const config::GuardPattern> patterns_;
};

// Some builds of Vectorscan (5.4.9 to 5.4.12, on processors with AVX-512) miss what stands near a text's end: see its issue 304.
// A guard that misses is worse than none, so the engine shows at each start that it finds a match behind any length.
bool engine_finds_all() {
    constexpr std::size_t bytes_max = 512, match_bytes = 6;
    hs_database_t* database = nullptr;
    hs_compile_error_t* error = nullptr;
    if (hs_compile("E[0-9]{5}", HS_FLAG_SOM_LEFTMOST, HS_MODE_BLOCK, nullptr, &database, &error) != HS_SUCCESS) {
        if (error != nullptr) hs_free_compile_error(error);
        return false;
    }
    const Database owner(database);
    Scratch scratch;
    if (hs_alloc_scratch(database, &scratch.memory) != HS_SUCCESS) return false;
    const auto count = [](unsigned, unsigned long long, unsigned long long, unsigned, void* found) {
        ++*static_cast<std::size_t*>(found);
        return 0;
    };
    const std::string text = std::string(bytes_max - match_bytes, ' ') + "E12345";
    std::size_t found = 0;
    for (std::size_t from = 0; from <= bytes_max - match_bytes; ++from)
        if (hs_scan(database, text.data() + from, static_cast<unsigned>(text.size() - from), 0, scratch.memory, count,
                    &found) != HS_SUCCESS)
            return false;
    return found == bytes_max - match_bytes + 1;
}

std::uint64_t next_serial() {
    static std::atomic<std::uint64_t> serial{0};
    return ++serial;
}

// Every byte that is no part of a UTF-8 character becomes one that is a character by itself; lengths stay.
void clean_into(std::string& out, std::string_view text) {
    constexpr char substitute = '\x1A';
    out.assign(text);
    for (std::size_t at = 0; at < out.size();) {
        const auto lead = static_cast<unsigned char>(out[at]);
        const std::size_t bytes = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        if (bytes > 1 && (at + bytes > out.size() || !simdjson::validate_utf8(out.data() + at, bytes))) {
            out[at++] = substitute;
        } else {
            at += bytes;
        }
    }
}

}   // namespace

struct Patterns::Inside {
    std::vector<config::GuardPattern> patterns;
    std::vector<ContextWords> words;
    Database database;
    std::uint64_t serial = next_serial();

    void add(std::size_t index, std::string_view text, Scratch::Pending& match, Sink& sink) const {
        int score = static_cast<int>(patterns[index].score);
        if (!words[index].is_empty() &&
            !match.cursor.is_near(words[index], text, match.begin, match.end, context_characters))
            score -= score_without_word;
        sink.add(match.begin, match.end, model::DataKind::pattern, std::max(score, 1),
                 static_cast<std::uint16_t>(index + 1));
    }
};

namespace {

struct Scan {
    const Patterns::Inside* inside;
    std::string_view text;
    Scratch* scratch;
    Sink* sink;
    std::size_t count = 0;
};

// Called by the engine for each end of each match; another return value than 0 stops it.
int take_match(unsigned id, unsigned long long from, unsigned long long to, unsigned, void* context) {
    Scan& scan = *static_cast<Scan*>(context);
    Scratch::Pending& pending = scan.scratch->pending[id];
    if (from >= to) return 0;
    if (pending.end > from && pending.end != 0) {
        pending.begin = std::min<std::size_t>(pending.begin, from);
        pending.end = std::max<std::size_t>(pending.end, to);
        return 0;
    }
    if (pending.end != 0) {
        if (++scan.count > findings_max) return 1;
        scan.inside->add(id, scan.text, pending, *scan.sink);
    }
    pending.begin = from;
    pending.end = to;
    return 0;
}

}   // namespace

Patterns::Patterns(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Patterns::~Patterns() = default;
std::size_t Patterns::count() const { return inside_->patterns.size(); }

Patterns::Made Patterns::compile(std::span<const config::GuardPattern> patterns) {
    Compiler compiler(patterns);
    if (patterns.size() > patterns_max) {
        compiler.problems.push_back({patterns_max, 0, "more than 256 patterns; join some with |, or use a dictionary"});
        return tl::unexpected(std::move(compiler.problems));
    }
    for (std::size_t i = 0; i < patterns.size(); ++i) compiler.check(i);
    if (!patterns.empty() && !engine_finds_all())
        compiler.problems.push_back(
            {0, 0,
             "this machine's pattern engine misses matches; install Hyperscan 5.4, or Vectorscan 5.4.13 or later"});
    auto inside = std::make_unique<Inside>();
    if (compiler.problems.empty() && !patterns.empty()) inside->database = compiler.all();
    std::size_t bytes = 0;
    if (inside->database &&
        (hs_database_size(inside->database.get(), &bytes) != HS_SUCCESS || bytes > database_bytes_max))
        compiler.problems.push_back({0, 0, "all patterns together need more than 64 MiB; make repeats smaller"});
    if (!compiler.problems.empty()) return tl::unexpected(std::move(compiler.problems));
    inside->patterns.assign(patterns.begin(), patterns.end());
    for (const config::GuardPattern& pattern : inside->patterns) inside->words.emplace_back(pattern.words);
    return std::make_shared<const Patterns>(std::move(inside));
}

bool Patterns::scan(std::string_view text, DetectScratch& scratch, Sink& sink) const {
    if (!inside_->database || text.empty()) return true;
    if (text.size() > std::numeric_limits<std::uint32_t>::max()) return false;
    if (!scratch.patterns) scratch.patterns = {new Scratch, &Scratch::free};
    Scratch& own = *static_cast<Scratch*>(scratch.patterns.get());
    if (own.serial != inside_->serial) {
        if (hs_alloc_scratch(inside_->database.get(), &own.memory) != HS_SUCCESS) return false;
        own.serial = inside_->serial;
    }
    std::string_view read = text;
    if (!simdjson::validate_utf8(text.data(), text.size())) {
        clean_into(own.cleaned, text);
        read = own.cleaned;
    }
    own.pending.fill({});
    Scan scan{inside_.get(), text, &own, &sink};
    if (hs_scan(inside_->database.get(), read.data(), static_cast<unsigned>(read.size()), 0, own.memory, take_match,
                &scan) != HS_SUCCESS)
        return false;
    for (std::size_t i = 0; i < count(); ++i)
        if (own.pending[i].end != 0) inside_->add(i, text, own.pending[i], sink);
    return true;
}

}   // namespace gilmok::guard
