# Scripted visits to the running demo: each check is a line, "ok" or "FAILED". Sourced by scripts/demo.
# shellcheck shell=bash disable=SC2154

passed=0
failed=0

ok() { passed=$((passed + 1)); echo "ok      $1"; }
failed() { failed=$((failed + 1)); echo "FAILED  $1${2:+: $2}"; }

# check TEXT COMMAND...
check() {
    local text=$1
    shift
    if "$@"; then ok "$text"; else failed "$text" "$(tr '\n' ' ' <<<"${found:-}" | cut -c1-300)"; fi
    found=
}

# get COOKIES PATH [curl's arguments]
get() {
    local cookies=$1 path=$2
    shift 2
    curl -s --max-time 10 -b "$cookies" "$@" "http://127.0.0.1:$port$path"
}
# "/?direct" is the home page, but not counted as a request of the edge.
from_origin() { curl -s --max-time 10 --unix-socket "$run/origin.sock" "http://shop$1"; }

# The content of the list with this id, and the items in it, one a line.
list() { tr -d '\n' | grep -oP "<ul [^>]*id=\"$1\">\K.*?(?=</ul>)" || true; }
items() { list "$1" | grep -oP 'data-item-id="\K[^"]+' || true; }
titles() { list "$1" | grep -oP 'tile-title">\K[^<]+' || true; }
# What the edge says about a placement.
explanation() { grep -oP '<script[^>]*personalize-explain">\K.*?(?=</script>)' | grep "\"placement\":\"$1\"" || true; }
# The recommender that an explanation names for a placement.
recommender() { grep -oP "\"placement\":\"$1\",\"recommender\":\"\K[^\"]*" || true; }
count() { grep -c . || true; }

same() { found="$1 / $2"; [ "$1" = "$2" ]; }
differ() { found="$1 / $2"; [ -n "$1" ] && [ -n "$2" ] && [ "$1" != "$2" ]; }
at_least() { found=$2; [ "${2:-0}" -ge "$1" ]; }
# All words of the first list are in none of the second.
apart() { found="$1 / $2"; [ -n "$2" ] && [ -z "$(comm -12 <(sort <<<"$1") <(sort <<<"$2"))" ]; }
no_header() { found=$(grep -iE "^($1):" <<<"$2"); [ -z "$found" ]; }
has_header() { found=$2; grep -qiE "^$1" <<<"$2"; }

