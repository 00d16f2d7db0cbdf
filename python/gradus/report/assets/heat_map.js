// The heat map: a table of units against capabilities, made from the cells that are embedded in the page.
"use strict";
(() => {
  const PAGE = 20; // capabilities shown at a time
  const WIDE = 16; // units shown at a time
  const ON_PAPER = 10; // units that fit a page
  const LEVELS = ["", "low", "moderate", "high", "extreme"];
  const TOTAL = -1; // in place of a unit or capability: all of the one that is looked into
  const at = (id) => document.getElementById("heat-" + id);

  // --- the cells --------------------------------------------------------------------------------------------------------

  async function inflate(text) {
    const letters = atob(text);
    const packed = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; ++i) packed[i] = letters.charCodeAt(i);
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).arrayBuffer();
  }

  function columnsOf(buffer, description, count) {
    const kinds = { int32: Int32Array, float32: Float32Array, uint8: Uint8Array };
    const columns = {};
    let offset = 0;
    for (const [name, kind] of description) {
      const Kind = kinds[kind];
      const size = Kind.BYTES_PER_ELEMENT;
      const bytes = new Uint8Array(count * size);
      // All lowest bytes come first, then all next ones: so they deflate to less.
      for (let place = 0; place < size; ++place) {
        const plane = new Uint8Array(buffer, offset + place * count, count);
        for (let i = 0, at = place; i < count; ++i, at += size) bytes[at] = plane[i];
      }
      columns[name] = new Kind(bytes.buffer);
      offset += count * size;
    }
    return columns;
  }

  // Cells by group and unit: those of one pair lie together in `order`, from `start[pair]` on.
  function indexOf(columns, count, groups, units) {
    const start = new Int32Array(groups * units + 1);
    const { group, unit } = columns;
    for (let i = 0; i < count; ++i) start[group[i] * units + unit[i] + 1]++;
    for (let pair = 0; pair < groups * units; ++pair) start[pair + 1] += start[pair];
    const next = start.slice();
    const order = new Int32Array(count);
    for (let i = 0; i < count; ++i) order[next[group[i] * units + unit[i]]++] = i;
    return { start, order };
  }

  function childrenOf(nodes) {
    const children = nodes.map(() => []);
    nodes.forEach((node, place) => node.parent >= 0 && children[node.parent].push(place));
    return children;
  }

  // --- words ------------------------------------------------------------------------------------------------------------

  function number(value) {
    const size = Math.abs(value);
    const digits = size === 0 || size >= 1000 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3;
    return value.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }
  const whole = (value) => value.toLocaleString("en-GB");
  const share = (value) => Math.round(100 * value) + " %";

  function element(tag, options = {}, ...inner) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(options)) {
      if (name === "text") made.textContent = value;
      else if (name === "class") made.className = value;
      else if (value !== null) made.setAttribute(name, value);
    }
    made.append(...inner);
    return made;
  }

  // --- the table --------------------------------------------------------------------------------------------------------

  async function begin() {
    const data = JSON.parse(document.getElementById("cube").textContent);
    const buffer = await inflate(data.cells);
    const { units, capabilities, groups } = data;
    const cells = columnsOf(buffer, data.columns, data.count);
    const index = indexOf(cells, data.count, groups.length, units.length);
    const below = { unit: childrenOf(units), capability: childrenOf(capabilities) };
    const nodes = { unit: units, capability: capabilities };
    const names = { unit: uniqueNames(units), capability: uniqueNames(capabilities) };

    const state = {};
    const reset = () =>
      Object.assign(state, {
        unit: 0, capability: 0, group: 0, measure: "exposure", find: "", row: 0, column: 0,
        rowsBy: "exposure", rowsUp: false, columnsBy: "exposure", columnsUp: false, active: [0, 0], most: WIDE,
      });
    reset();
    // A trunk without branches is no place to begin.
    const trunk = (tree) => {
      let place = 0;
      while (below[tree][place].length === 1 && below[tree][below[tree][place][0]].length) place = below[tree][place][0];
      return place;
    };
    const home = { unit: trunk("unit"), capability: trunk("capability") };
    Object.assign(state, home);

    const measure = {
      likelihood: (cell) => cells.below[cell] / cells.requirements[cell],
      exposure: (cell) => cells.exposure[cell],
      level: (cell) => cells.level[cell] + cells.below[cell] / cells.requirements[cell] / 2,
    };

    const found = new Map(); // unit → its cells by capability, of the group that is shown
    function row(unit) {
      let cellsOf = found.get(unit);
      if (!cellsOf) {
        cellsOf = new Int32Array(capabilities.length).fill(-1);
        const pair = state.group * units.length + unit;
        for (let i = index.start[pair]; i < index.start[pair + 1]; ++i) cellsOf[cells.capability[index.order[i]]] = index.order[i];
        found.set(unit, cellsOf);
      }
      return cellsOf;
    }
    const cellAt = (unit, capability) =>
      row(unit === TOTAL ? state.unit : unit)[capability === TOTAL ? state.capability : capability];

    function candidates(tree) {
      if (tree === "capability" && state.find) {
        const words = state.find.toLowerCase();
        const inside = [];
        const stack = [...below.capability[state.capability]];
        while (stack.length) {
          const place = stack.pop();
          if (names.capability[place].toLowerCase().includes(words)) inside.push(place);
          stack.push(...below.capability[place]);
        }
        return inside;
      }
      return below[tree][state[tree]];
    }

    // The unit or capability that has a value first; those without one last.
    function sorted(list, tree, by, up) {
      const from = by === "exposure" ? TOTAL : by; // at first, what matters most comes first, whatever is shown
      const value = (place) => {
        const cell = tree === "capability" ? cellAt(from, place) : cellAt(place, from);
        return cell < 0 ? NaN : measure[by === "exposure" ? "exposure" : state.measure](cell);
      };
      const keyed = list.map((place) => ({ place, value: by === "name" ? 0 : value(place), name: names[tree][place] }));
      const ways = up ? 1 : -1;
      keyed.sort((a, b) => {
        if (by === "name") return (up ? -1 : 1) * a.name.localeCompare(b.name, "en");
        if (Number.isNaN(a.value) !== Number.isNaN(b.value)) return Number.isNaN(a.value) ? 1 : -1;
        return (ways * (a.value - b.value) || 0) || a.name.localeCompare(b.name, "en");
      });
      return keyed.map((entry) => entry.place);
    }

    function visible() {
      const allUnits = candidates("unit").filter((unit) => {
        const pair = state.group * units.length + unit;
        return index.start[pair + 1] > index.start[pair];
      });
      const allRows = candidates("capability").filter(
        (capability) => cellAt(TOTAL, capability) >= 0 || allUnits.some((unit) => cellAt(unit, capability) >= 0),
      );
      // A filter that finds nothing does not make the total a part.
      const parts = {
        unit: allUnits.length > 0,
        capability: below.capability[state.capability].some(
          (capability) => cellAt(TOTAL, capability) >= 0 || allUnits.some((unit) => cellAt(unit, capability) >= 0),
        ),
      };
      const without = candidates("unit").length - allUnits.length;
      if (typeof state.rowsBy === "number" && state.rowsBy !== TOTAL && !allUnits.includes(state.rowsBy)) state.rowsBy = "exposure";
      if (typeof state.columnsBy === "number" && state.columnsBy !== TOTAL && !allRows.includes(state.columnsBy)) state.columnsBy = "exposure";
      return {
        rows: sorted(allRows, "capability", state.rowsBy, state.rowsUp),
        columns: sorted(allUnits, "unit", state.columnsBy, state.columnsUp),
        without,
        parts,
      };
    }

    let shown = null; // what the table shows now

    // Sums of exposure are on no scale with their parts: they have no colour.
    const isSum = (unit, capability) =>
      (unit === TOTAL && shown.parts.unit) || (capability === TOTAL && shown.parts.capability);

    // Null where no part has a value: then there is nothing to colour.
    function cuts() {
      let most = 0;
      for (const unit of shown.columns)
        for (const capability of shown.rows) {
          const cell = cellAt(unit, capability);
          if (cell >= 0 && !isSum(unit, capability)) most = Math.max(most, cells.exposure[cell]);
        }
      return most > 0 ? [1 / 16, 1 / 4, 9 / 16].map((part) => part * most) : null;
    }

    function colourOf(cell, unit, capability) {
      if (state.measure !== "exposure") return LEVELS[cells.level[cell]];
      if (!shown.cuts || isSum(unit, capability)) return "sum";
      return LEVELS[1 + shown.cuts.filter((cut) => cells.exposure[cell] > cut).length];
    }
    function textOf(cell) {
      if (cell < 0) return "·";
      if (state.measure === "exposure") return number(cells.exposure[cell]);
      return state.measure === "level" ? LEVELS[cells.level[cell]] : share(measure.likelihood(cell));
    }

    const nameOf = (tree, place) => (place === TOTAL ? names[tree][state[tree]] : names[tree][place]);
    const hiddenWords = "Nothing to show here: no role asks for it, too few people, or a figure from which theirs could be worked out.";

    function facts(unit, capability) {
      const cell = cellAt(unit, capability);
      const title = `${nameOf("capability", capability)} · ${nameOf("unit", unit)}`;
      if (cell < 0) return { title, lines: [hiddenWords] };
      return {
        title,
        lines: [
          `${LEVELS[cells.level[cell]]} risk`,
          `${share(measure.likelihood(cell))} likely to fall short`,
          `exposure ${number(cells.exposure[cell])}`,
          `${whole(cells.people[cell])} people, ${whole(cells.requirements[cell])} requirements`,
          `${share(cells.unknown[cell] / cells.requirements[cell])} not rated`,
          `mean impact ${number(cells.impact[cell])} of 10`,
        ],
      };
    }

    // A heading: its name sorts; an arrow, where there is something inside, looks into it.
    function heading(tree, place, attributes) {
      const rows = tree === "unit"; // a unit heads a column, and sorts the rows
      const by = rows ? state.rowsBy : state.columnsBy;
      const up = rows ? state.rowsUp : state.columnsUp;
      const text = place === TOTAL ? (rows ? "Total" : "All of these") : names[tree][place];
      const active = by === place;
      const head = element("th", { ...attributes, "aria-sort": active ? (up ? "ascending" : "descending") : null });
      const sort = element("button", {
        type: "button", class: "sort", title: text,
        "aria-label": `${text}: sort ${rows ? "capabilities" : "units"} by it`,
      }, element("span", { text }));
      if (active) sort.append(element("span", { class: "mark", "aria-hidden": "true", text: up ? "↑" : "↓" }));
      sort.addEventListener("click", () => {
        const again = active ? !up : false;
        if (rows) Object.assign(state, { rowsBy: place, rowsUp: again, row: 0 });
        else Object.assign(state, { columnsBy: place, columnsUp: again, column: 0 });
        render(`${rows ? "Capabilities" : "Units"} sorted by ${text}, ${again ? "lowest" : "highest"} first. `, sortId(tree, place));
      });
      sort.id = sortId(tree, place);
      head.append(sort);
      if (place !== TOTAL && below[tree][place].length) {
        const open = element("button", { type: "button", class: "open", "aria-label": `Look inside ${text}` });
        open.addEventListener("click", () => go(tree, place));
        head.append(open);
      }
      return head;
    }
    const sortId = (tree, place) => `heat-sort-${tree}-${place}`;

    function go(tree, place) {
      const sortBack = tree === "unit" ? { rowsBy: "exposure", rowsUp: false } : { columnsBy: "exposure", columnsUp: false };
      Object.assign(state, { [tree]: place, row: 0, column: 0, ...sortBack });
      render(`${names[tree][place]}. `, null);
      const crumb = at(tree + "-path").lastElementChild;
      if (crumb) crumb.focus({ preventScroll: true });
    }

    function crumbs(tree) {
      const box = at(tree + "-path");
      const path = [];
      for (let place = state[tree]; place >= 0; place = nodes[tree][place].parent) path.unshift(place);
      const list = path.map((place) => {
        const last = place === state[tree];
        if (last) return element("span", { text: names[tree][place], "aria-current": "true", tabindex: "-1", class: "here" });
        const back = element("button", { type: "button", text: names[tree][place] });
        back.addEventListener("click", () => go(tree, place));
        return back;
      });
      box.replaceChildren(...list.flatMap((item, i) => (i ? [element("span", { text: "›", "aria-hidden": "true" }), item] : [item])));
    }

    function pager(id, noun, first, size, total, key) {
      const box = at(id);
      box.replaceChildren();
      if (total <= size) return;
      const turn = (text, to, possible) => {
        const button = element("button", { type: "button", class: "quiet", text, "aria-label": `${text} ${noun}` });
        button.disabled = !possible;
        button.addEventListener("click", () => {
          state[key] = to;
          render("", null);
          const again = [...box.querySelectorAll("button")].find((other) => other.textContent === text && !other.disabled);
          (again ?? box.querySelector("button:not(:disabled)"))?.focus();
        });
        return button;
      };
      box.append(
        turn("Previous", Math.max(0, first - size), first > 0),
        element("span", { text: `${noun} ${whole(first + 1)}–${whole(Math.min(first + size, total))} of ${whole(total)}` }),
        turn("Next", first + size, first + size < total),
      );
    }

    function render(said, focus) {
      const view = visible();
      const rows = [TOTAL, ...view.rows.slice(state.row, state.row + PAGE)];
      const columns = [TOTAL, ...view.columns.slice(state.column, state.column + state.most)];
      shown = { rows, columns, parts: view.parts, cuts: null };
      shown.cuts = cuts();
      state.active = [Math.min(state.active[0], rows.length - 1), Math.min(state.active[1], columns.length - 1)];

      const corner = element("th", { scope: "col", class: "corner" });
      const byName = element("button", { type: "button", class: "sort", "aria-label": "Capability: sort by name", id: "heat-sort-name" },
        element("span", { text: "Capability" }));
      byName.addEventListener("click", () => {
        const again = state.rowsBy === "name" ? !state.rowsUp : false;
        Object.assign(state, { rowsBy: "name", rowsUp: again, row: 0 });
        render("Capabilities sorted by name. ", "heat-sort-name");
      });
      if (state.rowsBy === "name") byName.append(element("span", { class: "mark", "aria-hidden": "true", text: state.rowsUp ? "↑" : "↓" }));
      corner.append(byName);

      const head = element("tr", {}, corner, ...columns.map((unit) => heading("unit", unit, { scope: "col", class: unit === TOTAL ? "total" : "unit" })));
      const body = rows.map((capability, y) =>
        element("tr", { class: capability === TOTAL ? "total" : null },
          heading("capability", capability, { scope: "row" }),
          ...columns.map((unit, x) => {
            const cell = cellAt(unit, capability);
            const button = element("button", { type: "button", tabindex: y === state.active[0] && x === state.active[1] ? "0" : "-1", text: textOf(cell) });
            if (cell >= 0 && state.measure === "likelihood") button.append(element("span", { class: "sr-only", text: ` ${LEVELS[cells.level[cell]]} risk` }));
            if (cell < 0) button.append(element("span", { class: "sr-only", text: " nothing to show" }));
            button.dataset.y = y;
            button.dataset.x = x;
            return element("td", { class: (cell < 0 ? "none" : colourOf(cell, unit, capability)) + (unit === TOTAL ? " total" : "") }, button);
          }),
        ),
      );
      const table = at("table");
      table.classList.toggle("few", columns.length < 8);
      table.tHead.replaceChildren(head);
      table.tBodies[0].replaceChildren(...body);

      const group = groups[state.group];
      const who = state.group ? `${group.kind} ${group.name}` : "all roles";
      const inUnits = view.columns.length
        ? `${whole(view.columns.length)} ${view.columns.length === 1 ? "unit" : "units"} of `
        : "";
      const text =
        (state.find && !view.rows.length
          ? "No capability has this in its name, as far as figures may be shown: "
          : `${whole(view.rows.length)} ${view.rows.length === 1 ? "capability" : "capabilities"} in `) +
        `${inUnits}${names.unit[state.unit]}, ${who}` +
        (state.rowsBy === "exposure" && state.columnsBy === "exposure" ? ", most exposure first." : ".") +
        (view.without ? ` ${whole(view.without)} more ${view.without === 1 ? "unit has" : "units have"} nothing to show.` : "");
      at("status").textContent = said + text;
      at("caption").textContent = `${at("measure").selectedOptions[0].textContent}: capabilities by unit. ${text}`;
      crumbs("unit");
      crumbs("capability");
      pager("rows-pager", "capabilities", state.row, PAGE, view.rows.length, "row");
      pager("columns-pager", "units", state.column, state.most, view.columns.length, "column");
      legend();
      hideTip();
      at("detail").hidden = true;
      if (focus) document.getElementById(focus)?.focus();
    }

    function legend() {
      if (state.measure === "exposure" && !shown.cuts) return at("legend").replaceChildren();
      const words =
        state.measure === "exposure"
          ? [`up to ${number(shown.cuts[0])}`, `up to ${number(shown.cuts[1])}`, `up to ${number(shown.cuts[2])}`, "more"]
          : ["low risk", "moderate", "high", "extreme"];
      at("legend").replaceChildren(
        element("ul", { class: "legend" }, ...words.map((text, i) => element("li", {}, element("i", { class: LEVELS[i + 1] }), text))),
      );
    }

    // --- tooltip, keys, details --------------------------------------------------------------------------------------------

    const tip = element("div", { id: "heat-tip", role: "tooltip", class: "tip" });
    tip.hidden = true;
    document.body.append(tip);
    function hideTip() {
      tip.hidden = true;
      document.querySelector("[aria-describedby=heat-tip]")?.removeAttribute("aria-describedby");
    }
    function showTip(button) {
      hideTip();
      const { title, lines } = facts(shown.columns[button.dataset.x], shown.rows[button.dataset.y]);
      tip.replaceChildren(element("strong", { text: title }), ...lines.map((text) => element("span", { text })));
      tip.hidden = false;
      button.setAttribute("aria-describedby", "heat-tip");
      const box = button.getBoundingClientRect();
      const left = Math.min(Math.max(8, box.left + box.width / 2 - tip.offsetWidth / 2), document.documentElement.clientWidth - tip.offsetWidth - 8);
      const above = box.top - tip.offsetHeight - 8;
      tip.style.left = `${left + scrollX}px`;
      tip.style.top = `${(above > 0 ? above : box.bottom + 8) + scrollY}px`;
    }
    const table = at("table");
    const cellButton = (event) => event.target.closest?.("td button");
    table.addEventListener("mouseover", (event) => cellButton(event) && showTip(cellButton(event)));
    // The pointer may go from a cell onto its tip, and stay there.
    table.addEventListener("mouseout", (event) => tip.contains(event.relatedTarget) || hideTip());
    tip.addEventListener("mouseleave", hideTip);
    document.addEventListener("keydown", (event) => event.key === "Escape" && hideTip());
    table.addEventListener("focusin", (event) => {
      const button = cellButton(event);
      if (!button) return;
      table.querySelector('td button[tabindex="0"]')?.setAttribute("tabindex", "-1");
      button.tabIndex = 0;
      state.active = [Number(button.dataset.y), Number(button.dataset.x)];
      showTip(button);
    });
    table.addEventListener("focusout", hideTip);
    table.addEventListener("keydown", (event) => {
      if (event.key === "Escape") return hideTip();
      const button = cellButton(event);
      const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -1e9], End: [0, 1e9] };
      const move = moves[event.key];
      if (!button || !move) return;
      event.preventDefault();
      const clamp = (value, most) => Math.max(0, Math.min(value, most));
      const y = clamp(Number(button.dataset.y) + move[0], shown.rows.length - 1);
      const x = clamp(Number(button.dataset.x) + move[1], shown.columns.length - 1);
      table.tBodies[0].rows[y].cells[x + 1].querySelector("button").focus();
    });
    table.addEventListener("click", (event) => {
      const button = cellButton(event);
      if (!button) return;
      const unit = shown.columns[button.dataset.x];
      const capability = shown.rows[button.dataset.y];
      const { title, lines } = facts(unit, capability);
      const box = at("detail");
      box.replaceChildren(element("h3", { text: title }), element("p", { text: lines.join(" · ") }));
      for (const [tree, place] of [["unit", unit], ["capability", capability]]) {
        if (place === TOTAL || !below[tree][place].length) continue;
        const open = element("button", { type: "button", class: "quiet", text: `Look inside ${names[tree][place]}` });
        open.addEventListener("click", () => go(tree, place));
        box.append(open);
      }
      box.hidden = false;
    });

    // --- controls ----------------------------------------------------------------------------------------------------------

    const option = (value, text) => element("option", { value, text });
    function offerRoles() {
      const family = Number(at("family").value);
      const roles = groups.map((group, place) => ({ ...group, place })).filter((group) => group.kind === "role" && (!family || group.parent === family));
      at("role").replaceChildren(option(family, family ? "all of the family" : "all roles"), ...roles.map((role) => option(role.place, role.name)));
    }
    at("family").replaceChildren(
      option(0, "all families"),
      ...groups.map((group, place) => ({ ...group, place })).filter((group) => group.kind === "family").map((group) => option(group.place, group.name)),
    );
    at("family").parentElement.hidden = at("family").options.length < 2;
    offerRoles();
    function choose(group) {
      state.group = group;
      state.row = state.column = 0;
      found.clear();
      render("", null);
    }
    at("family").addEventListener("change", () => {
      offerRoles();
      choose(Number(at("family").value));
    });
    at("role").addEventListener("change", () => choose(Number(at("role").value)));
    at("measure").addEventListener("change", () => {
      state.measure = at("measure").value;
      render("", null);
    });
    at("find").addEventListener("input", () => {
      state.find = at("find").value.trim();
      state.row = 0;
      render("", null);
    });
    const unitOf = new Map(names.unit.map((name, place) => [name.toLowerCase(), place]));
    units.forEach((unit, place) => unit.key && !unitOf.has(unit.key.toLowerCase()) && unitOf.set(unit.key.toLowerCase(), place));
    at("units").replaceChildren(...names.unit.map((name) => option(name, "")));
    at("unit").addEventListener("change", () => {
      const text = at("unit").value.trim().toLowerCase();
      if (!text) return go("unit", home.unit);
      const place = unitOf.get(text);
      if (place === undefined) at("status").textContent = `There is no unit “${at("unit").value}”.`;
      else go("unit", place);
    });
    at("reset").addEventListener("click", () => {
      reset();
      Object.assign(state, home);
      found.clear();
      for (const id of ["unit", "find"]) at(id).value = "";
      at("measure").value = "exposure";
      at("family").value = "0";
      offerRoles();
      render("", null);
    });

    // Wider than paper, a table would be cut off. What had the focus has it again in the new table.
    let held = null;
    function fit(most) {
      const active = document.activeElement;
      if (at("box").contains(active) && active !== at("box"))
        held = active.id ? `#${CSS.escape(active.id)}`
          : active.dataset.y ? `td button[data-y="${active.dataset.y}"][data-x="${active.dataset.x}"]`
          : `[aria-label="${CSS.escape(active.getAttribute("aria-label") ?? "")}"]`;
      state.most = most;
      render("", null);
      if (held) table.querySelector(held)?.focus({ preventScroll: true });
    }
    window.addEventListener("beforeprint", () => {
      held = null;
      fit(ON_PAPER);
    });
    window.addEventListener("afterprint", () => {
      fit(WIDE);
      held = null;
    });

    render("", null);
    document.body.dataset.heat = "ready";
    performance.mark("heat-ready");
  }

  // A name that several nodes have is told apart by its key.
  function uniqueNames(nodes) {
    const times = new Map();
    for (const node of nodes) times.set(node.name, (times.get(node.name) ?? 0) + 1);
    return nodes.map((node) => (times.get(node.name) > 1 && node.key ? `${node.name} (${node.key})` : node.name));
  }

  begin().catch((fault) => {
    at("status").textContent = "The heat map cannot be read by this browser; a newer one is needed.";
    throw fault;
  });
})();
