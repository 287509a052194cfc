-- The demo shop's merchandising rules. The language is described in lua/README.md.
-- Change this file while the demo runs: the next pages follow it.

segment "bargain hunters" {
    when = function(visitor) return visitor.trait.segment == "bargain" end,
}

-- What is reduced comes first for those who look for it.
rule "sale for bargain hunters" {
    on = { "home-for-you", "category", "search" },
    segment = "bargain hunters",
    match = { on_sale = true },
    boost = 3,
}

-- Candles and lanterns sell in the evening.
rule "evening light" {
    on = "home-*",
    between = { "17:00", "23:00" },
    match = { product_type = { "Lighting > Candles", "Lighting > Lanterns", "Lighting > Candle Holders" } },
    boost = 1.2,
}

-- The home page is no place for pennies.
rule "no pennies on the home page" {
    on = "home-*",
    match = { price = { max = 0.3 } },
    hide = true,
}

-- The buyers' choice of the month leads the top sellers.
rule "choice of the month" {
    on = "home-top-sellers",
    match = { id = "23084" },
    pin = 1,
}

-- Someone who comes back sees the newest things before the merely new.
rule "fresh for regulars" {
    on = "home-new",
    when = function(visitor) return visitor.returning end,
    match = function(item) return item.age_days < 14 end,
    boost = 1.5,
}
