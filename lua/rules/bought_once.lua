-- Never show bought again: what one buys once (a bed, a lawn mower) is not shown to who has it. What is
-- used up is for replenishment.lua.
-- Change: the product types that are bought again.

local BOUGHT_AGAIN = {"Coffee", "Pet Food", "Cosmetics"}

rule "never show bought again" {
    match = function(item, visitor)
        if not visitor:bought(item) then return false end
        for i = 1, #BOUGHT_AGAIN do
            if starts_with(item.product_type, BOUGHT_AGAIN[i]) then return false end
        end
        return true
    end,
    hide = true,
}
