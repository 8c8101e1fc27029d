#include "base/log.hpp"

#include <unistd.h>

#include <atomic>

#include "base/text.hpp"
#include "base/time.hpp"

namespace gilmok::log {

namespace {
std::atomic<Level> level_min{Level::info};
std::atomic<void (*)(std::string_view)> line_sink{nullptr};

std::string_view name_of(Level level) {
    switch (level) {
        case Level::debug: return "debug";
        case Level::info: return "info";
        case Level::warn: return "warn";
        case Level::error: return "error";
    }
    return "error";
}
}  // namespace

void set_level(Level level) { level_min.store(level, std::memory_order_relaxed); }
void set_sink(void (*sink)(std::string_view)) { line_sink.store(sink); }

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
    if (level < level_min.load(std::memory_order_relaxed)) return;
    // The log's own stamp is the one clock read outside io/: a line must carry real time even when the world is simulated.
    std::string line = "{\"time\":\"" + rfc3339(std::chrono::system_clock::now()) + "\",\"level\":\"";
    line += name_of(level);
    line += "\",\"event\":\"";
    line += event;
    line += '"';
    for (const Field& field : fields) {
        line += ",\"";
        line += field.name;
        line += "\":";
        if (field.is_number) {
            append_number(line, field.number);
        } else {
            line += '"';
            append_json_escaped(line, field.text);
            line += '"';
        }
    }
    line += "}\n";
    if (auto* sink = line_sink.load()) return sink(line);
    // One write keeps lines of several threads whole up to PIPE_BUF; a failing log must not fail the gateway.
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace gilmok::log
