/* What pages gain from a browser with scripts; each of them works without. No dependencies, nothing evaluated. */
(function () {
  "use strict";
  var root = document.documentElement;
  var all = function (selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); };
  var on = function (type, deed, capture) { document.addEventListener(type, deed, capture || false); };
  var closest = function (event, selector) { return event.target && event.target.closest ? event.target.closest(selector) : null; };

  function remembered(store, key, value) {
    try { if (value === undefined) { return store.getItem(key); } if (value === null) { store.removeItem(key); } else { store.setItem(key, value); } } catch (refused) { /* private mode */ }
    return null;
  }

  /* Theme: chosen, else the system's; set before the first paint. */
  function theme() { return remembered(localStorage, "theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"); }
  function dress(name) {
    root.setAttribute("data-bs-theme", name);
    all("[data-theme-toggle]").forEach(function (button) { button.setAttribute("aria-pressed", String(name === "dark")); });
    all("[data-chart]").forEach(function (box) { if (box.redraw) { box.redraw(); } });
  }
  root.classList.add("js");
  dress(theme());

  /* Menus */
  on("click", function (event) {
    var toggle = closest(event, "[data-theme-toggle]"), menu = closest(event, "[data-menu]"), inside = closest(event, "[data-menu-details]");
    if (toggle) { var next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark"; remembered(localStorage, "theme", next); dress(next); }
    if (menu) { event.preventDefault(); menu.setAttribute("aria-expanded", String(document.getElementById("menu").classList.toggle("open"))); }
    all("[data-menu-details][open]").forEach(function (open) { if (open !== inside) { open.removeAttribute("open"); } });
    if (closest(event, "a[href='#main']")) { var side = document.getElementById("menu"); if (side) { side.classList.remove("open"); } }
  });
  on("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName), search = document.querySelector("[data-search]");
    if (event.key === "Escape") { all("[data-menu-details][open]").forEach(function (open) { open.removeAttribute("open"); open.querySelector("summary").focus(); }); }
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && opened("goto")) { event.preventDefault(); }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) { return; }
    if (search && event.key === "/") { event.preventDefault(); search.focus(); search.select(); }
    if (event.key === "?") { var help = document.querySelector("[data-help]"); if (help) { event.preventDefault(); help.click(); } }
  });

  /* Go-to and help: dialogs in place of the pages that their links lead to. The browser gives the focus back. */
  function opened(name) {
    var box = document.getElementById(name);
    if (!box || !box.showModal || !window.htmx) { return null; }
    if (!box.open) { box.showModal(); }
    if (name === "goto") { var field = box.querySelector("input"); field.select(); field.dispatchEvent(new Event("opened")); }
    return box;
  }
  on("click", function (event) {
    var plain = event.button || event.ctrlKey || event.metaKey || event.shiftKey;
    var go = closest(event, "[data-goto]"), help = closest(event, "[data-help]"), close = closest(event, "[data-goto-close]");
    if (!plain && ((go && opened("goto")) || (help && opened("drawer")))) { event.preventDefault(); }
    if (close) { close.closest("dialog").close(); }
    if (event.target.tagName === "DIALOG") { event.target.close(); }
  });
  on("keydown", function (event) {
    var box = closest(event, "#goto");
    if (!box || !/^(ArrowDown|ArrowUp|Enter)$/.test(event.key)) { return; }
    var hits = all("[data-hit]", box), at = hits.indexOf(document.activeElement);
    if (event.key === "Enter") { if (at < 0 && hits.length && event.target.tagName === "INPUT") { event.preventDefault(); hits[0].click(); } return; }
    event.preventDefault();
    var next = at + (event.key === "ArrowDown" ? 1 : -1);
    (next < 0 ? box.querySelector("input") : hits[Math.min(next, hits.length - 1)] || box.querySelector("input")).focus();
  });

  /* “Not applicable” and the field beside it answer for one another: the last one touched holds. */
  on("input", function (event) {
    var touched = event.target, form = touched.form;
    if (!form || !touched.name || !(touched.type === "checkbox" ? touched.checked : touched.value)) { return; }
    all("input, textarea, select", form).forEach(function (other) {
      if (other === touched || other.name !== touched.name || (other.type === "checkbox") === (touched.type === "checkbox") || other.type === "radio" || other.type === "hidden") { return; }
      if (other.type === "checkbox") { other.checked = false; } else { other.value = ""; }
    });
  });

  /* Copying a link that is shown once, and printing */
  on("click", function (event) {
    var copy = closest(event, "[data-copy]");
    if (copy) { var field = document.getElementById(copy.getAttribute("data-copy")); field.select(); if (navigator.clipboard) { navigator.clipboard.writeText(field.value).then(function () { toast(copy.getAttribute("data-copied"), "ok"); }); } }
    if (closest(event, "[data-print]")) { print(); }
  });

  /* Typed confirmation, and rows ticked for a deed on many */
  function guard(form) { form.querySelector("button[type=submit]").disabled = form.elements.confirm.value.trim() !== form.getAttribute("data-expect"); }
  function count(form) {
    var chosen = all("input[name=ids][form='" + form.id + "']:checked").length;
    form.querySelector("[data-bulk-count]").textContent = chosen; form.classList.toggle("open", chosen > 0);
  }
  on("input", function (event) { var form = closest(event, "form[data-expect]"); if (form) { guard(form); } });
  on("change", function (event) {
    var every = closest(event, "[data-check-all]"), one = closest(event, "input[name=ids][form]");
    if (every) { all("input[name=ids][form='" + every.getAttribute("data-check-all") + "']").forEach(function (box) { box.checked = every.checked; }); }
    if (every || one) { var form = document.getElementById(every ? every.getAttribute("data-check-all") : one.getAttribute("form")); if (form) { count(form); } }
  });

  /* Empty filters stay out of the address */
  on("formdata", function (event) {
    if (event.target.method !== "get") { return; }
    Array.from(event.formData.keys()).forEach(function (key) { if (event.formData.get(key) === "") { event.formData.delete(key); } });
  });
  on("htmx:configRequest", function (event) {
    if (event.detail.verb !== "get") { return; }
    Object.keys(event.detail.parameters).forEach(function (key) { if (event.detail.parameters[key] === "") { delete event.detail.parameters[key]; } });
  });

  /* Messages: the server may send HX-Trigger {"toast": {"message", "tone"}} */
  function toast(message, tone) {
    var line = document.createElement("div"), box = document.getElementById("toast");
    line.className = "alert st-" + (tone || "info"); line.textContent = message; box.textContent = ""; box.appendChild(line);
    setTimeout(function () { line.remove(); }, 10000);
  }
  on("toast", function (event) { toast(event.detail.message, event.detail.tone); });
  on("htmx:responseError", function (event) {
    var words = document.getElementById("toast").dataset, answer = event.detail.xhr;
    var said = new DOMParser().parseFromString(answer.responseText || "", "text/html").querySelector("[data-error]");
    toast(said ? said.textContent : words.failed, "bad");
  });
  on("htmx:sendError", function () { toast(document.getElementById("toast").dataset.offline, "warn"); });
  on("htmx:beforeSwap", function (event) { if (event.detail.xhr.status === 422 && event.detail.xhr.getResponseHeader("HX-Retarget")) { event.detail.shouldSwap = true; event.detail.isError = false; } });

  /* Parts that save themselves: an element [data-autosave] that htmx posts. What could not be sent is kept, for this person in this room, and sent
     again; only what was saved, or refused for what it says, is forgotten, and all of it once somebody else has signed in here. */
  var waiting = new Map(), leaving = false;
  function passing(status) { return !status || status === 401 || status === 408 || status === 429 || status >= 500; }
  function refused(status) { return status === 413 || status === 422; }
  function saving(part, state) { var mark = part.querySelector("[data-save-state]"); if (mark) { mark.setAttribute("data-save-state", state); } }
  function draftKey(part) { return "draft:" + document.body.getAttribute("data-account") + ":" + document.body.getAttribute("data-person") + ":" + (part.getAttribute("hx-post") || part.getAttribute("action")); }
  function forget() {
    var account = document.body.getAttribute("data-account");
    if (!account) { return; }
    try { Object.keys(sessionStorage).forEach(function (key) { if (/^draft:/.test(key) && key.indexOf("draft:" + account + ":")) { sessionStorage.removeItem(key); } }); } catch (refused) { /* private mode */ }
  }
  function typed(part) {
    var form = part.tagName === "FORM" ? part : part.closest("form"), pairs = [];
    if (form) { new FormData(form).forEach(function (value, key) { if (typeof value === "string" && key !== "csrf_token") { pairs.push([key, value]); } }); }
    return pairs;
  }
  function again() { waiting.forEach(function (status, part) { if (part.isConnected && passing(status)) { part.dispatchEvent(new Event("change", { bubbles: true })); } }); }
  function restore(part) {
    var kept = remembered(sessionStorage, draftKey(part));
    if (!kept) { return; }
    JSON.parse(kept).forEach(function (pair) {
      all("[name='" + CSS.escape(pair[0]) + "']", part).forEach(function (field) {
        if (field.type === "radio" || field.type === "checkbox") { field.checked = field.value === pair[1]; } else if (field.type !== "file") { field.value = pair[1]; }
      });
    });
    saving(part, "failed"); waiting.set(part, 0);
  }
  on("htmx:beforeRequest", function (event) { var part = closest(event, "[data-autosave]"); if (part) { saving(part, "saving"); } });
  on("htmx:afterRequest", function (event) {
    var part = closest(event, "[data-autosave]");
    if (!part) { return; }
    var status = event.detail.xhr ? event.detail.xhr.status : 0, done = event.detail.successful || refused(status);
    saving(part, event.detail.successful ? "saved" : done ? "" : "failed");
    remembered(sessionStorage, draftKey(part), done ? null : JSON.stringify(typed(part)));
    if (done) { waiting.delete(part); } else { waiting.set(part, status); }
    leaving = status === 401;
  });
  on("click", function (event) { if (closest(event, "[data-retry]")) { closest(event, "[data-autosave]").dispatchEvent(new Event("change", { bubbles: true })); } });
  addEventListener("online", again);
  setInterval(function () { if (waiting.size && navigator.onLine) { again(); } }, 15000);
  addEventListener("beforeunload", function (event) { if (waiting.size && !leaving) { event.preventDefault(); event.returnValue = ""; } });
  on("submit", function (event) { if (/\/sign-out$/.test(event.target.action)) { try { sessionStorage.clear(); } catch (refused) { /* private mode */ } } });

  /* Photos are made smaller before they are sent: upright, on white, no side over 1600 pixels. What cannot be read here goes as it is. */
  var SIDE = 1600, shrinking = new Map();
  function smaller(file) {
    if (!/^image\/(jpeg|png|webp|heic|heif)$/.test(file.type)) { return Promise.resolve(file); }
    var address = URL.createObjectURL(file), picture = new Image(), canvas = document.createElement("canvas");
    picture.src = address;
    return picture.decode().then(function () {
      var scale = SIDE / Math.max(picture.naturalWidth, picture.naturalHeight), pen = canvas.getContext("2d");
      if (scale >= 1 && !/hei[cf]$/.test(file.type)) { return null; }
      canvas.width = Math.max(1, Math.round(picture.naturalWidth * Math.min(scale, 1))); canvas.height = Math.max(1, Math.round(picture.naturalHeight * Math.min(scale, 1)));
      pen.fillStyle = "#fff"; pen.fillRect(0, 0, canvas.width, canvas.height); pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      return new Promise(function (done) { canvas.toBlob(done, "image/jpeg", 0.88); });
    }).then(function (blob) {
      return blob ? new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg", lastModified: file.lastModified }) : file;
    }).catch(function () { return file; }).then(function (kept) { URL.revokeObjectURL(address); return kept; });
  }
  on("change", function (event) {
    var field = event.target, part = closest(event, "[data-autosave]");
    if (field.type !== "file" || !/image/.test(field.accept) || !window.DataTransfer || !field.files.length || field.ready === field.files[0]) { return; }
    event.stopImmediatePropagation();
    if (part) { saving(part, "saving"); }
    shrinking.set(field, Promise.all(Array.from(field.files).map(smaller)).then(function (files) {
      var carrier = new DataTransfer(); files.forEach(function (file) { carrier.items.add(file); }); field.files = carrier.files;
    }).catch(function () { /* it goes as it is */ }).then(function () {
      shrinking.delete(field); field.ready = field.files[0]; field.dispatchEvent(new Event("change", { bubbles: true }));
    }));
  }, true);
  on("submit", function (event) {
    var form = event.target, button = event.submitter, works = [];
    shrinking.forEach(function (work, field) { if (field.form === form) { works.push(work); } });
    if (!works.length) { return; }
    event.preventDefault(); event.stopImmediatePropagation();
    Promise.all(works).then(function () { form.requestSubmit(button); });
  }, true);

  /* A form that comes back filled: from the sign-in at once, under the address of its own page */
  on("DOMContentLoaded", function () {
    var onward = document.querySelector("[data-onward] form"), back = document.querySelector("[data-page]");
    if (onward) { onward.submit(); }
    if (back) { history.replaceState(null, "", back.getAttribute("data-page")); }
  });

  /* Charts: the library is fetched by the first page that has one */
  function draw(box) {
    var option = JSON.parse(document.getElementById(box.getAttribute("data-chart")).textContent), picture = null;
    option.tooltip = Object.assign({}, option.tooltip, { renderMode: "richText", confine: true });
    option.animation = false; option.backgroundColor = "transparent";
    option.color = option.color || ["#066fd1", "#2fb344", "#d9730d", "#8b5cf6", "#0e9f9f", "#c2255c"];
    option.textStyle = Object.assign({ fontFamily: getComputedStyle(document.body).fontFamily }, option.textStyle);
    box.redraw = function () {
      if (picture) { picture.dispose(); }
      picture = window.echarts.init(box, root.getAttribute("data-bs-theme") === "dark" ? "dark" : null); picture.setOption(option);
    };
    box.snapshot = function () { return picture.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: getComputedStyle(box.closest(".card") || document.body).backgroundColor }); };
    box.redraw(); addEventListener("resize", function () { picture.resize(); });
  }
  on("click", function (event) {
    var save = closest(event, "[data-chart-png]"), box = save && save.closest("figure").querySelector("[data-chart]");
    if (!box || !box.snapshot) { return; }
    var link = document.createElement("a"); link.href = box.snapshot(); link.download = save.getAttribute("data-chart-png"); document.body.appendChild(link); link.click(); link.remove();
  });
  function charts(within) {
    var boxes = all("[data-chart]", within).filter(function (box) { return !box.redraw; });
    if (!boxes.length) { return; }
    if (window.echarts) { boxes.forEach(draw); return; }
    var script = document.createElement("script"); script.src = boxes[0].getAttribute("data-echarts");
    script.onload = function () { boxes.forEach(draw); }; document.head.appendChild(script);
  }
  function ready(within) {
    all("form[data-expect]", within).forEach(guard); all("[data-bulk]", within).forEach(count); charts(within);
  }
  on("DOMContentLoaded", function () {
    dress(theme()); ready(document); forget(); all("[data-autosave]").forEach(restore);
    var first = document.querySelector("[data-focus]"); if (first) { first.focus(); }
  });
  on("htmx:load", function (event) { if (event.target !== document.body) { ready(event.target.parentNode || event.target); } });
})();
