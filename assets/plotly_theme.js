/* Figures come without the template that would be the greater part of them; it is put in where they are drawn.
   Plotly arrives when the first graph does, so its two ways to draw are wrapped at the moment it assigns itself. */
(() => {
  const themed = (layout) => {
    if (layout?.template) return layout;
    const theme = layout?.meta?.theme ?? document.documentElement.dataset.bsTheme;
    return { ...layout, template: window.plotlyTemplates[theme] ?? window.plotlyTemplates.light };
  };

  /* Styles go by classes: looking for what Plotly has put into the page would be done again with each mark it draws. */
  const marked = (graph) => {
    graph.closest(".plot")?.classList.add("is-drawn");
    if (graph.isMarked || !graph.on) return;
    graph.isMarked = true;
    graph.on("plotly_hover", () => graph.classList.add("is-pointed"));
    graph.on("plotly_unhover", () => graph.classList.remove("is-pointed"));
  };

  const wrapped = (draw) => (graph, data, layout, config) => {
    const drawn =
      Array.isArray(data) || !data
        ? draw(graph, data, themed(layout), config)
        : draw(graph, { ...data, layout: themed(data.layout) });
    return drawn.then((result) => {
      marked(result);
      return result;
    });
  };

  let plotly = window.Plotly;
  const wrap = () => {
    for (const name of ["newPlot", "react"]) plotly[name] = wrapped(plotly[name]);
  };
  if (plotly) wrap();
  Object.defineProperty(window, "Plotly", {
    configurable: true,
    get: () => plotly,
    set(loaded) {
      if (loaded === plotly) return;
      plotly = loaded;
      wrap();
    },
  });
})();
