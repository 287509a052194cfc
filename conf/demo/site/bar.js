// The bar at the foot of the demo: it only sets cookies and reloads. The edge does the rest.
// With "why" on, the edge puts an explanation behind each placement and this script turns it into badges.
(() => {
    const cookie = name => (document.cookie.match(new RegExp(`(?:^|; )${name}=([^;]*)`)) || [])[1] || "";
    const set = (name, value) => { document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax`; location.reload(); };
    const element = (name, properties = {}, ...children) => {
        const made = Object.assign(document.createElement(name), properties);
        made.append(...children);
        return made;
    };

    const visitors = [/*VISITORS*/];
    const now = cookie("vid");
    const anyone = () => `new-${Math.random().toString(36).slice(2, 10)}`;
    const choices = visitors.map(([id, name, story]) => new Option(`${name}: ${story}`, id, false, id === now));
    if (!visitors.some(([id]) => id === now)) choices.unshift(new Option("you, a new visitor", now, true, true));
    choices.push(new Option("someone new …", "*"));
    const visitor = element("select", { onchange: () => set("vid", visitor.value === "*" ? anyone() : visitor.value) }, ...choices);
    const toggle = (text, on, change) => element("label", {}, element("input", { type: "checkbox", checked: on, onchange: event => change(event.target.checked) }), text);
    document.body.append(element("aside", { className: "demo-bar", ariaLabel: "Demo" },
        element("b", { textContent: "Demo" }), element("label", {}, "Visitor", visitor),
        toggle("Consent", cookie("consent") !== "0", on => set("consent", on ? "1" : "0")),
        toggle("Personalization", cookie("personal") !== "0", on => set("personal", on ? "1" : "0")),
        toggle("Why?", cookie("explain") === "1", on => set("explain", on ? "1" : "0")),
        element("span", { className: "note", textContent: "computed inside nginx; this bar only sets cookies" })));

    const tiers = { pre: "everyone", segment: "segment", individual: "you" };
    const signals = Object.entries({
        popularity: "what everybody buys", segment: "what your segment buys", session: "goes with what you looked at",
        affinity: "what you like", recency: "seen lately, or new", order: "the shop's own order",
    });
    const badge = (item, placement) => {
        const parts = signals.filter(([name]) => item.signals && item.signals[name] > 0.005).map(([name, text]) => {
            const share = item.signals[name];
            return element("p", { style: "margin:4px 0 0" }, `${text}: ${Math.round(share * 100)} %`, element("meter", { value: share, max: 1 }));
        });
        const rules = (item.rules || []).length ? [element("p", { style: "margin:6px 0 0", textContent: `Rules: ${item.rules.join(", ")}` })] : [];
        const details = element("details", { className: "why" }, element("summary", { textContent: tiers[item.tier] || item.tier }),
            element("div", {}, element("b", { textContent: placement.recommender || "order of the list" }), ...parts, ...rules));
        details.dataset.tier = item.tier;
        return details;
    };
    const explain = () => document.querySelectorAll("script.personalize-explain:not([data-read])").forEach(script => {
        script.dataset.read = "1";
        const list = script.previousElementSibling;
        if (!list) return;
        const placement = JSON.parse(script.textContent);
        for (const item of placement.items || []) {
            const tile = list.querySelector(`[data-item-id="${CSS.escape(item.id)}"]`);
            if (tile && !tile.querySelector(".why")) tile.append(badge(item, placement));
        }
    });
    document.addEventListener("shop:tiles", explain);
    explain();
})();
