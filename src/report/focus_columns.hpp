// The columns of our FOCUS file: those of 1.2 that apply to us, the 1.3 names of providers, then our own, marked x_.
// Source: FinOps Open Cost and Usage Specification 1.2 and 1.3, https://focus.finops.org/focus-specification/.
// Left out, because we have nothing to say in them: availability zones, capacity reservations, commitment discounts, split cost
// allocation. They are conditional there. CommitmentDiscountStatus and InvoiceId stay, always null: the rules of others refer to them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace gilmok::report {

enum class FocusColumn : std::uint8_t {
    billed_cost, billing_account_id, billing_account_name, billing_account_type, billing_currency, billing_period_end,
    billing_period_start, charge_category, charge_class, charge_description, charge_frequency, charge_period_end,
    charge_period_start, commitment_discount_status, consumed_quantity, consumed_unit, contract_applied, contracted_cost, contracted_unit_price,
    effective_cost, host_provider_name, invoice_id, invoice_issuer_name, list_cost, list_unit_price, pricing_category,
    pricing_currency, pricing_currency_contracted_unit_price, pricing_currency_effective_cost,
    pricing_currency_list_unit_price, pricing_quantity, pricing_unit, provider_name, publisher_name, region_id, region_name,
    resource_id, resource_name, resource_type, service_category, service_name, service_provider_name, service_subcategory,
    sku_id, sku_meter, sku_price_details, sku_price_id, sub_account_id, sub_account_name, sub_account_type, tags,
    x_attempts, x_energy_joules, x_grams_co2e, x_served_model, x_tokens_input, x_tokens_output, x_unpriced_attempts,
    count_,
};
inline constexpr std::size_t focus_columns_count = static_cast<std::size_t>(FocusColumn::count_);
inline constexpr std::array<std::string_view, focus_columns_count> focus_column_names = {
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingAccountType", "BillingCurrency", "BillingPeriodEnd",
    "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd",
    "ChargePeriodStart", "CommitmentDiscountStatus", "ConsumedQuantity", "ConsumedUnit", "ContractApplied", "ContractedCost", "ContractedUnitPrice",
    "EffectiveCost", "HostProviderName", "InvoiceId", "InvoiceIssuerName", "ListCost", "ListUnitPrice", "PricingCategory",
    "PricingCurrency", "PricingCurrencyContractedUnitPrice", "PricingCurrencyEffectiveCost",
    "PricingCurrencyListUnitPrice", "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "RegionId", "RegionName",
    "ResourceId", "ResourceName", "ResourceType", "ServiceCategory", "ServiceName", "ServiceProviderName", "ServiceSubcategory",
    "SkuId", "SkuMeter", "SkuPriceDetails", "SkuPriceId", "SubAccountId", "SubAccountName", "SubAccountType", "Tags",
    "x_Attempts", "x_EnergyJoules", "x_GramsCO2e", "x_ServedModel", "x_TokensInput", "x_TokensOutput", "x_UnpricedAttempts",
};

// One charge. An empty field is null.
struct FocusRow {
    std::array<std::string, focus_columns_count> values;
    std::string& operator[](FocusColumn column) { return values[static_cast<std::size_t>(column)]; }
    const std::string& operator[](FocusColumn column) const { return values[static_cast<std::size_t>(column)]; }
};

}   // namespace gilmok::report
