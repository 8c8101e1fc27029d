// Reads one value of the file into the member of its row and tells what is wrong with it. One object for each value; only
// value.cpp calls it. Each function returns false when there was an error.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/quantity.hpp"
#include "config/value.hpp"

namespace gilmok::config {

struct Reading {
    const ReadContext& context;
    const Field& field;
    const wire::TomlNode& node;

    // Plain values: reading.cpp.
    bool text(const wire::TomlNode& from, std::string& into) const;
    bool file(std::string& into) const;
    bool secret(std::string& into) const;
    bool choice(std::uint8_t& number, std::string& into) const;
    bool boolean(bool& into) const;
    bool count(std::uint64_t& into) const;
    bool real(double& into) const;
    bool size(std::uint64_t& into) const;
    bool duration(Milliseconds& into) const;
    bool address(const wire::TomlNode& from, io::Address& into) const;
    bool addresses(std::vector<io::Address>& into) const;
    bool url(Upstream& into) const;
    bool endpoint(std::string& into) const;

    // Names of other things: reading_names.cpp.
    bool candidates(std::vector<Candidate>& into) const;
    bool names(std::vector<std::string>& into) const;
    bool tenant(model::TenantId& into) const;
    bool limit(Tenant& into) const;
    bool tenant_path(const wire::TomlNode& from, std::string& into) const;
    bool tenant_paths(std::vector<std::string>& into) const;

    // What rules of the guard speak of: reading_guard.cpp.
    bool data_classes(std::vector<model::DataClass>& into) const;
    bool data_kinds(GuardRule& into) const;

    // What prices things: reading_money.cpp.
    bool money(Money& into) const;
    bool money_kwh(Money& into) const;
    bool percent(std::uint32_t& into) const;
    bool percents(std::vector<std::uint32_t>& into) const;
    bool per(std::uint64_t& into) const;
    bool rate(Pico& into) const;
    bool currency(Currency& into) const;
    bool date(WallTime& into) const;
    bool hours(Hours& into) const;
    bool utc_offset(std::int32_t& into) const;

    bool refuse(std::string_view code, std::string what, std::string why = {}, std::string fix = {}) const;
    bool refuse_at(const wire::TextPlace& place, std::string_view code, std::string what, std::string why,
                   std::string fix) const;
    bool refuse_type(std::string_view wanted, std::string fix = {}) const;

    // A list of texts, each read by `read`.
    template <class Value, class Read>
    bool list(std::vector<Value>& into, std::size_t count_max, bool may_be_alone, Read read) const {
        into.clear();
        if (may_be_alone && node.is_text()) {
            Value value{};
            if (!read(node, value)) return false;
            into.push_back(std::move(value));
            return true;
        }
        if (!node.is_array()) return refuse_type(may_be_alone ? "text or a list of texts" : "a list of texts");
        if (node.elements.size() > count_max)
            return refuse("E0003", quoted(field.name) + " has more than " + std::to_string(count_max) + " entries");
        bool is_fine = true;
        for (const wire::TomlNode& element : node.elements) {
            Value value{};
            if (!element.is_text())
                is_fine = refuse_element(element);
            else if (read(element, value))
                into.push_back(std::move(value));
            else
                is_fine = false;
        }
        return is_fine;
    }

private:
    bool refuse_element(const wire::TomlNode& element) const;
    bool in_range(std::int64_t value, std::string (*words)(std::int64_t)) const;
    template <class Parse>
    bool quantity(Parse parse, std::string_view kind, std::string_view unit, std::string_view example,
                  std::int64_t& into) const;
    bool candidate(const wire::TomlNode& from, Candidate& into) const;
    bool model_name(const wire::TomlNode& from, std::string_view name) const;
    std::optional<model::TenantId> tenant_named(const wire::TomlNode& from, const std::string& path) const;
    bool parsed_url(Url& into) const;
    bool percent_of(const wire::TomlNode& from, std::uint32_t& into) const;
    bool refuse_money(std::string_view unit) const;
};

}   // namespace gilmok::config
