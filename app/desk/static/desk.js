// What the pages do by themselves: ask for news, tell times, copy, and obey single keys. All of them work without it.
"use strict";
(() => {
  const TICK_MS = 5000, LONGEST_MS = 60000, ASKED_MS = 10000;
  const MAY_PASS = [408, 429]; // of 4xx: asking again may help
  const byId = (id) => document.getElementById(id);
  const live = byId("live"), asOf = byId("as-of"), liveState = byId("live-state");
  let every = TICK_MS, wait = every, heard = Date.now(), stopped = false;

  // -- news ----------------------------------------------------------------------------------------------------------
  function say(text, link) {
    if (!liveState || liveState.dataset.said === text) return;
    liveState.dataset.said = text;
    liveState.replaceChildren(text);
    if (link) {
      const a = document.createElement("a");
      a.href = link;
      a.textContent = "Sign in";
      liveState.append(" ", a);
    }
  }

  function follow() {
    if (live && !stopped && document.visibilityState === "visible") {
      document.body.dispatchEvent(new CustomEvent("desk:tick"));
    }
  }

  function tick() {
    follow();
    if (!stopped) setTimeout(tick, wait);
    if (asOf) asOf.parentElement.classList.toggle("old", Date.now() - heard > 3 * every + 1000);
    tellTimes();
  }

  document.addEventListener("visibilitychange", () => { if (Date.now() - heard > TICK_MS) follow(); });
  document.addEventListener("htmx:after:request", (event) => {
    const { response, sourceElement, text } = event.detail.ctx;
    if (sourceElement !== live) return;
    if (response.status === 401) {
      stopped = true;
      say("You are signed out, and this page stands still.",
        "/login?next=" + encodeURIComponent(location.pathname + location.search));
    } else if (response.status >= 400 && response.status < 500 && !MAY_PASS.includes(response.status)) {
      stopped = true;
      say("This page stands still: " + refusal(text));
    } else if (response.status >= 400) {
      slower("The service does not answer; trying again.");
    } else {
      // Where many read, each asks less often: the intake of tickets comes first.
      wait = every = 1000 * response.headers.get("next-tick") || TICK_MS;
      heard = Date.now();
      say("");
      const now = new Date(response.headers.get("as-of") || heard);
      asOf.dateTime = now.toISOString();
      asOf.textContent = now.toISOString().slice(11, 19);
    }
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.detail.ctx && event.detail.ctx.sourceElement === live) slower("No connection; trying again.");
  });
  document.addEventListener("htmx:after:swap", () => { tellTimes(); keepAsking(); });

  // -- filters: what they find comes into the page as it stands -------------------------------------------------------
  // An answer to what was asked before the filter changed must not come after it.
  document.addEventListener("htmx:before:swap", (event) => {
    const { request, sourceElement } = event.detail.ctx;
    if (sourceElement === live && request.action !== live.getAttribute("hx-get")) event.preventDefault();
  });
  document.addEventListener("htmx:after:request", (event) => {
    const { request, response, sourceElement } = event.detail.ctx;
    if (!sourceElement.matches("form.filters")) return;
    if (response.status >= 400) location.assign(request.action); // the page itself says what is wrong
    heard = Date.now();
  });
  document.addEventListener("htmx:after:history:push", (event) => {
    const [path, query] = event.detail.path.split("?");
    byId("twin").href = path + ".json" + (query ? "?" + query : "");
  });

  function refusal(text) {
    try {
      return JSON.parse(text).detail;
    } catch {
      return "the service refuses it.";
    }
  }

  function slower(text) {
    wait = Math.min(2 * wait, LONGEST_MS);
    say(text);
  }

  // -- times ---------------------------------------------------------------------------------------------------------
  // As the server spells spans of time.
  const UNITS = [["days", 86400], ["h", 3600], ["min", 60]];
  const ago = (count, unit) => count + " " + (unit === "days" && count === 1 ? "day" : unit) + " ago";

  function tellTimes() {
    for (const time of document.querySelectorAll("time[data-ago]")) {
      const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
      if (seconds > 7 * 86400) continue;
      const unit = UNITS.find(([, size]) => seconds >= size);
      const text = unit ? ago(Math.floor(seconds / unit[1]), unit[0]) : "just now";
      if (time.textContent !== text) time.textContent = text;
    }
  }

  // -- buttons -------------------------------------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copy]"), open = event.target.closest("[data-open]");
    if (open) byId(open.dataset.open).showModal();
    if (copy) {
      navigator.clipboard.writeText(copy.dataset.copy).then(
        () => { byId("said").textContent = "Copied: " + copy.dataset.copy; copy.classList.add("done"); },
        () => { byId("said").textContent = "The browser does not let us copy."; },
      );
      setTimeout(() => copy.classList.remove("done"), 1500);
    }
  });
  // Deep links leave out what is empty.
  document.addEventListener("formdata", (event) => {
    if (event.target.method !== "get") return;
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
  // A button that asks for a second click, of the same thing and soon: what it does then stands in data-confirm.
  let asking = null;
  const subject = (button) => JSON.stringify([button.dataset.confirm, ...new FormData(button.form)]);

  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || !button.dataset.confirm) return;
    if (asking && asking.button === button && asking.subject === subject(button)) return;
    event.preventDefault();
    ask(null);
    ask(button);
  });
  document.addEventListener("input", (event) => {
    if (asking && event.target.form === asking.button.form) ask(null);
  });

  function ask(button) {
    if (asking) {
      clearTimeout(asking.timer);
      asking.button.textContent = asking.label;
      asking = null;
      byId("said").textContent = "";
    }
    if (!button) return;
    asking = { button, subject: subject(button), label: button.textContent, timer: setTimeout(ask, ASKED_MS, null) };
    button.textContent = button.dataset.confirm;
    byId("said").textContent = button.dataset.confirm + ": press again.";
  }

  // After news: the server wrote the button's label again. Does it still mean the same? Else it is no second click.
  function keepAsking() {
    if (!asking) return;
    const { button } = asking;
    if (button.isConnected && subject(button) === asking.subject) {
      button.textContent = button.dataset.confirm;
      return;
    }
    asking.label = button.textContent;
    ask(null);
  }

  // -- keys ----------------------------------------------------------------------------------------------------------
  const KEYS_OFF = "desk-keys-off";
  const keysOn = byId("keys-on");
  let leader = 0;
  if (keysOn) {
    keysOn.checked = !localStorage.getItem(KEYS_OFF);
    keysOn.addEventListener("change", () => {
      if (keysOn.checked) localStorage.removeItem(KEYS_OFF);
      else localStorage.setItem(KEYS_OFF, "yes");
    });
  }

  function step(by) {
    const rows = [...document.querySelectorAll("a.row")];
    const at = rows.indexOf(document.activeElement);
    const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by];
    if (next) next.focus();
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable], .ace_editor, dialog");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !keysOn || !keysOn.checked) return;
    const afterLeader = Date.now() - leader < 1500;
    leader = 0;
    const target = afterLeader && document.querySelector(`nav a[data-key="${CSS.escape(event.key)}"]`);
    if (target) target.click();
    else if (event.key === "g") leader = Date.now();
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "?") byId("keys").showModal();
    else if (event.key === "/") byId("find").focus();
    else return;
    event.preventDefault();
  });

  document.documentElement.classList.add("scripted");
  // Where the navigation is wider than the window, this page's name is in sight.
  const here = document.querySelector("nav [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 40;
  tellTimes();
  setTimeout(tick, TICK_MS);
})();
