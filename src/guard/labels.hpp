// What users are told: the mark and the notice on answers of an application, and who the application of a request is.
// AI Basic Act art. 31 with decree art. 23, EU AI Act art. 50. For text no standard of a mark exists that a header could carry
// (C2PA is about media, watermarks are made by the model itself), so the mark is a header of our own, "x-ai-generated: true";
// the notice is "x-gilmok-notice" in the extended form of RFC 8187 section 3.2 (UTF-8''…), because headers are ASCII.
// Sans-IO. Immutable after its making: shared by all shards.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/snapshot.hpp"
#include "model/exchange.hpp"

namespace gilmok::guard {

inline constexpr std::string_view label_header = "x-ai-generated";
inline constexpr std::string_view notice_header = "x-gilmok-notice";

struct Label {
    struct Header {
        std::string_view name;
        std::string value;
    };
    std::vector<Header> headers;                  // of every answer
    std::string notice_first;                     // put before the first answer of a conversation; "" = none
    std::string_view application;                 // its name in the register; "" = not registered
    const config::Application* entry = nullptr;   // in the snapshot
};

class Labels {
public:
    // `snapshot` must outlive it.
    explicit Labels(const config::Snapshot& snapshot);
    // Of the application whose tenant is the request's, or the nearest above it. Who is in no application: the mark alone
    // where the guard is on, so that nothing generated goes out unmarked by forgetting.
    [[nodiscard]] const Label& of(model::TenantId tenant) const;

private:
    std::vector<Label> labels_;              // [0] is of who is in none
    std::vector<std::uint32_t> by_tenant_;   // index in labels_
};

// Whether nothing has been answered yet in the conversation that `body` holds: no message of an assistant in it but calls of tools, and
// no reference to an earlier answer. A body that cannot be read is no first turn: a notice is put only where one is sure.
bool is_first_turn(std::string_view body);

// RFC 8187 ext-value: UTF-8''%EA%B8%B8.
std::string extended_value(std::string_view text);

}   // namespace gilmok::guard
