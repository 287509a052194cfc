-- Season and weather. The weather comes from nginx: a header of the CDN, or a map by country:
--     personalize_context weather $http_x_weather;        # "rain", "snow", "sun"
--     personalize_context temperature $http_x_temperature;
-- Change: the product types.

local WINTER = {"Clothing > Coats", "Shoes > Boots", "Living > Lamps"}
local SUMMER = {"Garden", "Clothing > Swimwear", "Outdoor"}
local RAIN = {"Clothing > Rainwear", "Accessories > Umbrellas"}

rule "winter" {
    when = function(visitor, page)
        return page.month >= 11 or page.month <= 2
    end,
    match = { product_type = WINTER },
    boost = 1.3,
}

rule "summer" {
    when = function(visitor, page)
        return page.month >= 5 and page.month <= 8
    end,
    match = { product_type = SUMMER },
    boost = 1.3,
}

rule "it rains" {
    when = function(visitor, page)
        return page.var.weather == "rain"
    end,
    match = { product_type = RAIN },
    boost = 2,
}

rule "a cold day" {
    when = function(visitor, page)
        return (tonumber(page.var.temperature) or 20) < 5
    end,
    match = { product_type = WINTER },
    boost = 1.5,
}
