// What may stand at the cursor of a YAML file: its JSON Schema, walked by the path that the indentation gives.
"use strict";
const deskCompletion = (() => {
  const KEY = /^(\s*(?:- +)*)(?:"([^"]+)"|'([^']+)'|([\w.:-]+(?: [\w.:-]+)*)) *:(?: +|$)/;
  const NAMES = { archetype: "archetypes", archetypes: "archetypes", tracker: "trackers", channel: "channels" };

  const depth = (text) => text.match(/^[ -]*/)[0].length;
  const keyOf = (line) => { const found = KEY.exec(line); return found && (found[2] || found[3] || found[4]); };

  // The keys around a line, the outermost first; null stands for a list's item.
  function pathAt(lines, row, column) {
    const path = [];
    let inside = Math.min(column, depth(lines[row].slice(0, column)));
    const dashes = [...lines[row].slice(0, inside)].filter((sign) => sign === "-").length;
    for (let n = 0; n < dashes; n++) path.unshift(null);
    inside = lines[row].match(/^ */)[0].length + (dashes ? 0.5 : 0);
    for (let above = row - 1; above >= 0 && inside > 0; above--) {
      const line = lines[above], indent = line.match(/^ */)[0].length;
      if (!line.trim() || line.trim().startsWith("#")) continue;
      const item = line.slice(indent).startsWith("- "), at = item ? indent + 2 : indent;
      const key = keyOf(line);
      if (key && at < inside) { path.unshift(key); inside = at; }
      if (item && indent < inside) { path.unshift(null); inside = indent + 0.5; }
      else if (!item && key && indent < inside) inside = indent;
    }
    return path;
  }

  function alternatives(one, root) {
    if (!one || one === true) return [];
    if (one.$ref) return alternatives({ ...root.$defs[one.$ref.split("/").pop()], ...(one.description && { description: one.description }) }, root);
    const members = one.anyOf || one.oneOf;
    return members ? members.flatMap((member) => alternatives({ ...member, description: member.description || one.description }, root)) : [one];
  }

  function at(path, root) {
    let here = alternatives(root, root);
    for (const step of path) {
      here = here.flatMap((one) => {
        if (step === null) return alternatives(one.items, root);
        const known = one.properties && one.properties[step];
        const any = Object.values(one.patternProperties || {})[0] || one.additionalProperties;
        return alternatives(known || any, root);
      });
    }
    return here;
  }

  // Names that the file itself gives, `archetypes:` and so on.
  function named(lines, section) {
    const begin = lines.findIndex((line) => line.startsWith(section + ":"));
    const names = [];
    for (let row = begin + 1; begin >= 0 && row < lines.length && !/^\S/.test(lines[row].replace(/^#.*/, "")); row++) {
      const key = depth(lines[row]) === 2 && keyOf(lines[row]);
      if (key) names.push(key);
    }
    return names;
  }

  function valuesOf(one) {
    if (one.const !== undefined) return [one.const];
    if (one.enum) return one.enum;
    return one.type === "boolean" ? [true, false] : [];
  }

  return function complete(lines, row, column, schema) {
    const before = lines[row].slice(0, column), path = pathAt(lines, row, column), key = keyOf(before);
    const words = [];
    if (key) {
      for (const one of at([...path, key], schema)) {
        for (const value of valuesOf(one)) words.push({ value: String(value), meta: key, doc: one.description });
      }
      for (const name of named(lines, NAMES[key])) words.push({ value: name, meta: NAMES[key] });
    } else {
      for (const one of at(path, schema)) {
        for (const [name, inner] of Object.entries(one.properties || {})) {
          const told = inner.description || alternatives(inner, schema).map((some) => some.description).find(Boolean);
          words.push({ value: name + ": ", caption: name, meta: "key", doc: told });
        }
      }
    }
    const seen = new Set();
    return words.filter((word) => !seen.has(word.value) && seen.add(word.value));
  };
})();
