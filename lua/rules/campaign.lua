-- A campaign: one brand up for some weeks, in one country, its star on the first place at the weekend.
-- Change: dates, brand, country, the star's id. The country comes from nginx:
--     personalize_context country $geoip2_country_code;

local FROM, TO = "2026-03-01", "2026-03-31"

rule "spring campaign" {
    on = "home-*",
    from = FROM,
    to = TO,
    when = function(visitor, page)
        return page.var.country == "DE"
    end,
    match = { brand = {"Nike", "Puma"}, price = {max = 100} },
    boost = 1.5,
}

rule "the star of the weekend" {
    on = "home-1",
    from = FROM,
    to = TO,
    days = {"fri", "sat", "sun"},
    between = {"08:00", "22:00"},
    match = { id = "shoe" },
    pin = 1,
}
