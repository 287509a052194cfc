-- Bargain hunters see what is on sale first.
--
-- Who: the shop's own segment "sale" (trait `segment`), or a visitor whose looks go to the sale rooms.
-- Change: the name of the product type, and how strongly sale items move up.

local SALE_ROOM = "Sale"

segment "bargain hunters" {
    when = function(visitor)
        return visitor.trait.segment == "sale" or visitor:share("product_type", SALE_ROOM) > 0.4
    end,
}

-- The deeper the cut, the stronger: 50 % off is worth a factor of 2.
rule "sale first for bargain hunters" {
    segment = "bargain hunters",
    match = { on_sale = true },
    boost = function(item)
        return 1 + 2 * (1 - item.current_price / item.price)
    end,
}
