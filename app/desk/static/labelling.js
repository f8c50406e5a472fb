// Keys 1-9 choose the archetype beside them, `s` skips.
"use strict";
document.addEventListener("keydown", (event) => {
  const keys = document.getElementById("keys-on");
  if (event.target.closest("input, textarea, select, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!keys || !keys.checked || event.repeat) return;
  const chosen = /^[1-9]$/.test(event.key) && document.querySelector(`button[data-number="${event.key}"]`);
  const target = chosen || (event.key === "s" && document.getElementById("skip"));
  if (!target) return;
  event.preventDefault();
  target.click();
});
