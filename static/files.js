/* Photos and documents of a form: each goes up as soon as it is chosen, and goes on where it was when the network comes
   back. Without this file the form's plain input does it. The protocol's client is fetched when the first file is picked. */
(function () {
  "use strict";
  var d = document, who = d.body.getAttribute("data-who") || "", begin = "draft:" + who + ":file:", CHUNK = 1048576;
  if (!window.FormData || !window.XMLHttpRequest || !d.querySelector("[data-files]")) return;

  // Where an upload is, kept on the device under the same name as drafts, so that it goes with them at the next sign-in.
  var places = {
    findAllUploads: function () { return Promise.resolve([]); },
    findUploadsByFingerprint: function (print) {
      try { var found = JSON.parse(localStorage.getItem(begin + print)); return Promise.resolve(found ? [found] : []); } catch (e) { return Promise.resolve([]); }
    },
    removeUpload: function (key) { try { localStorage.removeItem(key); } catch (e) { /* none */ } return Promise.resolve(); },
    addUpload: function (print, upload) {
      var key = begin + print;
      try { localStorage.setItem(key, JSON.stringify({ uploadUrl: upload.uploadUrl, size: upload.size, creationTime: upload.creationTime, metadata: {}, urlStorageKey: key })); } catch (e) { /* full */ }
      return Promise.resolve(key);
    }
  };

  function client(box, then) {
    if (window.tus) return then();
    var script = d.createElement("script");
    script.src = box.getAttribute("data-tus");
    script.onload = then;
    script.onerror = function () { script.remove(); };
    d.head.appendChild(script);
  }

  Array.prototype.forEach.call(d.querySelectorAll("[data-files]"), function (box) {
    var input = box.querySelector("[type=file]"), list = box.querySelector(".ups"), add = list.querySelector(".up-add"),
      form = input.form, waiting = [], busy = null, word = function (name) { return box.getAttribute("data-" + name); };
    add.hidden = false;
    add.querySelector("label").appendChild(input);
    input.classList.add("hide");

    function say(words) { box.querySelector("[data-files-say]").textContent = words; }
    function count() { return list.querySelectorAll("[type=checkbox]:checked").length + waiting.length; }

    input.addEventListener("change", function () {
      Array.prototype.forEach.call(input.files, function (file) {
        if (count() >= +word("most")) return say(word("full"));
        one(file);
      });
      // sent by us: the form itself carries only their codes
      input.value = "";
      next();
    });

    function one(file) {
      var tile = d.importNode(box.querySelector("template").content, true).firstElementChild, job = { file: file, tile: tile };
      tile.querySelector("b").textContent = file.name;
      tile.querySelector("progress").setAttribute("aria-label", file.name);
      tile.querySelector("button").addEventListener("click", function () { out(job); });
      list.insertBefore(tile, add);
      waiting.push(job);
      if (file.size > 20971520) fail(job, word("large"));
    }

    function out(job) {
      if (job.upload) job.upload.abort(true).catch(function () { /* the server forgets it by itself */ });
      drop(job);
      job.tile.remove();
      input.focus();
      next();
    }
    function drop(job) {
      waiting = waiting.filter(function (other) { return other !== job; });
      if (busy === job) busy = null;
    }

    function next() {
      if (busy) return;
      busy = waiting.filter(function (job) { return !job.failed; })[0] || null;
      if (busy) client(box, start);
      if (busy && navigator.onLine === false) say(word("waiting"));
    }

    function start() {
      var job = busy, told = "";
      if (!job || job.upload) { if (job) job.upload.start(); return; }
      function note(percent, words) {
        job.tile.querySelector("progress").value = percent;
        job.tile.querySelector("span").textContent = words;
      }
      note(0, "0%");
      job.upload = new tus.Upload(job.file, {
        endpoint: word("files"),
        chunkSize: CHUNK,
        retryDelays: [0, 1000, 3000, 5000, 10000],
        metadata: { filename: job.file.name, "for": word("for") },
        headers: { "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value },
        urlStorage: places,
        fingerprint: function (file) { return Promise.resolve([word("for"), file.size, file.lastModified].join("-")); },
        removeFingerprintOnSuccess: true,
        onAfterResponse: function (request, response) { told = response.getHeader("Evidence") || told; },
        onProgress: function (sent, all) { var part = Math.floor(100 * sent / all); note(part, part + "%"); },
        onSuccess: function () { done(job, told); },
        onError: function (error) {
          var reply = error.originalResponse, status = reply ? reply.getStatus() : 0;
          if (status >= 400 && status < 500) fail(job, /^text\/plain/.test(reply.getHeader("Content-Type") || "") && reply.getBody() || word("broken"));
          // no network, or a server that does not answer: it waits, and goes on when the network is back
          else { note(job.tile.querySelector("progress").value, word("waiting")); job.isStuck = true; }
        }
      });
      job.upload.findPreviousUploads().then(function (found) {
        if (found.length) job.upload.resumeFromPreviousUpload(found[0]);
        job.upload.start();
      });
    }

    function done(job, code) {
      drop(job);
      if (list.querySelector("[value='" + code + "']")) { job.tile.remove(); say(word("again")); return next(); }
      var tile = job.tile, sent = d.createElement("label"), tick = d.createElement("input"), shown = d.createElement("input");
      tile.querySelector("progress").remove();
      shown.type = "hidden"; shown.name = "evidence_shown"; shown.value = code;
      tick.type = "checkbox"; tick.name = "evidence"; tick.value = code; tick.checked = true; tick.setAttribute("data-draft-skip", "");
      sent.appendChild(tick); sent.appendChild(d.createTextNode(word("sent")));
      tile.querySelector("span").replaceWith(sent);
      tile.querySelector("button").remove();
      tile.appendChild(shown);
      tile.setAttribute("data-file", code);
      if (/^image\//.test(job.file.type)) picture(tile, code);
      say(word("sent") + " " + job.file.name);
      next();
    }
    function picture(tile, code) {
      var image = d.createElement("img");
      image.alt = "";
      image.onerror = function () { image.remove(); };
      image.src = word("files") + code + "/small/";
      tile.insertBefore(image, tile.firstChild);
    }

    function fail(job, words) {
      drop(job);
      job.failed = true;
      job.tile.className = "up up-bad";
      job.tile.querySelector("progress").hidden = true;
      job.tile.querySelector("span").textContent = words;
      say(job.file.name + " " + words);
      next();
    }

    // back in the net: whatever waits goes on from where it was
    addEventListener("online", function () {
      if (!busy) return next();
      if (!busy.upload) return client(box, start);
      if (busy.isStuck) { busy.isStuck = false; busy.upload.start(); }
    });
    addEventListener("offline", function () { if (waiting.length) say(word("waiting")); });

    form.addEventListener("submit", function (event) {
      var button = event.submitter;
      if (!waiting.length || (button && button.name)) return;
      event.preventDefault();
      event.stopPropagation();
      say(word("hold"));
      box.scrollIntoView({ block: "center" });
    });
  });
})();
