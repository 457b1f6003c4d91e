/* Knows when all that is in sight has been painted: no answer outstanding, every card drawn since, nothing moving. */
window.watch = (() => {
  "use strict";
  const STILL = 300; // ms without any change after which a page is done; taken off the times
  let outstanding = 0;
  let chartAt = 0;
  let changedAt = 0;
  let waiting = new Set();
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

  const fetchPlain = window.fetch;
  window.fetch = (...asked) => {
    outstanding += 1;
    return fetchPlain(...asked).finally(() => {
      outstanding -= 1;
    });
  };

  const heard = new WeakSet();
  const listen = () => {
    for (const graph of document.querySelectorAll(".js-plotly-plot")) {
      if (heard.has(graph) || !graph.on) continue;
      heard.add(graph);
      chartAt = performance.now();
      graph.on("plotly_afterplot", async () => {
        await frame();
        waiting.delete(graph);
        chartAt = performance.now();
      });
    }
  };
  new MutationObserver(() => {
    changedAt = performance.now();
    listen();
  }).observe(document, { subtree: true, childList: true, characterData: true });

  const inSight = (element) => {
    const { top, bottom, height } = element.getBoundingClientRect();
    return height > 0 && top < innerHeight && bottom > 0;
  };
  const still = () => {
    const now = performance.now();
    const bones = [...document.querySelectorAll(".bone")].some(inSight);
    const started = document.querySelector(".panel[data-card]") !== null;
    return started && !bones && !outstanding && !waiting.size && now - chartAt > STILL && now - changedAt > STILL;
  };
  const missing = () => {
    const cards = [...waiting].map((chart) => chart.closest("[data-card]").dataset.card);
    return `${outstanding} answers outstanding, cards not drawn: ${cards.join(" ")}`;
  };
  const settled = (since = 0) =>
    new Promise((done, failed) => {
      const giveUp = performance.now() + 30000;
      const look = () => {
        if (still()) done({ charts: chartAt - since, whole: Math.max(chartAt, changedAt) - since });
        else if (performance.now() > giveUp) failed(new Error(`The page did not come to rest: ${missing()}`));
        else setTimeout(look, 20);
      };
      look();
    });

  /* What a click on an element leads to: charts in sight that are drawn anew, and words that change. */
  const click = async (selector) => {
    const since = performance.now();
    waiting = new Set();
    chartAt = since;
    document.querySelector(selector).click();
    while (!outstanding) await new Promise((done) => setTimeout(done, 5));
    return settled(since);
  };

  /* A filter is set as a click on one of its links sets it. */
  const change = (query) => {
    const since = performance.now();
    // The small courses of the key numbers are made anew, and heard of when they are; cards draw theirs again.
    const charts = [...document.querySelectorAll("[data-card] .js-plotly-plot")];
    waiting = new Set(charts.filter((chart) => chart.data && chart.data.length && inSight(chart)));
    window.dash_clientside.set_props("slice", { data: query });
    return settled(since);
  };
  return { settled, change, click };
})();
