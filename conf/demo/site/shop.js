// The shop's own script: the basket's list and the layer after "Add to basket". Personalization needs
// none of it; without JavaScript the form posts and the answer is a whole page.
(() => {
    const cookie = name => (document.cookie.match(new RegExp(`(?:^|; )${name}=([^;]*)`)) || [])[1] || "";
    const key = `basket:${cookie("vid")}`;
    const load = () => { try { return JSON.parse(localStorage.getItem(key)) || []; } catch { return []; } };
    const save = lines => { localStorage.setItem(key, JSON.stringify(lines)); count(); };
    const count = () => {
        const pieces = load().reduce((sum, line) => sum + line.qty, 0);
        document.querySelectorAll("[data-basket-count]").forEach(element => { element.textContent = pieces || ""; });
    };
    const element = (name, properties = {}, ...children) => {
        const made = Object.assign(document.createElement(name), properties);
        made.append(...children);
        return made;
    };
    const post = (url, fields) => fetch(url, {
        method: "POST", body: new URLSearchParams(fields), headers: { "X-Requested-With": "fetch" },
    });

    const layer = html => {
        const dialog = element("dialog", { className: "layer", innerHTML: html });
        document.body.append(dialog);
        dialog.addEventListener("click", event => {
            if (event.target === dialog || event.target.closest("[data-close]")) { event.preventDefault(); dialog.close(); }
        });
        dialog.addEventListener("close", () => dialog.remove());
        dialog.showModal();
        document.dispatchEvent(new CustomEvent("shop:tiles"));
        return dialog;
    };

    const add = async event => {
        event.preventDefault();
        const form = event.target, fields = Object.fromEntries(new FormData(form));
        const title = document.querySelector(".product h1").textContent;
        const lines = load(), known = lines.find(line => line.item === fields.item);
        const qty = Math.min(99, Math.max(1, Number(fields.qty) || 1));
        if (known) known.qty += qty;
        else lines.push({ item: fields.item, title, price: Number(fields.price), qty });
        const answer = await post("/cart/add", fields);
        if (!answer.ok) { form.submit(); return; }
        save(lines);
        layer(await answer.text()).querySelector("[data-added]").textContent = `${qty} × ${title}`;
    };

    const remove = async item => {
        await post("/cart/remove", { item });
        save(load().filter(line => line.item !== item));
        location.reload();
    };

    const row = line => element("tr", {},
        element("td", {}, element("img", { src: `/img/${encodeURIComponent(line.item)}.svg`, alt: "" })),
        element("td", {}, element("a", { href: `/product/${encodeURIComponent(line.item)}`, textContent: line.title }), element("br"),
            element("button", { className: "remove", textContent: "Remove", onclick: () => remove(line.item) })),
        element("td", { textContent: `${line.qty} × £${line.price.toFixed(2)}` }),
        element("td", { textContent: `£${(line.qty * line.price).toFixed(2)}` }));

    const checkout = lines => {
        const join = pick => lines.map(pick).join(",");
        const hidden = (name, value) => element("input", { type: "hidden", name, value });
        return element("form", { method: "post", action: "/thank-you", onsubmit: () => save([]) },
            hidden("items", join(line => line.item)), hidden("quantities", join(line => line.qty)),
            hidden("prices", join(line => line.price.toFixed(2))), element("button", { className: "button", textContent: "Order now" }));
    };

    const basket = document.querySelector("[data-basket]");
    const lines = load();
    if (basket && lines.length) {
        const total = lines.reduce((sum, line) => sum + line.qty * line.price, 0);
        basket.replaceChildren(element("table", {}, element("tbody", {}, ...lines.map(row))),
            element("div", { className: "sum" }, element("span", {}, "Total ", element("b", { textContent: `£${total.toFixed(2)}` })), checkout(lines)));
    }
    document.querySelectorAll("form.add").forEach(form => form.addEventListener("submit", add));
    count();
})();
