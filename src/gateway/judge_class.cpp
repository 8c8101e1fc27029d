#include "gateway/judge_class.hpp"

#include <memory>

#include "guard/decide.hpp"

namespace gilmok::gateway {
namespace {

model::TenantId nearest(const config::Snapshot& snapshot, std::string_view path) {
    while (!path.empty()) {
        if (const auto known = snapshot.tenants_by_path.find(path); known != snapshot.tenants_by_path.end())
            return known->second;
        const std::size_t slash = path.rfind('/');
        path = path.substr(0, slash == std::string_view::npos ? 0 : slash);
    }
    return model::TenantId::none;
}

}   // namespace

report::JudgeClass judge_class_by(const config::Snapshot& snapshot) {
    const auto rules = std::make_shared<const guard::Rules>(snapshot);
    return [rules, &snapshot](model::DataClass data_class, std::string_view tenant, std::string_view place,
                              std::string_view operator_) {
        guard::Asked asked;
        asked.data_class = data_class;
        asked.tenant = nearest(snapshot, tenant);
        const guard::Destination destination{place, operator_};
        const guard::Verdict verdict = rules->decide(asked, destination);
        report::ClassJudged judged{.is_allowed = verdict.leaves(), .rule = {}};
        if (verdict.rule < rules->rules().size()) judged.rule = rules->rules()[verdict.rule].name;
        return judged;
    };
}

}   // namespace gilmok::gateway
