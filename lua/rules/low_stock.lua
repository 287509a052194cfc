-- Low stock: do not advertise what is nearly gone. Items that the visitor has in the cart or liked stay.
-- What is scarce says so: {{#label}}<b>{{label}}</b>{{/label}} in the widget's template.
-- Change: from which stock on an item is hidden, moves down or says so. An item whose stock the shop
-- does not give counts as plenty.

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

rule "how many are left" {
    match = { stock = {min = 1, max = SCARCE} },
    label = function(item)
        return "only " .. item.stock .. " left"
    end,
}
