#include "gateway/head_scan.hpp"

#include "upstream/request_head.hpp"

namespace gilmok::gateway {

using wire::http1::Known;

namespace {

constexpr std::size_t value_bytes_min = 6;   // shorter than any identifier

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// What every client sends.
bool is_usual(const wire::http1::Header& header) {
    return header.known == Known::accept && (header.value == "application/json" || header.value == "text/event-stream");
}

}   // namespace

std::string url_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_escape =
            text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0;
        if (is_escape) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

HeadScan::HeadScan(const guard::Detector& detector, guard::DetectScratch& scratch, guard::CleanMemory& memory,
                   model::TenantId tenant, std::vector<model::Finding>& findings)
    : detector_(detector),
      scratch_(scratch),
      memory_(memory),
      begun_(memory.begin({tenant, detector.id()}, {.what = guard::CleanMemory::Place::What::header})),
      findings_(findings) {}

bool HeadScan::run(const wire::http1::RequestHead& head) {
    if (!look_as_url(head.query)) return false;
    const std::string_view connection = head.headers.value(Known::connection);
    for (const auto& header : head.headers) {
        // Of a JSON body the type is written anew; that of a form holds its boundary, random letters without which it cannot be read.
        if (header.known == Known::content_type || is_usual(header) || upstream::is_withheld(header, connection))
            continue;
        if (!look(header.value)) return false;
    }
    return true;
}

bool HeadScan::look_as_url(std::string_view text) {
    if (!look(text)) return false;
    return text.find_first_of("%+") == std::string_view::npos || look(url_decoded(text));
}

bool HeadScan::look(std::string_view value) {
    if (value.size() < value_bytes_min) return true;
    std::optional<guard::TextTag> tag;
    if (begun_) tag = memory_.tag(*begun_, value);
    if (tag && memory_.knows(*tag)) return true;
    const std::size_t before = findings_.size();
    if (!detector_.scan(value, scratch_, findings_)) return false;
    if (tag && findings_.size() == before) memory_.remember(*tag);
    return true;
}

}   // namespace gilmok::gateway
