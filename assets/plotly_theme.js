/* Figures come without the template that would be the greater part of them; it is put in where they are drawn.
   Plotly arrives when the first graph does, so its ways to draw are wrapped at the moment it assigns itself. */
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
    graph.on("plotly_afterplot", () => window.plotlyNotes.write(graph));
  };

  const wrapped = (draw) => (graph, data, layout, config) => {
    const isFigure = !Array.isArray(data) && data;
    const [rest, notes] = window.plotlyNotes.taken(themed(isFigure ? data.layout : layout));
    graph.notes = notes;
    const drawn = isFigure ? draw(graph, { ...data, layout: rest }) : draw(graph, data, rest, config);
    return drawn.then((result) => {
      marked(result);
      window.plotlyNotes.write(result);
      return result;
    });
  };
  /* A picture is drawn by Plotly alone, beside the page. */
  const pictured = (toImage) => (graph, asked) => {
    if (!graph.notes?.length) return toImage(graph, asked);
    const { data, layout } = graph;
    return toImage({ data, layout: { ...layout, annotations: [...(layout.annotations ?? []), ...graph.notes] } }, asked);
  };

  let plotly = window.Plotly;
  const wrap = () => {
    for (const name of ["newPlot", "react"]) plotly[name] = wrapped(plotly[name]);
    plotly.toImage = pictured(plotly.toImage);
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
