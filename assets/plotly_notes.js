/* The texts beside the marks of a figure. Plotly measures each annotation in the page before it places it, which takes
   more than half of the time of a figure with columns of text. Ours are plain: anchored, in one line, without a box; so
   they are placed by arithmetic as Plotly would, and written at once. What is not plain stays with Plotly. */
(() => {
  "use strict";
  const PLAIN = new Set(["x", "y", "xref", "yref", "xanchor", "yanchor", "xshift", "yshift", "text", "font", "align", "showarrow"]);
  const TAGS = /<(\/?)(b|span)(?:\s+style="([^"]*)")?>/g;
  const PAD = 2; // px that Plotly keeps free around a text
  const ASCENT = 0.969; // of the font's size, as Inter has them
  const DESCENT = 0.242;

  const isPlain = (note) =>
    !note.showarrow && Object.keys(note).every((name) => PLAIN.has(name)) && !(note.text ?? "").replace(TAGS, "").includes("<");

  /* A layout without its plain texts, and these. */
  const taken = (layout) => {
    const notes = layout?.annotations?.filter(isPlain) ?? [];
    if (!notes.length) return [layout, []];
    return [{ ...layout, annotations: layout.annotations.filter((note) => !isPlain(note)) }, notes];
  };

  const ANCHORS = { left: 0.5, center: 0, right: -0.5, top: 0.5, middle: 0, bottom: -0.5 };
  const AUTO = { x: ["left", "center", "right"], y: ["top", "middle", "bottom"] };
  /* Where in the drawing a value lies in one direction, in px, and in which part of it, from the left or the top. */
  const pointed = (full, note, letter) => {
    const { l, t, w, h } = full._size;
    const at = note[letter];
    const [name, isDomain] = (note[`${letter}ref`] ?? (full[`${letter}axis`] ? letter : "paper")).split(" ");
    const axis = full[`${letter}axis${name.slice(1)}`];
    if (name !== "paper" && !isDomain) {
      const fraction = axis?.r2fraction(at);
      if (!(fraction >= 0 && fraction <= 1)) return null; // as Plotly, which hides what points at nothing in sight
      return [axis._offset + axis.r2p(at), 0.5];
    }
    const along = letter === "x" ? at : 1 - at;
    const [start, length] = name !== "paper" ? [axis._offset, axis._length] : letter === "x" ? [l, w] : [t, h];
    return [start + along * length, along];
  };
  /* Where a text goes in one direction, and on which side of that it lies. */
  const placed = (full, note, letter) => {
    const found = pointed(full, note, letter);
    if (!found) return null;
    const [px, along] = found;
    const given = note[`${letter}anchor`] ?? "auto";
    const anchor = given === "auto" ? AUTO[letter][along < 1 / 3 ? 0 : along > 2 / 3 ? 2 : 1] : given;
    return [px + (letter === "x" ? note.xshift ?? 0 : -(note.yshift ?? 0)), ANCHORS[anchor]];
  };

  const escaped = (text) => text.replace(/"/g, "&quot;");
  /* Texts come with markup escaped, as Plotly wants them; what it does not know as markup is shown. */
  const spans = (text) =>
    text
      .replace(TAGS, (_, closes, tag, style) =>
        closes ? "</tspan>" : `<tspan style="${tag === "b" ? "font-weight:bold" : escaped(style ?? "").replace(/(^|;)color:/g, "$1fill:")}">`)
      .replace(/&nbsp;/g, "\u00a0")
      .replace(/&(?!(?:amp|lt|gt|quot|#\d+|#x[0-9a-fA-F]+);)/g, "&amp;");

  const written = (full, defaults, note) => {
    const x = placed(full, note, "x");
    const y = placed(full, note, "y");
    if (!x || !y) return "";
    const { color, size, weight } = { ...defaults, ...note.font };
    const anchor = x[1] > 0 ? "start" : x[1] < 0 ? "end" : "middle";
    const left = x[0] + Math.sign(x[1]) * PAD;
    const middle = y[0] + y[1] * ((ASCENT + DESCENT) * size + 2 * PAD);
    const base = middle + (size * (ASCENT - DESCENT)) / 2;
    const bold = weight > 400 ? ` font-weight="${weight}"` : "";
    return `<text class="annotation-text" x="${left.toFixed(1)}" y="${base.toFixed(1)}" text-anchor="${anchor}" fill="${color}" font-size="${size}"${bold} style="white-space:pre">${spans(note.text ?? "")}</text>`;
  };

  /* Writes the texts of a graph that has been drawn, anew if they, or the room for them, have changed. */
  const write = (graph) => {
    const full = graph._fullLayout;
    const layer = full?._infolayer?.node();
    if (!layer) return;
    const defaults = { ...full.font, ...graph.layout.template?.layout?.annotationdefaults?.font };
    const text = (graph.notes ?? []).map((note) => written(full, defaults, note)).join("");
    let group = layer.querySelector(":scope > .notes");
    if (!group) {
      if (!text) return;
      group = document.createElementNS("http://www.w3.org/2000/svg", "g");
      group.setAttribute("class", "notes");
      layer.append(group);
    }
    group.setAttribute("font-family", full.font.family);
    if (group.shownText === text) return;
    group.shownText = text;
    group.innerHTML = text;
  };

  window.plotlyNotes = { taken, write };
})();
