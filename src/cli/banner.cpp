// What `gilmok up` prints when the door is open.
#include "base/text.hpp"
#include "cli/table.hpp"
#include "cli/up.hpp"
#include "cli/version.hpp"

namespace gilmok::cli {

namespace {

constexpr std::size_t models_shown_max = 6;
constexpr std::size_t label_columns = 10;

std::string models_shown(const std::vector<std::string>& list, Language language) {
    std::string out;
    for (std::size_t i = 0; i < list.size() && i < models_shown_max; ++i) (out += i == 0 ? "" : ", ") += list[i];
    if (list.size() > models_shown_max)
        out += ", " + say(language, Text::up_and_more, {std::to_string(list.size() - models_shown_max)});
    return out;
}

class Lines {
public:
    Lines(Language language, bool with_colour) : language_(language), with_colour_(with_colour) {}
    void add(Text label, std::string_view text) {
        const std::string_view word = template_of(language_, label);
        const bool is_repeated = label == last_;
        const std::size_t columns = is_repeated ? 0 : columns_of(word);
        out_.append("  ");
        if (!is_repeated) out_.append(word);
        out_.append(columns < label_columns ? label_columns - columns : 1, ' ').append(text).append("\n");
        last_ = label;
    }
    void plain(std::string_view text, std::string_view colour = {}) {
        const bool is_coloured = with_colour_ && !colour.empty();
        if (is_coloured) out_.append(colour);
        out_.append("  ").append(text);
        if (is_coloured) out_.append("\033[0m");
        out_ += '\n';
        last_ = Text::count_;
    }
    void gap() {
        out_ += '\n';
        last_ = Text::count_;
    }
    std::string take() { return std::move(out_); }

private:
    Language language_;
    bool with_colour_;
    Text last_ = Text::count_;
    std::string out_;
};

void add_found(Lines& lines, const Discovery& found, Language language) {
    for (const FoundEngine& engine : found.engines)
        lines.add(Text::up_found,
                  say(language, engine.is_simulated ? Text::up_simulated_engine : Text::up_engine,
                      {engine.title, io::to_string(engine.address), models_shown(engine.models, language)}));
    for (const FoundProvider& one : found.providers)
        lines.add(Text::up_found,
                  say(language, Text::up_provider,
                      {one.provider->title, one.provider->env, models_shown(one.provider->models, language)}));
    for (const FoundDevices& devices : found.devices)
        for (const std::string& device : devices.devices)
            lines.add(Text::up_found, say(language, Text::up_device, {devices.vendor, device}));
    for (const FoundDevices& devices : found.devices)
        if (devices.has_failed) lines.add(Text::up_not_used, say(language, Text::up_tool_failed, {devices.tool}));
    for (const FoundStranger& stranger : found.strangers) {
        const std::string where = io::to_string(stranger.address);
        const bool is_locked = stranger.why == FoundStranger::Why::asks_for_key;
        lines.add(Text::up_not_used, is_locked ? say(language, Text::up_asks_for_key, {where})
                                               : say(language, Text::up_no_models, {stranger.title, where}));
    }
}

}   // namespace

std::string curl_line(const io::Address& door, std::string_view key, std::string_view model,
                      std::string_view question) {
    std::string line = "curl -N http://" + io::to_string(door) + "/v1/chat/completions -H 'authorization: Bearer ";
    line.append(key).append("' -H 'content-type: application/json' -d '{\"model\":\"").append(model);
    line.append("\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"").append(question).append("\"}]}'");
    return line;
}

std::string banner(const BannerFacts& facts, Language language, bool with_colour) {
    Lines lines(language, with_colour);
    lines.gap();
    lines.plain("gilmok " + std::string(gilmok_version), "\033[1m");
    lines.gap();
    add_found(lines, *facts.found, language);
    if (facts.is_simulated) {
        lines.plain(say(language, Text::up_nothing));
        lines.plain(say(language, Text::up_simulated), "\033[33m");
    }
    lines.gap();
    lines.add(Text::up_door, "http://" + io::to_string(facts.door) + "/v1");
    lines.add(Text::up_key, facts.key);
    lines.add(Text::up_models, models_shown(facts.models, language));
    lines.add(Text::up_admin, "http://" + io::to_string(facts.admin) + "/metrics");
    if (facts.token_file.empty())
        lines.add(Text::up_token, facts.token);
    else
        lines.add(Text::up_token, say(language, Text::up_token_file, {facts.token_file}));
    const std::string door_port = std::to_string(facts.door.port), admin_port = std::to_string(facts.admin.port);
    if (facts.port_wanted != 0)
        lines.plain(say(language, Text::up_port_busy, {std::to_string(facts.port_wanted), door_port}));
    if (facts.admin_port_wanted != 0)
        lines.plain(say(language, Text::up_admin_port_busy, {std::to_string(facts.admin_port_wanted), admin_port}));
    lines.gap();
    lines.plain(say(language, Text::up_paste));
    lines.gap();
    lines.plain(curl_line(facts.door, facts.key, facts.model_to_try, template_of(language, Text::up_question)));
    lines.gap();
    if (facts.saved_path.empty()) {
        lines.plain(say(language, Text::up_not_kept));
    } else {
        lines.plain(say(language, facts.is_simulated ? Text::up_saved_empty : Text::up_saved, {facts.saved_path}));
        lines.plain(say(language, Text::up_key_kept, {facts.key_store}));
    }
    lines.plain(say(language, Text::up_end));
    lines.gap();
    return lines.take();
}

}   // namespace gilmok::cli
