// The playground by itself: checks while somebody types, keeps the last good result, runs backtests, links and downloads.
"use strict";
(() => {
  const PAUSE_MS = 600, POLL_MS = 1500;
  const SIGNED_OUT = "You are signed out. Your edit is still here: sign in in another tab.";
  const byId = (id) => document.getElementById(id);
  const form = byId("play"), outcome = byId("outcome"), state = byId("check-state");
  const original = Object.fromEntries([...document.querySelectorAll("#sources textarea")].map((area) => [area.name, area.defaultValue]));
  let timer = 0, running = 0, goodAt = "";

  const clock = () => new Date().toISOString().slice(11, 19) + " UTC";
  const say = (text) => { state.textContent = text; };
  const editor = deskEditor({ onChange: soon, onCheck: () => check() });
  byId("problems-place").replaceWith(byId("problems"));
  tellProblems();

  // -- checking ------------------------------------------------------------------------------------------------------
  function soon() {
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE_MS);
  }

  async function check(extra = {}) {
    clearTimeout(timer);
    const mine = ++running;
    say("Checking…");
    outcome.setAttribute("aria-busy", "true");
    const body = new URLSearchParams({ ...Object.fromEntries(new FormData(form)), ...extra });
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
    } catch {
      return say("No connection; press Check to try again.");
    }
    if (mine !== running) return undefined;
    outcome.setAttribute("aria-busy", "false");
    if (answer.status === 401) return say(SIGNED_OUT);
    if (answer.status === 409) return undefined;
    if (!answer.ok) return say("The check did not work (" + answer.status + ").");
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    // In a word for those who do not see it: all of the result would be read out after each pause in typing.
    const heads = [...document.querySelectorAll("#problems h2, #answer:not(.stale) h2")];
    byId("said").textContent = heads.map((head) => head.textContent.trim()).join(". ");
    return say("Checked at " + clock());
  }

  function show(page) {
    byId("problems").replaceWith(page.getElementById("problems"));
    const answer = page.getElementById("answer"), old = byId("answer");
    if (answer.dataset.loads === "yes" || !old.querySelector(".verdicts") || old.dataset.loads === "no") {
      if (answer.dataset.loads === "yes") goodAt = clock();
      old.replaceWith(answer);
    } else {
      old.classList.add("stale");
      let note = old.querySelector(".stale-note");
      if (!note) {
        note = document.createElement("p");
        note.className = "stale-note soft small";
        old.prepend(note);
      }
      note.textContent = "As of the last edit without problems" + (goodAt && ", " + goodAt) + ".";
    }
    tellProblems();
  }

  function tellProblems() {
    editor.tell([...document.querySelectorAll("#problems li")].map(({ dataset, classList }) => ({
      ...dataset, line: Number(dataset.line), column: Number(dataset.column), kind: classList.contains("error") ? "error" : "warning",
    })));
  }

  document.addEventListener("click", (event) => {
    const place = event.target.closest(".to-line"), item = event.target.closest("#problems li");
    if (place && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      editor.go("routing.yaml", Number(place.dataset.line), 1);
    }
    if (!item) return;
    const { file, line, column } = item.dataset;
    if (event.target.closest(".go")) editor.go(file, Number(line), Number(column));
    if (event.target.closest(".fix")) { editor.mend(item.dataset, file); editor.go(file, Number(line), Number(column)); }
  });
  form.addEventListener("input", (event) => { if (!event.target.closest(".ace_editor")) soon(); });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) { event.preventDefault(); check(); }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (button && button.id === "backtest") backtest();
    else check(button && button.name ? { [button.name]: button.value } : {});
  });

  // -- backtest ------------------------------------------------------------------------------------------------------
  async function backtest() {
    const place = byId("backtest-progress");
    place.textContent = "Starting…";
    const answer = await fetch("/desk/backtest", { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (answer.status === 401) { place.textContent = SIGNED_OUT; return undefined; }
    if (answer.ok) return follow(new URL(answer.url).pathname, place);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.textContent = (page.querySelector(".empty p") || {}).textContent || "It could not be started.";
    return undefined;
  }

  async function follow(path, place, tag = "") {
    const later = (known) => setTimeout(() => follow(path, place, known), POLL_MS);
    if (document.visibilityState !== "visible") { later(tag); return; }
    const answer = await fetch(path, { headers: { "HX-Request": "true", "HX-PTag": tag } }).catch(() => null);
    if (!answer || answer.status === 304 || answer.status >= 500) { later(tag); return; }
    if (answer.status === 401) { place.textContent = SIGNED_OUT; return; }
    if (!answer.ok) { place.textContent = "It is not known any more."; return; }
    const shown = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".backtest");
    const link = document.createElement("a");
    link.href = path;
    link.textContent = "See the tickets";
    shown.append(link);
    place.replaceChildren(shown);
    if (["waiting", "running"].includes(shown.dataset.state)) later(answer.headers.get("HX-PTag") || "");
  }

  // -- taking it away ------------------------------------------------------------------------------------------------
  byId("download").addEventListener("click", () => {
    const name = document.querySelector(".tabs [aria-selected=true]").dataset.file, link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([editor.text(name)], { type: "application/yaml" }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  });

  // The lines between the first and the last one that differ: with the version they are of, all that a link needs.
  function edit(before, after) {
    const old = before.split("\n"), now = after.split("\n");
    let head = 0, tail = 0;
    while (head < Math.min(old.length, now.length) && old[head] === now[head]) head++;
    while (tail < Math.min(old.length, now.length) - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
    return { head, tail, lines: now.slice(head, now.length - tail) };
  }

  function edited(before, { head, tail, lines }) {
    const old = before.split("\n");
    return [...old.slice(0, head), ...lines, ...old.slice(old.length - tail)].join("\n");
  }

  const FIELDS = ["text", "subject", "channel", "public", "from"];
  byId("share").addEventListener("click", async (event) => {
    const edits = Object.entries(original).filter(([name, text]) => editor.text(name) !== text);
    const shared = {
      ticket: Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value])),
      edits: Object.fromEntries(edits.map(([name, text]) => [name, edit(text, editor.text(name))])),
    };
    const bytes = new TextEncoder().encode(JSON.stringify(shared));
    const packed = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replace(/\+/g, "-").replace(/\//g, "_");
    // Behind the #: what is there stays in the browser, and in no log.
    const rules = new URLSearchParams(location.search).get("rules") || form.dataset.inForce;
    history.replaceState(null, "", "/desk/playground?rules=" + rules + "#s=" + packed);
    const done = await navigator.clipboard.writeText(location.href).then(() => true, () => false);
    byId("said").textContent = done ? "Copied" : "The address has it";
    event.target.textContent = done ? "Copied" : "It is in the address";
    setTimeout(() => { event.target.textContent = "Link to this state"; }, 2500);
  });

  function restore() {
    const packed = /^#s=([\w=-]+)$/.exec(location.hash);
    if (!packed) return;
    try {
      const bytes = Uint8Array.from(atob(packed[1].replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
      const { ticket, edits } = JSON.parse(new TextDecoder().decode(bytes));
      for (const name of FIELDS) if (typeof ticket[name] === "string") form.elements[name].value = ticket[name];
      for (const [name, one] of Object.entries(edits)) if (name in original) editor.set(name, edited(original[name], one));
      check();
    } catch {
      say("The link cannot be read.");
    }
  }
  restore();
})();
