/* The driver's pages work without this file. It keeps what he types on the device, holds back a second tap,
   and says when the network is gone. All words come from the page. */
(function () {
  "use strict";
  var d = document, who = d.body.getAttribute("data-who") || "", mine = "draft:" + who + ":", store;
  try { store = localStorage; store.setItem("draft-try", ""); store.removeItem("draft-try"); } catch (e) { store = null; }
  function all(selector, each) { Array.prototype.forEach.call(d.querySelectorAll(selector), each); }
  function drop(test) { Object.keys(store).forEach(function (key) { if (key.indexOf("draft:") === 0 && test(key)) store.removeItem(key); }); }

  if (store) {
    // a phone changes hands: the next person's sign-in ends the last one's drafts
    if (who) drop(function (key) { return key.indexOf(mine) !== 0; });
    all("[data-draft-clear]", function (node) {
      var begin = mine + node.getAttribute("data-draft-clear");
      drop(function (key) { return key.indexOf(begin) === 0; });
    });
    all("form[data-draft]:not([data-draft-off])", keep);
  }

  function fields(form) {
    return Array.prototype.filter.call(form.elements, function (field) {
      return field.name && !/^(hidden|file|password|submit|button)$/.test(field.type) && !field.hasAttribute("data-draft-skip");
    });
  }

  // The copy remembers which server copy it was typed over. Is the server's another one by now, it is the newer: ours goes.
  function keep(form) {
    var key = mine + form.getAttribute("data-draft"), base = form.getAttribute("data-draft-at") || "", saved, timer, later;
    try { saved = JSON.parse(store.getItem(key)); } catch (e) { saved = null; }
    if (saved && saved.base !== base) { store.removeItem(key); saved = null; }
    if (saved && !form.querySelector("[aria-invalid]")) {
      var changed = false;
      fields(form).forEach(function (field) {
        var kept = saved.fields[field.name];
        if (!kept) return;
        if (/^(radio|checkbox)$/.test(field.type)) {
          var on = kept.indexOf(field.value) >= 0;
          changed = changed || field.checked !== on;
          field.checked = on;
        } else if (field.value !== kept[0]) { changed = true; field.value = kept[0]; }
      });
      if (changed) all("[data-draft-note]", function (note) { note.hidden = false; });
    }
    function save() {
      var kept = {};
      fields(form).forEach(function (field) {
        var values = kept[field.name] = kept[field.name] || [];
        if (!/^(radio|checkbox)$/.test(field.type) || field.checked) values.push(field.value);
      });
      try { store.setItem(key, JSON.stringify({ base: base, fields: kept })); } catch (e) { /* full: the server's copy remains */ }
    }
    // the server's copy follows while he types; it takes the page's word only while its draft is still there
    function send() {
      var words = new FormData(form);
      Array.prototype.forEach.call(form.querySelectorAll("[type=file]"), function (field) { if (words.delete) words.delete(field.name); });
      fetch(form.getAttribute("data-autosave"), { method: "POST", body: words, credentials: "same-origin", keepalive: true })
        .then(function (reply) { return reply.status === 200 ? reply.json() : null; })
        .then(function (told) { if (told) { form.setAttribute("data-draft-at", base = told.at); save(); } })
        .catch(function () { /* no network: the device keeps it */ });
    }
    function soon() {
      clearTimeout(timer);
      timer = setTimeout(save, 300);
      if (!form.hasAttribute("data-autosave") || !window.fetch) return;
      clearTimeout(later);
      later = setTimeout(send, 4000);
    }
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    form.addEventListener("submit", function () { clearTimeout(later); save(); });
    addEventListener("pagehide", function () { if (timer) save(); });
  }

  function network() {
    all("[data-offline]", function (note) {
      var off = navigator.onLine === false, form = note.closest("form");
      note.hidden = !off;
      if (!form) return;
      form.classList.toggle("offline", off);
      Array.prototype.forEach.call(form.querySelectorAll(".btn-main"), function (button) {
        if (off && !button.was) { button.was = button.innerHTML; button.textContent = note.getAttribute("data-offline"); }
        if (!off && button.was) { button.innerHTML = button.was; button.was = ""; }
      });
    });
  }
  addEventListener("online", network);
  addEventListener("offline", network);
  network();

  d.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post") return;
    // a WebView without network would show its own error page and lose what he wrote
    if (form.querySelector("[data-offline]") && navigator.onLine === false) {
      event.preventDefault();
      form.querySelector("[data-offline]").scrollIntoView({ block: "center" });
    } else if (form.sent) event.preventDefault();
    else {
      form.sent = true;
      setTimeout(function () { lock(form, true); }, 0);
    }
  });
  function lock(form, on) {
    Array.prototype.forEach.call(form.querySelectorAll("button:not([type=button])"), function (button) { button.disabled = on; });
  }
  // back from the next page, or after 15 s without an answer, it may be sent again: the key in the form keeps it single
  addEventListener("pageshow", function () {
    all("form", function (form) { if (form.sent) { form.sent = false; lock(form, false); } });
  });
  d.addEventListener("submit", function (event) {
    var form = event.target;
    setTimeout(function () { if (form.sent) { form.sent = false; lock(form, false); } }, 15000);
  });

  all("[data-print]", function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { print(); });
  });

  var errors = d.getElementById("errors");
  if (errors) errors.focus();
})();
