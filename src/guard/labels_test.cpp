// Goal: every answer of an application carries what its register entry promises, and the notice comes before first answers only.
#include "guard/labels.hpp"

#include <doctest/doctest.h>

using namespace gilmok;
using namespace gilmok::guard;
using model::TenantId;

namespace {

TenantId tenant(config::Snapshot& snapshot, std::string path, TenantId parent = TenantId::none) {
    config::Tenant one;
    one.path = std::move(path);
    one.parent = parent;
    snapshot.tenants.push_back(std::move(one));
    return static_cast<TenantId>(snapshot.tenants.size() - 1);
}

std::string header_of(const Label& label, std::string_view name) {
    for (const Label::Header& header : label.headers)
        if (header.name == name) return header.value;
    return {};
}

}   // namespace

TEST_CASE("the application of a request is that of its tenant, or the nearest above") {
    config::Snapshot snapshot;
    const TenantId acme = tenant(snapshot, "acme");
    const TenantId hr = tenant(snapshot, "acme/hr", acme);
    const TenantId screening = tenant(snapshot, "acme/hr/screening", hr);
    const TenantId other = tenant(snapshot, "other");
    config::Application wide, narrow;
    wide.name = "wide";
    wide.tenant = "acme";
    wide.notice = "인공지능 답변";
    narrow.name = "narrow";
    narrow.tenant = "acme/hr/screening";
    narrow.notice = "AI";
    narrow.is_notice_first = true;
    narrow.is_label_on = false;
    snapshot.applications = {wide, narrow};
    const Labels labels(snapshot);
    CHECK(labels.of(acme).application == "wide");
    CHECK(labels.of(hr).application == "wide");
    CHECK(labels.of(screening).application == "narrow");
    CHECK(labels.of(other).application.empty());
    CHECK(labels.of(TenantId::none).entry == nullptr);

    CHECK(header_of(labels.of(hr), label_header) == "true");
    CHECK(header_of(labels.of(hr), notice_header) ==
          "UTF-8''%EC%9D%B8%EA%B3%B5%EC%A7%80%EB%8A%A5%20%EB%8B%B5%EB%B3%80");
    CHECK(labels.of(hr).notice_first.empty());
    CHECK(header_of(labels.of(screening), label_header).empty());
    CHECK(labels.of(screening).notice_first == "AI");
    CHECK(header_of(labels.of(other), label_header) == "true");
    CHECK(header_of(labels.of(other), notice_header).empty());
}

TEST_CASE("a notice in a header holds no byte that could end it") {
    const std::string value = extended_value("a\r\nx: y\"%é~");
    CHECK(value == "UTF-8''a%0D%0Ax%3A%20y%22%25%C3%A9~");
    CHECK(extended_value("") == "UTF-8''");
}

TEST_CASE("a first turn has no answer in it and refers to none") {
    CHECK(is_first_turn(R"({"messages":[{"role":"system","content":"a"},{"role":"user","content":"assistant"}]})"));
    CHECK_FALSE(is_first_turn(R"({"messages":[{"role":"user"},{"content":"x","role":"assistant"},{"role":"user"}]})"));
    CHECK_FALSE(is_first_turn(R"( {"messages":[{"role":"\u0061ssistant"}]} )"));
    // A call of a tool is no answer that anybody read: the notice comes with the words that follow it.
    constexpr std::string_view called =
        R"({"messages":[{"role":"user","content":"q"},{"role":"assistant",CONTENT"tool_calls":[{"id":"c"}]},)"
        R"({"role":"tool","content":"5"}]})";
    const auto with = [&](std::string_view content) {
        std::string body(called);
        return body.replace(body.find("CONTENT"), 7, content);
    };
    CHECK(is_first_turn(with("")));
    CHECK(is_first_turn(with(R"("content":null,)")));
    CHECK(is_first_turn(with(R"("content":"",)")));
    CHECK(is_first_turn(with(R"("content":[],)")));
    CHECK_FALSE(is_first_turn(with(R"("content":"I look it up",)")));
    CHECK_FALSE(is_first_turn(with(R"("content":[{"type":"text","text":"a"}],)")));
    CHECK(is_first_turn(R"({"messages":[{"role":"assistant","content":null,"function_call":{"name":"f"}}]})"));
    CHECK_FALSE(is_first_turn(R"({"messages":[{"role":"assistant","content":null,"tool_calls":null}]})"));
    CHECK(is_first_turn(R"({"input":"hello"})"));
    CHECK_FALSE(is_first_turn(R"({"input":[{"role":"assistant","content":"x"}]})"));
    CHECK_FALSE(is_first_turn(R"({"input":"hello","previous_response_id":"resp_1"})"));
    CHECK(is_first_turn(R"({"input":"hello","previous_response_id":null})"));
    CHECK(is_first_turn(R"({"messages":"odd"})"));
    CHECK_FALSE(is_first_turn("not json"));
    CHECK_FALSE(is_first_turn("[]"));
    CHECK_FALSE(is_first_turn(""));
}
