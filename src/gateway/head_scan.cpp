#include "gateway/head_scan.hpp"

#include <string>

#include "upstream/request_head.hpp"
#include "wire/query.hpp"

namespace gilmok::gateway {

using wire::http1::Known;

namespace {

constexpr std::size_t value_bytes_min = 6;   // shorter than any identifier

// What every client sends.
bool is_usual(const wire::http1::Header& header) {
    return header.known == Known::accept && (header.value == "application/json" || header.value == "text/event-stream");
}

}   // namespace

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
    if (text.find_first_of("%+") == std::string_view::npos) return true;
    std::string read;
    wire::append_from_query(read, text);   // what is no escape stays, as it does for servers that do not mind
    return look(read);
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
