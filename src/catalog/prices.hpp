// How prices.toml is read; the values are catalog.hpp's. For the catalog itself.
#pragma once

#include "catalog/row.hpp"

namespace gilmok::catalog {

Price read_price(Row& row);
FxRate read_fx(Row& row);
Grid read_grid(Row& row);

}   // namespace gilmok::catalog
