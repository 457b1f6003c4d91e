/* The slice is the state: links lead to slices, the store holds the present one, the address bar shows it. */
(() => {
  "use strict";
  const SLICE = "slice";
  const root = document.documentElement;
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);

  const present = () => new URLSearchParams(location.search);
  const goTo = (query) => setProps(SLICE, { data: query });
  const withOption = (name, value) => {
    const query = present();
    value ? query.set(name, value) : query.delete(name);
    return query.toString();
  };

  /* Whether something lies beside the page, or a query asks for it. */
  const isHidden = (id) => document.getElementById(id)?.hidden ?? true;
  const isOpen = (query) => /(^|&)(open|explain)=/.test(query ?? "");

  /* A card is drawn when it comes into sight; until then it only knows for which query it is due. */
  const cards = {
    query: null,
    drawn: new WeakMap(),
    inSight: new Set(),
    watch: new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        cards.inSight[isIntersecting ? "add" : "delete"](target);
        if (isIntersecting) cards.draw(target);
      }
    }, { rootMargin: "160px" }),
    draw(panel) {
      if (cards.query === null || cards.drawn.get(panel) === cards.query) return;
      cards.drawn.set(panel, cards.query);
      setProps({ type: "card-due", card: panel.dataset.card }, { data: cards.query });
    },
    due(query) {
      cards.query = query;
      document.querySelectorAll(".panel[data-card]").forEach((panel) => {
        if (!cards.drawn.has(panel)) {
          cards.drawn.set(panel, null);
          cards.watch.observe(panel);
        } else if (cards.inSight.has(panel)) cards.draw(panel);
      });
    },
  };
  /* Paper shows all of them; `drawall` is 53_download.js asking before it lets the page be printed. */
  for (const asked of ["beforeprint", "drawall"])
    window.addEventListener(asked, () => document.querySelectorAll(".panel[data-card]").forEach(cards.draw));

  /* Back and Forward on the same page hand the address to the store; Dash handles changes of page. */
  let path = location.pathname;
  window.addEventListener("_dashprivate_pushstate", () => root.removeAttribute("data-beside"));
  window.addEventListener("popstate", (event) => {
    if (location.pathname !== path) return;
    event.stopImmediatePropagation();
    goTo(location.search.slice(1));
  }, true);

  /* The rows of the list of deals. Each request is answered by itself: the component's own way, over two properties,
     hands an answer to whichever request was last, and loses it where the list before was empty. */
  const list = {
    of: null,
    filled: null,
    grid: null,
    told: document.createElement("div"),
    async fill(query, version) {
      const of = (list.of = `${query} ${version}`);
      const grid = await window.dash_ag_grid.getApiAsync("deals-grid").then(list.settled);
      if (grid.isDestroyed() || list.of !== of || (list.filled === of && list.grid === grid)) return;
      Object.assign(list, { filled: of, grid });
      list.again = () => {
        list.filled = null;
        list.fill(query, version);
      };
      list.told.remove();
      list.stop();
      grid.setFilterModel(null);
      grid.applyColumnState({ defaultState: { sort: null } });
      grid.setGridOption("datasource", query ? list.from(query, version) : list.none);
    },
    again: () => {},
    /* A grid is there a moment before it is ready, which is when the component gives it a source of its own. */
    async settled(grid) {
      while (!grid.isDestroyed() && !grid.getGridOption("datasource")) await new Promise((go) => setTimeout(go, 10));
      return grid;
    },
    tell(message) {
      list.told.innerHTML = message;
      document.getElementById("toasts").append(list.told);
    },
    none: { getRows: (asked) => asked.successCallback([], 0) },
    stop: () => {},
    from(query, version) {
      const gone = new AbortController();
      list.stop = () => gone.abort();
      return {
        async getRows(asked) {
          if (gone.signal.aborted) return asked.failCallback();
          const { startRow, endRow, sortModel, filterModel } = asked;
          try {
            const answer = await fetch(`/api/deals?${query}`, {
              method: "POST",
              headers: { "Content-Type": "application/json" },
              body: JSON.stringify({ startRow, endRow, sortModel, filterModel, version }),
              signal: gone.signal,
            });
            const { rowData, rowCount, message } = await answer.json();
            if (answer.ok) return asked.successCallback(rowData, rowCount ?? undefined);
            if (message) list.tell(message);
          } catch {} // another list is wanted, or nobody answers: of that the page tells by itself
          asked.failCallback();
        },
      };
    },
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    slice: {
      /* The store leads, the address follows; what is merely open is no reason to draw charts anew. */
      follow(query, before, shown) {
        path = location.pathname;
        const now = location.search.slice(1);
        const arrives = before === null || before === undefined;
        if (arrives) makeRoom();
        if (new URLSearchParams(query).toString() !== new URLSearchParams(now).toString()) {
          const address = location.pathname + (query ? "?" + query : "");
          arrives ? history.replaceState(history.state, "", address) : history.pushState(null, "", address);
        }
        const drawn = new URLSearchParams(query);
        drawn.delete("open");
        drawn.delete("explain");
        const next = drawn.toString();
        if (next !== before) cards.due(next);
        const { no_update } = window.dash_clientside;
        const shows = isOpen(query) || isOpen(shown) || !isHidden("drawer") || !isHidden("sheet");
        return [next === before ? no_update : next, shows ? query : no_update, arrives ? no_update : []];
      },
      /* Links to other pages carry the slice along, without what is only open here or is this page's own. */
      carry(query) {
        const carried = new URLSearchParams(query);
        document.getElementById("nav").dataset.own.split(" ").forEach((name) => carried.delete(name));
        const search = `${carried}` && `?${carried}`;
        const here = location.pathname.replace(/\/+$/, "") || "/";
        document.querySelectorAll("#nav a, #tabs a, .ways a").forEach((link) => {
          link.setAttribute("href", link.pathname + search);
          link.classList.toggle("on", link.pathname === here);
        });
        const more = document.querySelector("#tabs summary");
        more?.classList.toggle("on", more.parentElement.querySelector("a.on") !== null);
        return `${carried}`;
      },
      opened(hidden) {
        // Said on the document: a style that looks for it (`:has`) would be asked anew with each mark that Plotly draws.
        root.toggleAttribute("data-beside", !hidden);
        setTimeout(() => over.follow(!hidden));
      },
      /* The version that the page came with. */
      shows(version) {
        data.shown = version || data.shown;
      },
      /* Other deals are to be listed: other rows, neither sorted nor filtered as the last ones were. */
      refill(shown, columns, version) {
        const query = new URLSearchParams(shown);
        query.delete("explain");
        // Without columns nothing is open, whatever the address asks for.
        list.fill(columns?.length && query.has("open") ? query.toString() : "", version);
      },
      /* A click on a mark opens the deals behind it, or leads to the slice that it names. */
      clicked(...clicks) {
        const hit = window.dash_clientside.callback_context.triggered[0];
        const data = hit && hit.value && hit.value.points && hit.value.points[0].customdata;
        const opened = Array.isArray(data) ? data[0] : data;
        if (opened) goTo(opened.startsWith("?") ? opened.slice(1) : withOption("open", opened));
      },
    },
  });

  /* The navigation is folded where somebody folded it, and on pages that need the room. */
  let folded = null;
  const makeRoom = () => {
    const wide = document.querySelector(".page-planning") && innerWidth < 1760;
    document.querySelector(".shell").classList.toggle("narrow", folded ?? Boolean(wide));
  };

  const remember = (name, value) => {
    document.cookie = `${name}=${value}; path=/; max-age=31536000; SameSite=Lax`;
  };

  const phone = matchMedia("(max-width: 575.98px)");
  const measure = () => remember("compact", phone.matches ? "1" : "0");
  measure();
  phone.addEventListener("change", () => {
    measure();
    retry();
  });

  /* On a phone what opens beside the page lies over it: the focus goes in, stays there, and returns to where it was. */
  const over = {
    from: null,
    panel: () => document.getElementById("drawer"),
    isThere: () => phone.matches && over.panel() !== null && !over.panel().hidden,
    follow(isOpen) {
      const panel = over.panel();
      if (!panel) return;
      isOpen && phone.matches ? panel.setAttribute("aria-modal", "true") : panel.removeAttribute("aria-modal");
      if (over.isThere()) {
        if (panel.contains(document.activeElement)) return;
        over.from ??= document.activeElement;
        panel.focus();
      } else if (over.from) {
        const back = over.from.isConnected && over.from !== document.body ? over.from : document.querySelector(".filters-button");
        over.from = null;
        back?.focus();
      }
    },
    keep(event) {
      const stops = [...over.panel().querySelectorAll("a[href], button, input, summary")].filter((one) => one.checkVisibility());
      const last = stops.length - 1;
      const at = stops.indexOf(document.activeElement);
      if (at > 0 && at < last) return;
      if (event.shiftKey ? at <= 0 : at === last || at < 0) {
        event.preventDefault();
        stops[event.shiftKey ? last : 0]?.focus();
      }
    },
  };
  document.addEventListener("keydown", (event) => event.key === "Tab" && over.isThere() && over.keep(event));

  const say = (text) => {
    const note = document.createElement("div");
    note.className = "message";
    note.textContent = text;
    document.getElementById("toasts").append(note);
    setTimeout(() => note.remove(), 2500);
  };

  const actions = {
    slice: (el) => goTo(el.dataset.slice),
    option: (el) => {
      const [name, value] = el.dataset.option.split("=");
      if (value || present().has(name)) goTo(withOption(name, value));
    },
    panel: (el) => setProps("panel", { data: el.dataset.panel }),
    themeSwitch: () => {
      const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
      root.dataset.bsTheme = next;
      remember("theme", next);
      setProps("theme", { data: next });
    },
    language: (el) => {
      remember("language", el.dataset.language);
      location.reload();
    },
    collapse: () => {
      folded = document.querySelector(".shell").classList.toggle("narrow");
    },
    share: (el) => navigator.clipboard.writeText(location.href).then(() => say(el.dataset.share)),
    copy: (el) => navigator.clipboard.writeText(el.dataset.copy).then(() => say(el.dataset.copy)),
    retry: () => retry(),
  };
  /* Asks everything anew: what is in sight now, the rest when it comes into sight. */
  const retry = () => {
    setProps("query", { data: cards.query });
    document.querySelectorAll(".panel[data-card]").forEach((panel) => cards.drawn.set(panel, null));
    cards.inSight.forEach(cards.draw);
    list.again();
  };
  window.addEventListener("askanew", () => retry()); // 55_waiting.js: what was waited for is there

  const selector = Object.keys(actions).map((name) => `[data-${name.replace(/[A-Z]/g, (c) => "-" + c.toLowerCase())}]`).join(",");
  document.addEventListener("click", (event) => {
    const el = event.target.closest(selector);
    const own = event.target.closest("details.menu-of");
    document.querySelectorAll("details.menu-of[open]").forEach((menu) => {
      const leads = event.target.closest("a[data-page]");
      if (menu !== own || leads || (el && !("keep" in el.dataset))) menu.open = false;
    });
    if (!el || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    for (const name of Object.keys(actions)) if (name in el.dataset) actions[name](el);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu-of[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
      return;
    }
    setProps("panel", { data: "" });
    const query = present();
    const open = query.has("explain") ? "explain" : query.has("open") ? "open" : "";
    if (open) goTo(withOption(open, ""));
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const values = [...form.querySelectorAll("input[name]")].map((input) => [input.name, input.value.trim()]);
    event.preventDefault();
    if ("range" in form.dataset) {
      const { start, end } = Object.fromEntries(values);
      goTo(withOption("period", `${start}..${end}`));
    } else if ("options" in form.dataset) {
      const query = present();
      values.forEach(([name, value]) => (value ? query.set(name, value.replaceAll(" ", "")) : query.delete(name)));
      goTo(query.toString());
    } else if ("words" in form.dataset) {
      const query = present();
      values.forEach(([name, value]) => (value ? query.set(name, value) : query.delete(name)));
      goTo(query.toString());
    } else return;
    form.closest("details")?.removeAttribute("open");
    setProps("panel", { data: "" });
  });

  document.addEventListener("input", (event) => {
    if (!event.target.closest("#picker-search, .picker-search") && event.target.id !== "picker-search") return;
    const wanted = event.target.value.trim().toLowerCase();
    document.querySelectorAll("#picker-rows > a").forEach((row) => {
      row.hidden = wanted !== "" && !row.textContent.toLowerCase().includes(wanted);
    });
  });

  /* Which data the page shows. For a moment after a load one server process tells the new version and another still the
     old one. Versions sort by time: a later one is believed at once; an earlier one, after somebody went back, when it
     is told again and again, for longer than that moment lasts. */
  const SURE = { times: 3, ms: 3000 };
  const data = {
    shown: null,
    earlier: { version: null, times: 0, since: 0 },
    isNews(version) {
      if (version === data.shown) data.earlier.version = null;
      if (!version || version === data.shown) return false;
      if (!data.shown || version > data.shown) return true;
      if (version !== data.earlier.version) data.earlier = { version, times: 0, since: Date.now() };
      data.earlier.times += 1;
      return data.earlier.times >= SURE.times && Date.now() - data.earlier.since >= SURE.ms;
    },
    hear(version) {
      if (!data.isNews(version)) return;
      if (data.shown) setProps("data-version", { data: version });
      data.shown = version;
    },
  };

  /* New data, old data, no data: asked every ten seconds, and when the page is looked at again; said above the page. */
  let state = "ok";
  const ask = async () => {
    const offline = document.getElementById("offline");
    try {
      const answer = await fetch("/api/state", { cache: "no-store", signal: AbortSignal.timeout(8000) });
      const health = await answer.json();
      if (offline) offline.hidden = true;
      data.hear(health.version);
      if (health.version && document.querySelector("main.no-data")) location.reload();
      if (health.state !== state) {
        if (state === "down" && health.state !== "down") retry();
        state = health.state;
        setProps("health", { data: health });
      }
    } catch {
      if (offline) offline.hidden = false;
    }
  };
  setInterval(ask, 10000);
  window.addEventListener("online", ask);
  document.addEventListener("visibilitychange", () => document.hidden || ask());
  window.addEventListener("load", () => setTimeout(ask, 1500));
})();
