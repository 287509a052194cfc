-- Replenishment: what is used up is bought again. Coffee bought a month ago leads; bought yesterday, it
-- waits.
-- Change: the product types and how many days each lasts.

local LASTS = { Coffee = 30, ["Pet Food"] = 21, Cosmetics = 60, Kitchen = 45 }

local function lasts(item)
    for kind, days in pairs(LASTS) do
        if starts_with(item.product_type, kind) then return days end
    end
end

rule "due again" {
    match = function(item, visitor)
        local days, since = lasts(item), visitor:days_since("purchase", item)
        return days ~= nil and since ~= nil and since >= days * 0.8
    end,
    boost = 3,
}

rule "not due yet" {
    match = function(item, visitor)
        local days, since = lasts(item), visitor:days_since("purchase", item)
        return days ~= nil and since ~= nil and since < days * 0.8
    end,
    hide = true,
}
