// The editor of the playground: one Ace over the three files, problems under their lines, completion from the schema.
"use strict";
function deskEditor({ onChange, onCheck }) {
  const byId = (id) => document.getElementById(id);
  const sources = Object.fromEntries([...document.querySelectorAll("#sources textarea")].map((area) => [area.name, area]));
  const tabs = [...document.querySelectorAll(".tabs [role=tab]")];
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const { LineWidgets } = ace.require("ace/line_widgets");
  const { Range } = ace.require("ace/range");
  let current = tabs[0].dataset.file, schemas = null;

  ace.config.set("useStrictCSP", true); // before the first edit: its styles come by links
  ace.config.set("loadWorkerFromBlob", false);
  const sessions = Object.fromEntries(Object.entries(sources).map(([name, area]) => {
    const session = ace.createEditSession(area.value, "ace/mode/yaml");
    session.setOptions({ useWorker: false, tabSize: 2, useSoftTabs: true });
    session.on("change", () => { area.value = session.getValue(); onChange(); });
    return [name, session];
  }));
  const editor = ace.edit("editor", {
    session: sessions[current], enableKeyboardAccessibility: true, showPrintMargin: false, fontSize: 13,
    enableBasicAutocompletion: [{ identifierRegexps: [/[\w:$-]/], getCompletions }], enableLiveAutocompletion: false,
  });
  editor.textInput.getElement().setAttribute("aria-label", current);
  // A name would make Ace load a script; the styles are there by links.
  const shade = () => editor.setTheme({ cssClass: dark.matches ? "ace-github-dark" : "ace-github-light-default", isDark: dark.matches });
  dark.addEventListener("change", shade);
  shade();
  editor.commands.addCommand({ name: "check", bindKey: { win: "Ctrl-Enter", mac: "Command-Enter" }, exec: onCheck });
  byId("sources").hidden = true;
  byId("editor-frame").hidden = false;
  editor.resize();

  async function getCompletions(_editor, session, at, _prefix, callback) {
    if (!schemas) schemas = await (await fetch("/desk/playground/schemas.json")).json();
    const words = deskCompletion(session.getDocument().getAllLines(), at.row, at.column, schemas[current]);
    callback(null, words.map((word) => ({ ...word, score: 1, docText: word.doc })));
  }

  // -- files ---------------------------------------------------------------------------------------------------------
  function show(name, focus) {
    current = name;
    for (const tab of tabs) {
      const chosen = tab.dataset.file === name;
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen) byId("editor").setAttribute("aria-labelledby", tab.id);
      if (chosen && focus) tab.focus();
    }
    editor.setSession(sessions[name]);
    editor.textInput.getElement().setAttribute("aria-label", name);
  }
  for (const tab of tabs) {
    tab.addEventListener("click", () => show(tab.dataset.file));
    tab.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (by) show(tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length].dataset.file, true);
    });
  }

  // -- problems ------------------------------------------------------------------------------------------------------
  function clear(session) {
    session.clearAnnotations();
    for (const id of session.deskMarkers || []) session.removeMarker(id);
    for (const widget of session.deskWidgets || []) session.widgetManager.removeLineWidget(widget);
    session.deskMarkers = [];
    session.deskWidgets = [];
  }

  function mend({ fixLine, fixColumn, fixOld, fixNew }, name) {
    const row = fixLine - 1, column = fixColumn - 1, range = new Range(row, column, row, column + fixOld.length);
    if (sessions[name].getTextRange(range) === fixOld) sessions[name].replace(range, fixNew);
  }

  function underLine(problem, name) {
    const element = document.createElement("div");
    element.className = "under-line";
    element.append(problem.message);
    if (problem.fixNew !== undefined) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Replace with " + problem.fixNew;
      button.addEventListener("click", () => { mend(problem, name); editor.focus(); });
      element.append(button);
    }
    return element;
  }

  function tell(problems) {
    for (const [name, session] of Object.entries(sessions)) {
      clear(session);
      const mine = problems.filter((one) => one.file === name);
      session.setAnnotations(mine.map((one) => ({
        row: one.line - 1, column: one.column - 1, text: one.message, type: one.kind,
      })));
      if (!session.widgetManager) {
        session.widgetManager = new LineWidgets(session);
        session.widgetManager.attach(editor);
      }
      const seen = new Set();
      for (const one of mine.filter((some) => some.kind === "error")) {
        const row = one.line - 1;
        session.deskMarkers.push(session.addMarker(new Range(row, 0, row, 1), "bad-line", "fullLine"));
        if (seen.has(row)) continue;
        seen.add(row);
        const widget = { row, fixedWidth: true, coverGutter: false, el: underLine(one, name) };
        session.widgetManager.addLineWidget(widget);
        session.deskWidgets.push(widget);
      }
      const mark = tabs.find((tab) => tab.dataset.file === name).querySelector(".mark");
      const bad = mine.filter((one) => one.kind === "error").length;
      mark.textContent = bad || "";
      mark.classList.toggle("bad", bad > 0);
    }
  }

  function go(name, line, column) {
    show(name);
    editor.gotoLine(line, column - 1, true);
    editor.focus();
  }

  return { tell, go, mend, text: (name) => sessions[name].getValue(), set: (name, text) => sessions[name].setValue(text) };
}
