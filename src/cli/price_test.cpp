// Goal: prices are shown as the book has them, gaps are named, and an import writes only what somebody approved, in a form that the
// configuration reads back to the same prices.
#include "cli/price.hpp"

#include <doctest/doctest.h>

#include "config/test_machine.hpp"

using namespace gilmok;
using namespace gilmok::cli;

namespace {

struct Shell {
    config::FakeFiles files;
    config::FakeSecrets secrets;
    Outcome run(const std::vector<std::string>& words) {
        return price_command(words, {files, secrets, *parse_rfc3339("2026-11-21")});
    }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

const std::string config_text = R"(
[server]
state_dir = "/state"
[upstream.openai]
url = "https://api.openai.com/v1"
key = "env:NOT_IN_THIS_SHELL"
[model.chat]
try = ["openai/gpt-x"]
[[price]]
provider = "openai"
sku = "gpt-x"
input_fresh = "2 USD"
output_text = "8 USD"
source = "contract"
date = "2026-11-01"
)";

const std::string list_text = R"({"gpt-x": {"litellm_provider": "openai", "input_cost_per_token": 1.25e-06,
 "output_cost_per_token": 8e-06, "cache_read_input_token_cost": 1.25e-07, "input_cost_per_token_above_272k_tokens": 2.5e-06},
 "gpt-new": {"litellm_provider": "openai", "input_cost_per_token": 5e-07, "output_cost_per_token": 2e-06}})";

}   // namespace

TEST_CASE("list and show tell the catalogue's prices without any configuration") {
    Shell shell;
    const Outcome list = shell.run({"list", "--provider", "openai"});
    CHECK(list.exit_code == exit_ok);
    CHECK(has(list.out, "gpt-5.5"));
    CHECK_FALSE(has(list.out, "anthropic"));
    const Outcome show = shell.run({"show", "openai/gpt-5.5"});
    CHECK(show.exit_code == exit_ok);
    CHECK(has(show.out, "input_fresh"));
    CHECK(has(show.out, "as output_text"));   // what has no line of its own
    CHECK(has(show.out, "source  http"));
    CHECK(shell.run({"show", "openai/gpt-5.5", "-o", "json"}).out.starts_with("{\"provider\":\"openai\""));
    CHECK(shell.run({"list", "-o", "csv"}).out.starts_with("provider,sku,"));
}

TEST_CASE("what is not known is said, with what is near, and never shown as zero") {
    Shell shell;
    const Outcome show = shell.run({"show", "openai/gpt-5.55"});
    CHECK(show.exit_code == exit_failed);
    CHECK(has(show.err, "no price is known"));
    CHECK(shell.run({"show", "nothing"}).exit_code == exit_usage);
    CHECK(shell.run({"show", "openai/gpt-5.5", "--tier", "gold"}).exit_code == exit_usage);
    CHECK(shell.run({"show", "openai/gpt-5.5", "--at", "yesterday"}).exit_code == exit_usage);
    CHECK(shell.run({"list", "--sku", "no-such-thing"}).exit_code == exit_failed);
    CHECK(shell.run({}).exit_code == exit_usage);
    CHECK(shell.run({"show", "a/b", "-c", "missing.toml"}).exit_code == exit_config);
}

TEST_CASE("check names models without a price, and exits 1 for them") {
    Shell shell;
    shell.files.files["gilmok.toml"] = config_text;
    const Outcome good = shell.run({"check"});
    CHECK(good.exit_code == exit_ok);
    CHECK(has(good.out, "days old"));   // the catalogue's rate
    std::string gap = config_text;
    gap.replace(gap.find("openai/gpt-x"), 12, "openai/gpt-unknown-1");
    shell.files.files["gilmok.toml"] = gap;
    const Outcome bad = shell.run({"check"});
    CHECK(bad.exit_code == exit_failed);
    CHECK(has(bad.out, "no price is known for openai/gpt-unknown-1"));
    CHECK(has(shell.run({"check", "-o", "json"}).out, "\"gaps\":1"));
}

TEST_CASE("an import shows what differs and writes nothing by itself") {
    Shell shell;
    shell.files.files["gilmok.toml"] = config_text;
    shell.files.files["list.json"] = list_text;
    const std::size_t files_before = shell.files.files.size();
    const Outcome diff = shell.run({"import", "--from", "litellm", "list.json"});
    CHECK(diff.exit_code == exit_ok);
    CHECK(has(diff.out, "x0.625"));
    CHECK(has(diff.err, "1 changed, 1 the same"));
    CHECK(shell.files.files.size() == files_before);
    CHECK(has(shell.run({"import", "list.json", "-o", "json"}).out, "\"factor\":0.625"));
}

TEST_CASE("what an import wrote is read by the configuration, to the last digit") {
    Shell shell;
    shell.files.files["gilmok.toml"] =
        "[upstream.openai]\nurl = \"https://api.openai.com/v1\"\n[model.chat]\ntry = [\"openai/gpt-x\"]\n";
    shell.files.files["list.json"] = list_text;
    const Outcome applied = shell.run({"import", "list.json", "--apply", "conf.d/prices.toml"});
    CHECK(applied.exit_code == exit_ok);
    const Outcome show = shell.run({"show", "openai/gpt-x", "-o", "json"});
    CHECK(show.exit_code == exit_ok);
    CHECK(has(show.out,
              R"({"meter":"input_fresh","above_input_tokens":0,"tier_mode":"whole","per":1000000,"price":"1.25"})"));
    CHECK(has(show.out, R"("above_input_tokens":272000,"tier_mode":"whole","per":1000000,"price":"2.5")"));
    CHECK(has(show.out, "\"price\":\"0.125\""));
    // The same list again changes nothing.
    CHECK(has(shell.run({"import", "list.json"}).err, "0 prices new, 0 changed"));
    // A file that somebody else wrote is not written over.
    CHECK(shell.run({"import", "list.json", "--apply", "gilmok.toml"}).exit_code == exit_failed);
    CHECK(shell.files.files["gilmok.toml"].starts_with("[upstream.openai]"));
}

TEST_CASE("a slip of the unit is shouted at and refused until somebody takes it") {
    Shell shell;
    shell.files.files["gilmok.toml"] = config_text;
    shell.files.files["list.json"] =
        R"({"gpt-x": {"litellm_provider": "openai", "input_cost_per_token": 2, "output_cost_per_token": 8e-06}})";
    const Outcome refused = shell.run({"import", "list.json", "--apply", "prices.toml"});
    CHECK(refused.exit_code == exit_failed);
    CHECK(has(refused.err, "ATTENTION"));
    CHECK_FALSE(shell.files.exists("prices.toml"));
    CHECK(shell.run({"import", "list.json", "--apply", "prices.toml", "--accept-large"}).exit_code == exit_ok);
    CHECK(shell.files.exists("prices.toml"));
}
