-- Low stock: do not advertise what is nearly gone. Items that the visitor has in the cart or liked stay.
-- Change: from which stock on an item is hidden or moves down. An item whose stock the shop does not
-- give counts as plenty.

local NEARLY_GONE = 1
local SCARCE = 5

rule "hide the last pieces" {
    on = {"home*", "category*"},
    match = function(item, visitor)
        return item.stock <= NEARLY_GONE and not visitor:in_cart(item) and not visitor:liked(item)
    end,
    hide = true,
}

rule "scarce items further down" {
    match = { stock = {max = SCARCE} },
    bury = 1.5,
}
