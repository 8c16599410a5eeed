/* On a long page: files.js is fetched when the reader comes near the photos. Whoever has none does not pay for it. */
(function () {
  "use strict";
  var d = document, later = d.currentScript.getAttribute("data-later"), box;
  function load() {
    var script = d.createElement("script");
    script.src = later;
    d.head.appendChild(script);
  }
  box = d.querySelector("[data-files]");
  if (!box || !window.IntersectionObserver) return load();
  new IntersectionObserver(function (seen, watch) {
    if (!seen[seen.length - 1].isIntersecting) return;
    watch.disconnect();
    load();
  }, { rootMargin: "300px" }).observe(box);
})();
