/* The page on paper, as PDF and as a picture; a card as a table, as CSV and as a picture. */
(() => {
  "use strict";
  const root = document.documentElement;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const menu = () => document.querySelector("[data-foot]");
  const setTheme = (theme) => {
    root.dataset.bsTheme = theme;
    window.dash_clientside.set_props("theme", { data: theme });
  };

  /* -- paper ------------------------------------------------------------------------------------------------- */

  const FILLED = ".card-state-slot > *, .card-body-slot > *, .plot .trace";
  const plots = () => [...document.querySelectorAll("main .js-plotly-plot")];
  const cards = () => [...document.querySelectorAll(".panel[data-card]")];

  /* All of the page has come: sentence, top bar, key numbers, every card, in the theme that holds. */
  const isDrawn = () =>
    Boolean(document.querySelector("h1")?.textContent.trim() && menu() && document.querySelector("#strip .kpi"))
    && !document.querySelector('main .bone, main [data-dash-is-loading="true"]')
    && cards().every((card) => card.querySelector(FILLED))
    && plots().every((plot) => (plot.layout?.meta?.theme ?? root.dataset.bsTheme) === root.dataset.bsTheme);

  const drawn = async () => {
    /* Twice in a row: between an answer and what it sets off there is a moment without anything under way. */
    for (let seen = 0; seen < 2; await pause(80)) {
      window.dispatchEvent(new Event("drawall"));
      seen = isDrawn() ? seen + 1 : 0;
    }
    await document.fonts.ready;
  };

  /* Figures take the size that their cards have now, at once: the printer does not wait. */
  const fit = () => {
    for (const plot of plots()) if (plot.clientWidth) window.Plotly.relayout(plot, { autosize: true });
  };

  /* What stands at the foot of each sheet: which page of when, where it is found, which sheet of how many. */
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const quoted = (text) => `"${text.replace(/[\\"]/g, "\\$&").replace(/[\n\r\f]/g, " ")}"`;
  let address = "";
  const writeFoot = () => {
    let where = address || location.host + location.pathname + location.search;
    try {
      where = decodeURIComponent(where.replaceAll("+", " "));
    } catch { /* then as it is */ }
    if (where.length > 90) where = where.slice(0, 89) + "…";
    const look = `font: 8pt ${getComputedStyle(document.body).fontFamily}; color: #5f697c;`;
    sheet.replaceSync(`@page {
      @bottom-left { content: ${quoted(menu()?.dataset.foot ?? "")}; ${look} }
      @bottom-right { content: ${quoted(where + "  ·  ")} counter(page) " / " counter(pages); ${look} }
    }`);
  };

  window.addEventListener("beforeprint", () => {
    root.dataset.paper = "pdf";
    writeFoot();
    fit();
  });
  window.addEventListener("afterprint", () => {
    delete root.dataset.paper;
    fit();
    if (theme) setTheme(theme);
    theme = "";
  });
  let theme = "";

  /* What the server's own browser asks for before it prints, and the menu before it opens the printer's dialogue. */
  window.paper = {
    async prepare(kind, where = "") {
      address = where;
      await drawn();
      root.dataset.paper = kind;
      writeFoot();
      fit();
      await drawn();
    },
    box: () => ({ x: 0, y: 0, width: root.scrollWidth, height: root.scrollHeight }),
  };

  const print = async () => {
    if (root.dataset.bsTheme === "dark") {
      theme = "dark";
      setTheme("light");
      await pause(80);
    }
    await window.paper.prepare("pdf");
    window.print();
  };

  /* -- the page as a file -------------------------------------------------------------------------------------- */

  const message = () => {
    const note = document.createElement("div");
    const text = document.createElement("p");
    const bar = document.createElement("i");
    note.className = "message making";
    bar.className = "bar";
    note.append(text, bar);
    document.getElementById("toasts").append(note);
    return {
      say: (words) => (text.textContent = words),
      end(words, failed) {
        bar.remove();
        note.className = failed ? "message failed" : "message";
        text.textContent = words;
        setTimeout(() => note.remove(), failed ? 12000 : 4000);
      },
    };
  };

  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  /* attachment; filename="a.pdf" or, with other scripts than Latin, filename*=UTF-8''a.pdf */
  const nameIn = (disposition, otherwise) => {
    const wide = /filename\*=UTF-8''([^;]+)/i.exec(disposition);
    return wide ? decodeURIComponent(wide[1]) : (/filename="?([^";]+)/.exec(disposition)?.[1] ?? otherwise);
  };

  const PATIENCE = 90000;
  let isMaking = false;
  const download = async (kind) => {
    if (isMaking) return;
    isMaking = true;
    const words = { ...menu().dataset };
    const note = message();
    const start = Date.now();
    let said = words.making;
    const tell = () => note.say(said.replace("{n}", Math.round((Date.now() - start) / 1000)));
    const clock = setInterval(tell, 500);
    tell();
    const query = new URLSearchParams(location.search);
    query.set("page", location.pathname);
    try {
      let answer;
      for (;;) {
        answer = await fetch(`/download/page.${kind}?${query}`, { signal: AbortSignal.timeout(PATIENCE) });
        const after = answer.headers.get("Retry-After");
        if (!after || Date.now() - start > PATIENCE) break;
        said = words.waiting;
        await pause(1000 * after);
      }
      if (answer.ok) {
        const name = nameIn(answer.headers.get("Content-Disposition") ?? "", `page.${kind}`);
        save(await answer.blob(), name);
        note.end(words.saved.replace("{name}", name), false);
      } else note.end(answer.headers.get("Content-Type")?.startsWith("text/plain") ? await answer.text() : words.offline, true);
    } catch {
      note.end(words.offline, true);
    } finally {
      clearInterval(clock);
      isMaking = false;
    }
  };

  /* -- a card -------------------------------------------------------------------------------------------------- */

  const titleOf = (card) => card.querySelector("h2").textContent;
  const fileOf = (card, kind) => {
    const title = titleOf(card).replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
    return `${title}-${menu()?.dataset.day ?? ""}.${kind}`;
  };

  const showTable = (card, isTable) => {
    if (isTable) card.dataset.shown = "table";
    else delete card.dataset.shown;
    card.querySelector(".menu-of[data-menu=card] summary").focus();
    if (!isTable) card.querySelectorAll(".plot-slot .js-plotly-plot").forEach((plot) => window.Plotly.Plots.resize(plot));
  };

  /* A number as spreadsheets read it: without thousands, with a plain minus; text that would be a formula stays text. */
  const cell = (text) => {
    const said = text.trim().replace(/\s+/g, " ");
    const number = said.replace(/\u2212/g, "-").replaceAll(",", "");
    if (/^[+-]?\d+(\.\d+)?%?$/.test(number)) return number.replace(/^\+/, "");
    const safe = /^[=+\-@\u2212]/.test(said) && said.length > 1 ? `'${said}` : said;
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };

  const saveTable = (card) => {
    const table = card.querySelector(".card-body-slot table") ?? card.querySelector(".card-table-slot table");
    if (!table) return;
    const about = [titleOf(card), card.querySelector("header p").textContent, menu()?.dataset.foot ?? ""];
    const lines = [...table.rows].map((row) => [...row.cells].map((td) => cell(td.textContent)).join(","));
    const text = ["\ufeff" + cell("# " + about.filter(Boolean).join(" · ")), ...lines].join("\r\n") + "\r\n";
    save(new Blob([text], { type: "text/csv;charset=utf-8" }), fileOf(card, "csv"));
  };

  const FONTS = ["/assets/fonts/inter-latin-wght-normal.woff2", "/assets/fonts/inter-latin-ext-wght-normal.woff2"];
  const RANGES = ["U+0000-00FF,U+2000-206F,U+2122,U+2191,U+2193,U+2212,U+2215", "U+0100-02BA,U+20A0-20AB,U+20AD-20C0"];
  const asData = (blob) =>
    new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result);
      reader.readAsDataURL(blob);
    });
  /* A drawing that stands alone has no fonts but those that it brings along. */
  const fontFaces = async () => {
    const files = await Promise.all(FONTS.map(async (url) => asData(await (await fetch(url)).blob())));
    return files
      .map((data, at) => `@font-face{font-family:"Inter Variable";font-weight:100 900;src:url(${data});unicode-range:${RANGES[at]}}`)
      .join("");
  };

  const HEAD = 64;
  const MARGIN = 16;
  const SHARP = 2;
  const savePicture = async (card) => {
    const plot = card.querySelector(".plot-slot .js-plotly-plot");
    if (!plot?.data?.length) return;
    const [width, height] = [plot.clientWidth || 720, plot.clientHeight || 320];
    const uri = await window.Plotly.toImage(plot, { format: "svg", width, height });
    const drawing = decodeURIComponent(uri.slice(uri.indexOf(",") + 1));
    const style = `<style>${await fontFaces()}text{font-feature-settings:"tnum"}</style>`;
    const image = new Image();
    image.src = await asData(new Blob([drawing.replace(/<svg[^>]*>/, (tag) => tag + style)], { type: "image/svg+xml" }));
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = (width + 2 * MARGIN) * SHARP;
    canvas.height = (height + HEAD + MARGIN) * SHARP;
    const pen = canvas.getContext("2d");
    const token = (name) => getComputedStyle(card).getPropertyValue(name).trim();
    const family = getComputedStyle(card).fontFamily;
    pen.scale(SHARP, SHARP);
    pen.fillStyle = token("--surface");
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = token("--ink");
    pen.font = `600 14px ${family}`;
    pen.fillText(titleOf(card), MARGIN, 26);
    pen.fillStyle = token("--ink-3");
    pen.font = `400 12px ${family}`;
    pen.fillText(card.querySelector("header p").textContent, MARGIN, 44, width);
    pen.fillText(menu()?.dataset.foot ?? "", MARGIN, 60, width);
    pen.drawImage(image, MARGIN, HEAD, width, height);
    canvas.toBlob((blob) => save(blob, fileOf(card, "png")), "image/png");
  };

  const actions = {
    download: (kind) => (kind === "print" ? print() : download(kind)),
    cardTable: (way, card) => showTable(card, way === "show"),
    cardCsv: (_, card) => saveTable(card),
    cardPng: (_, card) => savePicture(card),
  };
  document.addEventListener("click", (event) => {
    const el = event.target.closest("[data-download], [data-card-table], [data-card-csv], [data-card-png]");
    if (!el) return;
    el.closest("details")?.removeAttribute("open");
    for (const [name, act] of Object.entries(actions)) if (name in el.dataset) act(el.dataset[name], el.closest(".panel"));
  });
})();
