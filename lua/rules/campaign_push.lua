-- Campaign push: who comes from the campaign "Tom Tailor jeans" sees these first, and who comes back
-- within a week, too. The campaign comes from the link:
--     personalize_context campaign $arg_utm_campaign;
-- Change: the campaign's name, its items, its days and the time zone they are meant in.

time_zone "Europe/Berlin"

rule "the campaign's items first" {
    from = "2026-03-01",
    to = "2026-03-31",
    when = function(visitor, page)
        return page.var.campaign == "tom-tailor-jeans"
            or visitor:count("view_item", {brand = "Tom Tailor"}, 7) >= 2
    end,
    match = { brand = "Tom Tailor", product_type = "Jeans" },
    boost = 4,
}
