#include "script.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace gilmok::exchange {

namespace {

struct Section {
    std::string_view word;
    Actor actor;
    bool has_name;
};
constexpr std::array<Section, 5> sections{{{"config", Actor::config, false},
                                           {"client", Actor::client, true},
                                           {"upstream", Actor::upstream, true},
                                           {"gateway", Actor::gateway, false},
                                           {"network", Actor::network, false}}};

// The verbs of each actor. A word that no step knows must not wait for the day when its script runs that far.
struct Verbs {
    Actor actor;
    std::vector<std::string_view> verbs;
    std::vector<std::string_view> expectations;
};
const std::array<Verbs, 5>& all_verbs() {
    static const std::array<Verbs, 5> table{{
        {Actor::config,
         {"upstream", "model", "tenant", "key", "server", "limits", "retry", "ledger", "price", "fx", "pool",
          "guard", "external", "rule", "pattern", "app"},
         {}},
        {Actor::client,
         {"connect", "send", "expect", "close", "shutdown", "reset", "pause", "resume"},
         {"status", "header", "no", "body", "json", "event", "comment", "end", "cut", "closed", "reset", "open"}},
        {Actor::upstream,
         {"expect", "reply", "event", "comment", "done", "end", "chunk", "raw", "answer", "stall", "close", "shutdown",
          "reset", "pause", "resume", "stop", "start"},
         {"header", "no", "body", "json", "cancelled", "blocked", "connections", "GET", "HEAD", "POST", "head"}},
        {Actor::gateway, {"drain", "reload", "stop", "expect"}, {"drained", "running", "busy"}},
        {Actor::network, {"door", "upstream"}, {}},
    }};
    return table;
}

class LineReader {
public:
    explicit LineReader(std::string_view line) : rest_(line) {}

    // The words of the line, or what is wrong with it.
    std::optional<std::string> read(std::vector<Word>& words) {
        for (;;) {
            while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
            if (rest_.empty() || (rest_.front() == '#' && !words.empty())) return std::nullopt;
            Word word;
            if (!rest_.starts_with('"')) word.name = take_name();
            if (auto problem = take_value(word)) return problem;
            words.push_back(std::move(word));
        }
    }

private:
    std::string take_name() {
        std::size_t end = 0;
        const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
        while (end < rest_.size() && fits(rest_[end])) ++end;
        if (end == 0 || end >= rest_.size() || rest_[end] != '=') return {};
        std::string name(rest_.substr(0, end));
        rest_.remove_prefix(end + 1);
        return name;
    }

    std::optional<std::string> take_value(Word& word) {
        if (rest_.starts_with('"')) return take_quoted(word);
        if (rest_.starts_with('{') || rest_.starts_with('[')) return take_json(word);
        const std::size_t end = std::min(rest_.find(' '), rest_.size());
        word.text = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return std::nullopt;
    }

    std::optional<std::string> take_json(Word& word) {
        int depth = 0;
        bool in_string = false;
        for (std::size_t i = 0; i < rest_.size(); ++i) {
            const char c = rest_[i];
            if (in_string) {
                if (c == '\\')
                    ++i;
                else if (c == '"')
                    in_string = false;
                continue;
            }
            if (c == '"') in_string = true;
            if (c == '{' || c == '[') ++depth;
            if ((c == '}' || c == ']') && --depth == 0) {
                word.text = rest_.substr(0, i + 1);
                rest_.remove_prefix(i + 1);
                return std::nullopt;
            }
        }
        return "a JSON value that does not end on its line";
    }

    std::optional<std::string> take_quoted(Word& word) {
        word.is_quoted = true;
        rest_.remove_prefix(1);
        while (!rest_.empty()) {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '"') return std::nullopt;
            if (c != '\\') {
                word.text += c;
                continue;
            }
            if (auto problem = take_escape(word.text)) return problem;
        }
        return "a text without its closing quote";
    }

    std::optional<std::string> take_escape(std::string& out) {
        if (rest_.empty()) return "a backslash at the end of the line";
        const char c = rest_.front();
        rest_.remove_prefix(1);
        switch (c) {
            case 'r': out += '\r'; return std::nullopt;
            case 'n': out += '\n'; return std::nullopt;
            case 't': out += '\t'; return std::nullopt;
            case '0': out += '\0'; return std::nullopt;
            case '"':
            case '\\': out += c; return std::nullopt;
            case 'x': break;
            default: return "an unknown escape; known are \\r \\n \\t \\0 \\\" \\\\ \\xHH";
        }
        int byte = 0;
        for (int i = 0; i < 2; ++i) {
            const char digit = rest_.empty() ? ' ' : ascii_lower(rest_.front());
            if (digit >= '0' && digit <= '9')
                byte = byte * 16 + (digit - '0');
            else if (digit >= 'a' && digit <= 'f')
                byte = byte * 16 + (digit - 'a' + 10);
            else
                return "\\x needs two hexadecimal digits";
            rest_.remove_prefix(1);
        }
        out += static_cast<char>(byte);
        return std::nullopt;
    }