check_newcomer() {
    local page
    page=$(get "vid=newcomer; explain=1" /)
    check "a new visitor's home page shows what is popular" same "$(recommender home-for-you <<<"$page")" popular
    check "namely the shop's own best sellers" at_least 3 "$(comm -12 <(items for-you <<<"$page" | sort) <(from_origin "/?direct" | items for-you | sort) | count)"
    check "its widget is full" same "$(items for-you <<<"$page" | count)" 8
    check "nothing is 'recently viewed' yet" same "$(items recently-viewed <<<"$page")" ""
    check "no item stands twice on the page" same "$(grep -oP 'data-item-id="\K[^"]+' <<<"$page" | sort | uniq -d)" ""
    has_cookie=$(curl -s -D - -o /dev/null "http://127.0.0.1:$port/" | grep -ci '^set-cookie: vid=v' || true)
    check "a browser without a cookie is given one" same "$has_cookie" 1
}

check_two_clicks() {
    local before page
    before=$(get "vid=clicker" / | items for-you)
    get "vid=clicker" /product/22629 -o /dev/null
    get "vid=clicker" /product/22382 -o /dev/null
    page=$(get "vid=clicker; explain=1" /)
    check "after two clicks the very next home page is 'for you'" same "$(recommender home-for-you <<<"$page")" for_you
    check "because of what went together in orders like this" at_least 1 "$(explanation home-for-you <<<"$page" | grep -c '"session":' || true)"
    check "it is another selection than before" differ "$before" "$(items for-you <<<"$page")"
    check "the clicks were Spaceboy lunch boxes and bags: so is the selection" at_least 3 "$(titles for-you <<<"$page" | grep -ciE 'lunch|spaceboy' || true)"
    check "'recently viewed' shows the two, newest first" same "$(items recently-viewed <<<"$page" | tr '\n' ' ')" "22382 22629 "
    check "the events are in Redis" same "$(redis lrange "pz:{clicker}:events" 0 -1 | grep -c '^view_item 22' || true)" 2
}

check_category() {
    local shop mine
    shop=$(from_origin /category/bags)
    mine=$(get "vid=clicker" /category/bags)
    check "a category has every tile exactly once" same "$(items listing <<<"$mine" | sort)" "$(items listing <<<"$shop" | sort)"
    check "in another order" differ "$(items listing <<<"$mine")" "$(items listing <<<"$shop")"
    check "and the first is of the visitor's kind" at_least 1 "$(titles listing <<<"$mine" | head -n 4 | grep -ciE 'lunch|spaceboy' || true)"
    check "who showed no interest sees the shop's order" same "$(get "vid=stranger" /category/bags | items listing)" "$(items listing <<<"$shop")"
}

check_cart() {
    local fragment whole
    get "vid=buyer" /cart/add -o /dev/null -d item=22423 -d qty=1 -d price=12.75
    fragment=$(get "vid=buyer; explain=1" /cart/add -H "X-Requested-With: fetch" -d item=22699 -d qty=1 -d price=2.95)
    check "the answer to 'Add to basket' is the shop's fragment" at_least 1 "$(grep -c 'Added to your basket' <<<"$fragment" || true)"
    check "it offers what is bought with it" same "$(recommender cart-layer <<<"$fragment")" cross_sell
    check "in at least two tiles" at_least 2 "$(items cross-sell <<<"$fragment" | count)"
    check "and nothing that is in the basket" apart "$(printf '22423\n22699')" "$(items cross-sell <<<"$fragment")"
    whole=$(get "vid=buyer" /cart/add -d item=22699)
    check "without JavaScript the answer is a whole page with the same offer" at_least 2 "$(grep '</html>' <<<"$whole" >/dev/null && items cross-sell <<<"$whole" | count)"
    check "the basket's page offers something too" at_least 2 "$(get "vid=buyer" /cart | items cross-sell | count)"
    get "vid=buyer" /thank-you -o /dev/null -d items=22423,22699 -d prices=12.75,2.95 -d quantities=1,2
    check "the purchase of two items is two events" same "$(redis lrange "pz:{buyer}:events" 0 -1 | grep -c '^purchase 22' || true)" 2
}

check_consent() {
    local cookies="vid=private; consent=0; explain=1" page
    get "$cookies" /product/22629 -o /dev/null
    get "$cookies" /product/22382 -o /dev/null
    page=$(get "$cookies" /)
    check "without consent the home page shows what is popular" same "$(recommender home-for-you <<<"$page")" popular
    check "and Redis knows nothing of the visitor" same "$(redis --scan --pattern 'pz:{private}*')" ""
    check "no cookie is set without consent" no_header set-cookie "$(curl -s -D - -o /dev/null -b consent=0 "http://127.0.0.1:$port/")"
    get "vid=alice; consent=0" /product/22629 -o /dev/null
    check "a known visitor who withdrew consent gets everybody's page" same "$(get "vid=alice; consent=0" / | items for-you)" "$(items for-you <<<"$page")"
}

check_visitors() {
    check "Alice and Ben see different home pages" differ "$(get vid=alice / | items for-you)" "$(get vid=ben / | items for-you)"
    check "a rule moves reduced items to the front for the bargain hunter" at_least 3 "$(get vid=eve / | list for-you | grep -o 'class="flag"' | count)"
    check "and an explanation names it" at_least 1 "$(get "vid=eve; explain=1" / | grep -c '"sale for bargain hunters"' || true)"
    local search
    search=$(get vid=chloe "/search?q=mugs")
    check "a search keeps every result" same "$(items listing <<<"$search" | sort)" "$(from_origin "/search?q=mugs" | items listing | sort)"
}

check_headers() {
    local personal origin etag
    personal=$(get vid=alice / -D - -o /dev/null)
    origin=$(curl -s --unix-socket "$run/origin.sock" -D - -o /dev/null http://shop/cart)
    check "the shop's own pages have validators" has_header etag "$origin"
    check "personal pages have none, no ranges and no length" no_header "etag|last-modified|accept-ranges|content-length|expires" "$personal"
    check "and are private" has_header "cache-control:.*private" "$personal"
    etag=$(get "vid=alice; personal=0" / -D - -o /dev/null | grep -i '^etag:' | tr -d '\r')
    check "a browser that still has the shop's page is not told 'not modified'" same "$(get vid=alice / -o /dev/null -w '%{http_code}' -H "If-None-Match: ${etag#*: }")" 200
}

check_one_page() {
    local number
    for number in $(seq 100); do get "vid=crowd-$number" / -o /dev/null; done
    check "all these visits cost the shop one request of its home page" same "$(grep -c '^GET / ' "$run/origin.access.log")" 1
}

check_off() {
    local origin
    origin=$(from_origin "/?direct" | sha256sum)
    check "personalization off: the page is the shop's, byte for byte" same "$(get "vid=alice; personal=0" / | sha256sum)" "$origin"
    kill -STOP "$redis_pid"
    check "Redis hangs: the page is the shop's, byte for byte" same "$(get vid=alice / | sha256sum)" "$origin"
    kill -CONT "$redis_pid"
    check "Redis is back: so is the personal page" recovers
    kill -KILL "$redis_pid"
    wait "$redis_pid" 2>/dev/null || true
    check "Redis is gone: the page is the shop's, byte for byte" same "$(get vid=alice / | sha256sum)" "$origin"
}

recovers() {
    local tries
    for ((tries = 0; tries < 100; tries++)); do
        [ -z "$(get vid=alice / | items recently-viewed)" ] || return 0
        sleep 0.1
    done
    found="not within 10 seconds"
    return 1
}

check_logs() {
    found=$(grep -hE '\[(alert|emerg|crit)\]' "$run"/*.error.log | grep -v 'connect() to unix:.*redis.sock' || true)
    check "no alert in nginx's logs" test -z "$found"
    check "the status page answers" same "$(get "" /personalize-status -o /dev/null -w '%{http_code}')" 200
}

check_all() {
    check_newcomer
    check_two_clicks
    check_category
    check_cart
    check_consent
    check_visitors
    check_headers
    check_one_page
    check_off
    check_logs
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
}
