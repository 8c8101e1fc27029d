// Property: no text crashes the reader; a text that gives a snapshot is written as a text that gives the same snapshot;
// and every problem can be shown.
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "config/load.hpp"
#include "config/reader.hpp"
#include "config/test_machine.hpp"

namespace {

using namespace gilmok::config;

// Every secret is there, so that texts with references get past the door.
class AllSecrets final : public Secrets {
public:
    std::optional<std::string> environment(const std::string& name) override {
        return "postgresql://value-of-the-variable-" + std::to_string(name.size());   // fine for a database too
    }
    std::optional<std::string> command(const std::string& line, std::string&) override {
        return "value-of-the-command-" + std::to_string(line.size());
    }
};

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FakeFiles files;
    files.files = {{"/etc/cert.pem", "-"}, {"/etc/key.pem", "-"}, {"/run/secret", "finance-secret-0123456789"}};
    AllSecrets secrets;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Loaded first = load_text(text, "fuzz.toml", files, secrets, 1);
    bool has_error = false;
    for (const Problem& problem : first.problems) {
        has_error = has_error || !problem.is_warning;
        GILMOK_ASSERT(!render(problem, true).empty());
    }
    GILMOK_ASSERT(has_error == (first.snapshot == nullptr));
    if (!first.snapshot) return 0;
    const Loaded second = load_text(render_toml(*first.snapshot), "again.toml", files, secrets, 1);
    GILMOK_ASSERT(second.snapshot);
    GILMOK_ASSERT(render_everything(*first.snapshot) == render_everything(*second.snapshot));
    GILMOK_ASSERT(first.snapshot->models_by_name.size() == first.snapshot->models.size());
    // Secrets are referred to, never written.
    GILMOK_ASSERT(render_everything(*first.snapshot).find("value-of-the-") == std::string::npos ||
                  text.find("value-of-the-") != std::string_view::npos);
    for (const auto& tenant : first.snapshot->tenants) {
        GILMOK_ASSERT((tenant.at_limit == AtLimit::degrade) == !tenant.degrade_to.empty());
        GILMOK_ASSERT(tenant.degrade_to.empty() || first.snapshot->models_by_name.contains(tenant.degrade_to));
        GILMOK_ASSERT((tenant.budget_month.pico > 0) == !tenant.budget_month.currency.is_none());
    }
    for (const auto& fx : first.snapshot->fx) GILMOK_ASSERT(fx.rate_pico > 0 && fx.from_currency != fx.to_currency);
    for (const auto& price : first.snapshot->prices)
        GILMOK_ASSERT(price.per > 0 && price.valid_from < price.valid_until);
    for (const auto& model : first.snapshot->models)
        for (const auto& candidate : model.candidates)
            GILMOK_ASSERT(gilmok::model::index_of(candidate.upstream) < first.snapshot->upstreams.size());
    return 0;
}
