-- New visitors see what everybody buys; returning ones see what is picked for them.
-- Change: the placements, and the recommenders of each.

rule "new visitors: best sellers" {
    on = "home*",
    when = function(visitor)
        return visitor.visits == 1 and visitor.events == 0
    end,
    recommend = "popular",
}

rule "returning visitors: their own" {
    on = "home*",
    when = function(visitor)
        return visitor.returning
    end,
    recommend = {"for_you", "recent"},
}
