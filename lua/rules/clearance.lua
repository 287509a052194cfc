-- Clearance at the month's end: what is reduced and lies around for long goes first in the last days,
-- the more so the larger the stock.
-- Change: how many days before the end it begins, how old an item must be, the least margin.

local LAST_DAYS = 5

rule "clearance at the month's end" {
    on = {"home*", "category*"},
    when = function(visitor, page)
        return page.days_left < LAST_DAYS
    end,
    match = { on_sale = true, age_days = {min = 90} },
    boost = function(item)
        return item.stock > 100 and 3 or 2
    end,
}

-- An item whose cost the catalog does not say (cost_of_goods_sold, margin) stays.
rule "never below cost on the home page" {
    on = "home*",
    match = { margin = {max = 0} },
    hide = true,
}
