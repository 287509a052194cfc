-- Diversity: no brand crowds out the others, and product types take turns.
-- Change: how many of a brand, and where (`on`). Nothing is hidden: what is too many stands further behind.

rule "diversity" {
    on = {"home*", "search*"},
    mix = { brand = 2, product_type = "alternate" },
}
