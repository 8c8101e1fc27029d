// The tree of a Treasury, for treasury.cpp and grant.cpp only. Immutable after build(); what the pointers lead to is shared
// with the treasuries before and after, and is read and written under its organisation's lock.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "admit/account.hpp"
#include "admit/budget.hpp"
#include "admit/organisation.hpp"

namespace gilmok::admit {

struct Link {
    Account* account;   // owned by a node of the same tree
    model::TenantId tenant;
};

struct Node {
    std::string path;
    std::shared_ptr<Organisation> organisation;
    std::shared_ptr<Account> account;   // null: no limit of its own
    std::vector<Link> links;            // the accounts from here to the root, nearest first; limited ones only
    bool has_money_budget = false;      // one of them
    bool is_root = false;
};

struct Treasury::Inside {
    std::vector<Node> nodes;   // by TenantId
    std::vector<std::string> problems;
    [[nodiscard]] const Node& node(model::TenantId tenant) const { return nodes[model::index_of(tenant)]; }
};

}   // namespace gilmok::admit
