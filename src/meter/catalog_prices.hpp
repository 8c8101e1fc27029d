// The catalogue's prices and rates as rows of a price book: one row for each SKU and meter, in the catalogue's order, so that
// what follows (the configuration's) wins.
#pragma once

#include <vector>

#include "meter/price_book.hpp"

namespace gilmok::meter {

std::vector<PriceRow> catalog_rows();
std::vector<FxRate> catalog_rates();

}   // namespace gilmok::meter
