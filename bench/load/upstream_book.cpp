#include "upstream_book.hpp"

#include "fault_money.hpp"
#include "http.hpp"
#include "net.hpp"

namespace load {

UpstreamBook::UpstreamBook(const std::string& path) {
    if (path.empty()) return;
    file_ = std::fopen(path.c_str(), "w");
    if (file_ == nullptr) die("open " + path);
}

void UpstreamBook::write(const BookEntry& entry) {
    MessageReader reader(false);
    std::string body;
    reader.feed(entry.sent, [&body](std::string_view bytes) { body += bytes; });
    const Plan& plan = entry.plan;
    std::string usage = plan.is_stream && !entry.has_usage ? std::string() : final_usage(plan);
    if (usage.empty()) usage = plan.is_stream && entry.is_continuous ? usage_so_far(plan, plan.pieces - 1) : "-";
    std::fprintf(file_, "%s %u %016llx %u %u %s %d %d %u %zu %d %zu %zu %s\n", entry.id.c_str(), entry.side,
                 static_cast<unsigned long long>(plan.nonce), static_cast<unsigned>(plan.model),
                 static_cast<unsigned>(plan.lie), name_of(plan.fault).data(), plan.is_stream ? 1 : 0,
                 entry.is_continuous ? 1 : 0, plan.pieces, entry.input_bytes, reader.has_head() ? reader.status() : 0,
                 plan.is_stream ? content_events_of(body) : 0, body.size(), usage.c_str());
}

void UpstreamBook::write_partial(std::string_view id, unsigned side) {
    std::fprintf(file_, "%.*s %u partial\n", static_cast<int>(id.size()), id.data(), side);
}

void UpstreamBook::flush() {
    if (file_ != nullptr) std::fflush(file_);
}

std::size_t input_bytes_of(std::string_view body) {
    constexpr std::string_view name = R"("messages":)";
    const std::size_t begin = body.find(name);
    if (begin == std::string_view::npos) return 0;
    const std::size_t end = body.find("}]", begin);
    return end == std::string_view::npos ? 0 : end + 2 - begin - name.size();
}

std::size_t content_events_of(std::string_view events) {
    std::size_t count = 0;
    for (std::size_t end = events.find("\n\n"); end != std::string_view::npos; end = events.find("\n\n")) {
        count += events.substr(0, end).find(R"("content":")") != std::string_view::npos ? 1U : 0U;
        events.remove_prefix(end + 2);
    }
    return count;
}

}   // namespace load
