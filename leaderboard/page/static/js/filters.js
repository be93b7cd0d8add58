// A row of filters that live in the address: what is chosen can be shared as a link.

import { h } from "./dom.js";

/**
 * fields: [{name, label, options: [[value, text]] | undefined}]; without options, a text.
 * onChange is told the new parameters; "any" is left out of them.
 */
export function filters(fields, parameters, onChange) {
  const state = { ...parameters };
  const tell = (name, value, any) => {
    if (value === any) delete state[name];
    else state[name] = value;
    delete state.page;
    onChange({ ...state });
  };
  const form = h(
    "form",
    {
      class: "filters",
      role: "search",
      "aria-label": "Filters",
      onsubmit: (event) => event.preventDefault(),
    },
    fields.map((field) => (field.options ? choice(field, state, tell) : words(field, state, tell))),
  );
  return form;
}

const ANY = "\u0000any";

function choice({ name, label, options, required, any = "any" }, state, tell) {
  const chosen = state[name];
  const select = h("select", { name, onchange: (event) => tell(name, event.target.value, ANY) });
  if (!required) select.append(option(ANY, any));
  for (const [value, text] of options) select.append(option(value, text));
  if (chosen !== undefined && !options.some(([value]) => value === chosen)) {
    select.append(option(chosen, `${chosen} (none)`));
  }
  select.value = chosen ?? (required ? options[0]?.[0] : ANY);
  return h("label", { class: required ? "long" : null }, h("span", {}, label), select);
}

function option(value, text) {
  const made = h("option", {}, text);
  made.value = value;
  return made;
}

function words({ name, label, placeholder }, state, tell) {
  let waiting;
  const input = h("input", {
    name,
    type: "search",
    placeholder,
    autocomplete: "off",
    spellcheck: "false",
  });
  input.value = state[name] ?? "";
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => tell(name, input.value.trim(), ""), 200);
  });
  return h("label", {}, h("span", {}, label), input);
}

/** The distinct values of a field over rows, as options. */
export const valuesOf = (rows, name, named = (value) => value) =>
  [...new Set(rows.map((row) => row[name]))].sort().map((value) => [value, named(value)]);