    std::string_view rest_;
};

class Parser {
public:
    explicit Parser(Script& script) : script_(&script) {}

    void take_line(std::string_view line, std::uint32_t number) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        const std::string_view text = trim(line);
        if (text.empty()) {
            is_at_top_ = is_at_top_ && script_->claim.empty();
            return;
        }
        if (text.front() == '#') {
            if (!is_at_top_) return;
            if (!script_->claim.empty()) script_->claim += ' ';
            script_->claim += trim(text.substr(1));
            return;
        }
        is_at_top_ = false;
        Step step;
        step.line = number;
        step.source = text;
        if (line.find('\t') != std::string_view::npos) return complain(number, "a tab; lines are indented by spaces");
        if (auto problem = LineReader(text).read(step.words)) return complain(number, *problem);
        if (line.front() == ' ')
            take_step(std::move(step));
        else
            take_heading(std::move(step));
    }

    void finish() {
        if (script_->claim.empty()) complain(1, "the first line must be a comment that says what the script claims");
        if (script_->steps.empty() && script_->problems.empty()) complain(1, "there is no step");
    }

private:
    void complain(std::uint32_t line, std::string what) { script_->problems.push_back({line, std::move(what)}); }

    void take_heading(Step step) {
        const std::string word = step.words.front().text;
        section_ = std::nullopt;
        if (word == "after") {
            if (step.words.size() != 2 || parse_duration_ms(step.words[1].text) < 0)
                return complain(step.line, "\"after\" needs a time, as in \"after 61s\"");
            step.actor = Actor::clock;
            script_->steps.push_back(std::move(step));
            return;
        }
        if (word == "record" || word == "no") {
            if (word == "no" && (step.words.size() != 2 || step.words[1].text != "record"))
                return complain(step.line, "did you mean \"no record\"?");
            step.actor = Actor::record;
            script_->steps.push_back(std::move(step));
            return;
        }
        const auto found =
            std::find_if(sections.begin(), sections.end(), [&](const Section& each) { return each.word == word; });
        if (found == sections.end()) return complain(step.line, "unknown section \"" + word + "\"");
        if (step.words.size() != (found->has_name ? 2U : 1U))
            return complain(step.line, found->has_name ? "\"" + word + "\" needs a name"
                                                       : "\"" + word + "\" stands alone on its line");
        section_ = *found;
        name_ = found->has_name ? step.words[1].text : std::string();
    }

    void take_step(Step step) {
        if (!section_) return complain(step.line, "an indented line outside of a section");
        step.actor = section_->actor;
        step.name = name_;
        const auto table = std::find_if(all_verbs().begin(), all_verbs().end(),
                                        [&](const Verbs& each) { return each.actor == step.actor; });
        const auto knows = [](const std::vector<std::string_view>& verbs, const std::string& verb) {
            return std::find(verbs.begin(), verbs.end(), verb) != verbs.end();
        };
        const std::string& verb = step.words.front().text;
        if (!knows(table->verbs, verb))
            return complain(step.line, "\"" + std::string(section_->word) + "\" has no step \"" + verb + "\"");
        if (verb == "expect") {
            const std::string what = step.words.size() > 1 ? step.words[1].text : std::string();
            if (!knows(table->expectations, what))
                return complain(step.line, "\"" + std::string(section_->word) + "\" cannot expect \"" + what + "\"");
        }
        script_->steps.push_back(std::move(step));
    }

    Script* script_;
    std::optional<Section> section_;
    std::string name_;
    bool is_at_top_ = true;
};

}   // namespace

Script parse_script(std::string_view text) {
    Script script;
    Parser parser(script);
    std::uint32_t number = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        parser.take_line(text.substr(0, end), ++number);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    parser.finish();
    return script;
}

std::int64_t parse_duration_ms(std::string_view text) {
    std::int64_t unit = 0;
    if (text.ends_with("ms")) {
        unit = 1;
        text.remove_suffix(2);
    } else if (text.ends_with("s") || text.ends_with("m")) {
        unit = text.ends_with("s") ? 1'000 : 60'000;
        text.remove_suffix(1);
    }
    const auto number = parse_u64(text);
    return number && unit > 0 && *number < 1'000'000'000 ? static_cast<std::int64_t>(*number) * unit : -1;
}

}   // namespace gilmok::exchange
