-- New arrivals for visitors who were here before: they know the rest.
-- Change: how many days an item counts as new, and where (`on`).

local NEW_DAYS = 14

rule "new arrivals for returning visitors" {
    on = {"home*", "category*"},
    when = function(visitor)
        return visitor.returning
    end,
    match = { age_days = {max = NEW_DAYS} },
    boost = function(item)
        return 2 - item.age_days / NEW_DAYS -- today 2, then less day by day
    end,
}

rule "seen it, no news" {
    on = "home*",
    when = function(visitor)
        return visitor.returning
    end,
    match = function(item, visitor)
        return item.age_days <= NEW_DAYS and visitor:viewed(item)
    end,
    bury = 2,
}
