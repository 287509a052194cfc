# Starts and ends the demo's processes. Sourced by scripts/demo, which sets root, run and port.
# shellcheck shell=bash disable=SC2154,SC2034

pids=()

# A child dies with us even if we are killed and cannot end it ourselves.
start() {
    local name=$1
    shift
    setpriv --pdeathsig TERM -- "$@" >>"$run/$name.log" 2>&1 &
    pids+=($!)
    printf -v "${name}_pid" '%s' $!
}

end_all() {
    trap - EXIT INT TERM HUP
    local pid
    for pid in "${pids[@]}"; do
        kill -CONT "$pid" 2>/dev/null || true
        kill -TERM "$pid" 2>/dev/null || true
    done
    wait
}

# wait_for SECONDS PID WHAT COMMAND...: polls until the command succeeds; fails at once if the process has ended.
wait_for() {
    local seconds=$1 pid=$2 what=$3 tries=0
    shift 3
    until "$@" >/dev/null 2>&1; do
        kill -0 "$pid" 2>/dev/null || die "$what ended at once; see $run/*.log"
        [ $((tries += 1)) -le $((seconds * 10)) ] || die "$what did not start within $seconds seconds; see $run/*.log"
        sleep 0.1
    done
}

redis() { redis-cli -s "$run/redis.sock" "$@"; }
redis_answers() { [ "$(redis ping 2>/dev/null)" = PONG ]; }

# Placeholders of the nginx files. As root, workers become the owner of the repository, who can read it.
configure() {
    local user=
    [ "$(id -u)" -ne 0 ] || user="user $(stat -c %U "$root");"
    sed -e "s|@RUN@|$run|g; s|@CONF@|$root/conf/demo|g; s|@SNIPPETS@|$root/conf/snippets|g; s|@PORT@|$port|g" \
        -e "s|@MODULE@|$root/build/ngx_http_personalize_module.so|g; s|@USER@|$user|g" "$root/conf/demo/$1.conf.in" >"$run/$1.conf"
}

start_redis() {
    start redis redis-server --port 0 --unixsocket "$run/redis.sock" --save "" --appendonly no --dir "$run"
    wait_for 10 "$redis_pid" redis-server redis_answers
}

start_learner() {
    start learner "$root/build/personalize" learn --store "$run/shop.store" --history "$run/history.tsv" \
        --redis "unix:$run/redis.sock" --interval 5s
    wait_for 180 "$learner_pid" "personalize learn" test -s "$run/shop.store"
}

start_nginx() {
    local name=$1 address=$2
    configure "$name"
    nginx -t -q -c "$run/$name.conf" -e "$run/$name.error.log" 2>"$run/$name.test" || die "$(cat "$run/$name.test")"
    start "$name" nginx -c "$run/$name.conf" -e "$run/$name.error.log"
    local pid_name=${name}_pid
    # shellcheck disable=SC2086
    wait_for 10 "${!pid_name}" "the $name" curl -s -o /dev/null $address
}

# The visitors of the bar, as any other system of a shop would make them known: two keys in Redis.
seed_visitors() {
    local now id name story segment events event item minutes
    now=$(date +%s)
    while IFS='|' read -r id name story segment events; do
        redis hset "pz:{$id}:traits" name "$name" story "$story" segment "$segment"
        redis expire "pz:{$id}:traits" 7776000
        for event in $events; do
            IFS=: read -r event item minutes <<<"$event"
            redis lpush "pz:{$id}:events" "$event $item $((now - minutes * 60))"
        done
        redis expire "pz:{$id}:events" 7776000
    done < <(grep -v '^#' "$root/conf/demo/visitors.tsv" | tr '\t' '|') >/dev/null
}
