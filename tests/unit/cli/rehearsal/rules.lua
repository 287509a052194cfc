-- What the golden test rehearses against the demo shop.

rule "no pennies on the home page" {
    on = "home-*",
    match = { price = {max = 0.5} },
    hide = true,
}

rule "sale first" {
    on = "home-for-you",
    match = { on_sale = true },
    boost = 2,
}

rule "choice of the month" {
    on = "home-top-sellers",
    match = { id = "23084" },
    pin = 1,
}

rule "product types take turns" {
    on = "home-*",
    mix = { product_type = "alternate" },
}

rule "not in this season" {
    from = "2012-05-01",
    boost = 2,
}
