// What gilmok says to people in more than one language: the top help, the banner of `gilmok up`, doctor. One table, so that
// a test can hold the languages against each other. Errors and logs are English only: they are searched for.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace gilmok::cli {

enum class Language : std::uint8_t { en, ko };

enum class Text : std::uint8_t {
    help_top,
    up_found,
    up_engine,
    up_simulated_engine,
    up_provider,
    up_device,
    up_not_used,
    up_asks_for_key,
    up_no_models,
    up_tool_failed,
    up_nothing,
    up_simulated,
    up_port_busy,
    up_admin_port_busy,
    up_door,
    up_key,
    up_models,
    up_and_more,
    up_admin,
    up_token,
    up_token_file,
    up_paste,
    up_question,
    up_saved,
    up_saved_empty,
    up_key_kept,
    up_not_kept,
    up_end,
    doctor_ok,
    doctor_warn,
    doctor_fail,
    doctor_fix,
    doctor_summary,
    doctor_config_ok,
    doctor_config_bad,
    doctor_config_fix,
    doctor_secrets_ok,
    doctor_secrets_bad,
    doctor_secrets_fix,
    doctor_file_limit,
    doctor_file_limit_fix,
    doctor_clock,
    doctor_clock_fix,
    doctor_dns_none,
    doctor_dns_ok,
    doctor_dns_bad,
    doctor_dns_fix,
    doctor_reach_ok,
    doctor_reach_bad,
    doctor_reach_fix,
    doctor_refused_key_ok,
    doctor_refused_key,
    doctor_refused_key_fix,
    doctor_models_ok,
    doctor_models_unknown,
    doctor_models_bad,
    doctor_models_fix,
    doctor_kind_ok,
    doctor_kind_bad,
    doctor_kind_fix,
    doctor_tls_none,
    doctor_tls_ok,
    doctor_tls_soon,
    doctor_tls_over,
    doctor_tls_fix,
    doctor_state_none,
    doctor_state_ok,
    doctor_state_bad,
    doctor_state_fix,
    doctor_keys_ok,
    doctor_keys_none,
    doctor_keys_none_fix,
    doctor_keys_bad,
    doctor_keys_bad_fix,
    doctor_mode_ok,
    doctor_mode_none,
    doctor_mode_bad,
    doctor_mode_fix,
    doctor_ports_ok,
    doctor_ports_running,
    doctor_ports_bad,
    doctor_ports_fix,
    doctor_running_ok,
    doctor_running_no,
    doctor_running_fix,
    doctor_disk,
    doctor_disk_unknown,
    doctor_disk_fix,
    doctor_somaxconn,
    doctor_somaxconn_fix,
    doctor_ports_range,
    doctor_ports_range_fix,
    doctor_devices_none,
    doctor_devices,
    doctor_device_tool_bad,
    doctor_device_tool_fix,
    doctor_memory,
    doctor_memory_fix,
    doctor_exposed_no,
    doctor_exposed_plain,
    doctor_exposed_fix,
    doctor_place_ok,
    doctor_place_bad,
    doctor_place_fix,
    doctor_candidates_ok,
    doctor_candidates_bad,
    doctor_candidates_fix,
    count_
};

// The text with "{0}", "{1}", … replaced.
std::string say(Language language, Text text, std::initializer_list<std::string_view> values = {});
// As it stands in the table.
std::string_view template_of(Language language, Text text);

// From the value of --lang, else LC_ALL, LC_MESSAGES, LANG in the order of POSIX; English when they say nothing else.
struct LanguageSources {
    std::string_view lc_all{}, lc_messages{}, lang{};
};
Language language_of(const LanguageSources& sources);

}   // namespace gilmok::cli
