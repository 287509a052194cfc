-- Five rules of the kinds that shops write most: for whom, where, which items.

segment "bargain hunters" {
    when = function(visitor) return visitor.trait.segment == "sale" or visitor.events > 40 end,
}

rule "sale first for bargain hunters" {
    segment = "bargain hunters",
    match = { on_sale = true },
    boost = 1.5,
}

rule "no pennies on the home page" {
    on = "home-*",
    match = { price = { max = 6 } },
    hide = true,
}

rule "our own brands up" {
    on = { "home-*", "cart" },
    match = { brand = { "Brand 1", "Brand 7", "Brand 9" } },
    boost = 1.2,
}

rule "bought already, once is enough" {
    match = function(item, visitor) return visitor:bought(item) end,
    bury = 3,
}

rule "the season's category among the top sellers" {
    on = "home-2",
    from = "2020-01-01",
    match = { product_type = "Category 5" },
    boost = 1.3,
}
