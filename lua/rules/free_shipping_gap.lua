-- Free shipping gap: who lacks a little to free shipping sees what closes the gap, not much more.
-- Change: the threshold, and the placements of the cart.

local FREE_FROM = 50

local function gap(visitor)
    return visitor.cart_count > 0 and FREE_FROM - visitor.cart_value or 0
end

rule "closes the gap to free shipping" {
    on = "cart*",
    when = function(visitor)
        return gap(visitor) > 0
    end,
    match = function(item, visitor)
        local price, lacking = item.current_price, gap(visitor)
        return price >= lacking and price <= lacking + 10
    end,
    boost = 3,
}

rule "far beyond the gap" {
    on = "cart*",
    when = function(visitor)
        return gap(visitor) > 0
    end,
    match = function(item, visitor)
        return item.current_price > gap(visitor) + 40
    end,
    bury = 2,
}
