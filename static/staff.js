/* Keys of the desk. A key only presses a link or button that is on the page (data-key), and rests while someone types.
   All words come from the page: the help lists what the keys of this page press. */
(function () {
  "use strict";
  const d = document;
  let pressed = "", timer = 0;
  const all = (selector, root) => Array.from((root || d).querySelectorAll(selector));
  const seen = (node) => node.getClientRects().length > 0 && !node.disabled;
  const rows = () => all("[data-row], .table tbody tr").filter((row) => seen(row) && row.querySelector("a[href]"));
  const at = () => d.querySelector("tr.at, [data-row].at");
  const press = (key) => all("[data-key]").find((node) => node.dataset.key === key && seen(node));

  const typing = (node) =>
    node.isContentEditable || node.matches("textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=submit])");

  function move(step) {
    const list = rows();
    if (!list.length) return;
    const old = at();
    const from = list.indexOf(old) >= 0 ? list.indexOf(old) : list.findIndex((row) => row.matches("[aria-selected=true]"));
    const row = list[Math.max(0, Math.min(list.length - 1, from < 0 && step < 0 ? 0 : from + step))];
    if (old) old.classList.remove("at");
    row.classList.add("at");
    row.querySelector("a[href]").focus();
    row.scrollIntoView({ block: "nearest" });
  }

  function help() {
    const dialog = d.getElementById("keys");
    const list = dialog.querySelector(".keys");
    all("[data-needs]", list).forEach((node) => { node.hidden = !d.querySelector(node.dataset.needs); });
    all("[data-found]", list).forEach((node) => node.remove());
    const told = new Set();
    all("[data-key]").filter(seen).forEach((node) => {
      if (told.has(node.dataset.key) || node.dataset.key === "escape") return;
      told.add(node.dataset.key);
      const term = d.createElement("dt"), words = d.createElement("dd");
      node.dataset.key.split(" ").forEach((key) => {
        const cap = d.createElement("kbd");
        cap.textContent = key.toUpperCase();
        term.append(cap, " ");
      });
      words.textContent = node.dataset.keyWords || node.getAttribute("aria-label") || plain(node);
      term.dataset.found = words.dataset.found = "";
      list.append(term, words);
    });
    if (dialog.showModal && !dialog.open) dialog.showModal();
  }

  // a link's own words, without its count, its key cap and what only screen readers get
  function plain(node) {
    const copy = node.cloneNode(true);
    all("kbd, .n, .hide, svg", copy).forEach((part) => part.remove());
    return copy.textContent.trim();
  }

  // the box of the row one is at
  function box() {
    const row = at() || d.querySelector("tr[aria-selected=true]");
    return row && row.querySelector("[type=checkbox]");
  }

  // a note from one page to the next; a browser that keeps none loses nothing else
  function leave(name, value) {
    try { value ? sessionStorage.setItem(name, value) : sessionStorage.removeItem(name); } catch (_error) { /* none */ }
  }
  function left(name) {
    try { return sessionStorage.getItem(name); } catch (_error) { return null; }
  }

  d.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && !event.isComposing) {
      const form = (event.target.closest && event.target.closest("form")) || d.querySelector("main form[method=post]");
      const send = form && form.querySelector(".btn-main");
      if (send && seen(send)) { event.preventDefault(); send.click(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      if (d.querySelector("dialog[open]")) return;
      if (typing(event.target)) event.target.blur();
      else if (press("escape")) press("escape").click();
      all(".menu[open]").forEach((menu) => menu.removeAttribute("open"));
      return;
    }
    if (typing(event.target) || d.querySelector("dialog[open]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const both = pressed ? pressed + " " + key : key;
    clearTimeout(timer);
    pressed = key === "g" ? "g" : "";
    timer = setTimeout(() => { pressed = ""; }, 1200);
    if (both === "j" || both === "k") move(key === "j" ? 1 : -1);
    else if (both === "?") help();
    else if (both === "x" && box()) box().click();
    else if (press(both)) {
      const node = press(both);
      if (node.matches("input, textarea, select")) { node.focus(); if (node.select) node.select(); }
      else { leave("keyed", "1"); node.click(); }
    } else return;
    event.preventDefault();
  });

  d.addEventListener("click", (event) => {
    if (event.target.closest("[data-help]")) help();
  });

  // ticked rows: how many, and all of the page at once
  function count() {
    const boxes = all("td.box [type=checkbox]"), ticked = boxes.filter((one) => one.checked).length;
    // without scripts the bar stands there always
    all(".bulk").forEach((bar) => { bar.hidden = !ticked; });
    all("[data-ticked]").forEach((node) => { node.textContent = `${node.dataset.ticked} ${ticked}`; });
    all("[data-all]").forEach((one) => {
      one.hidden = !boxes.length;
      one.checked = ticked > 0 && ticked === boxes.length;
      one.indeterminate = ticked > 0 && ticked < boxes.length;
    });
  }
  d.addEventListener("change", (event) => {
    if (!event.target.matches("[type=checkbox]")) return;
    if ("all" in event.target.dataset) {
      all("td.box [type=checkbox]").forEach((one) => { one.checked = event.target.checked; });
    }
    count();
  });
  d.addEventListener("htmx:afterSettle", count);
  addEventListener("pageshow", count);

  // a case opens beside the list only where there is room for it; a new tab stays a new tab
  d.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[hx-get]");
    if (!link) return;
    const isNarrow = "beside" in link.dataset && !matchMedia("(min-width: 77.51em)").matches;
    if (isNarrow || event.ctrlKey || event.metaKey || event.shiftKey) event.stopPropagation();
  }, true);

  // one tap, one post; the key in the form would catch a second one too
  d.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.sent) event.preventDefault();
    form.sent = true;
    setTimeout(() => { form.sent = false; }, 10000);
  });
  addEventListener("pageshow", () => all("form").forEach((form) => { form.sent = false; }));

  // no answer to a fragment: say so, the page stays as it was
  const silent = () => {
    const words = d.getElementById("no-reply"), place = d.querySelector(".toasts");
    if (words && place && !place.querySelector(".no-reply")) place.append(words.content.cloneNode(true));
  };
  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => d.addEventListener(name, silent));
  d.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) all(".no-reply").forEach((node) => node.remove());
  });

  const errors = d.getElementById("errors");
  if (errors) errors.focus();
  else if (left("keyed")) {
    // a form that was opened by a key is written in at once
    const first = all("main form[method=post] :is(textarea, input:not([type=hidden]), select)").find(seen);
    if (first && !d.querySelector("#panel, [data-row]")) first.focus();
  }
  leave("keyed", "");
})();
