/* What callbacks say as markup (`data-html`) becomes the content of its element: patched in place, so that focus, scrolling,
   open menus and half-typed words stay. Dash keeps no component for any of it. */
(() => {
  "use strict";
  const keep = {
    onBeforeElUpdated(from, to) {
      if (from.tagName === "DETAILS" && from.open) to.open = true;
      if (from === document.activeElement && "value" in from) to.value = from.value;
      return !from.isEqualNode(to);
    },
  };
  /* What a card says comes as one property and is spread over its slots. */
  const spread = (card) => {
    const parts = JSON.parse(card.getAttribute("data-parts") || "{}");
    for (const [name, text] of Object.entries(parts)) {
      const slot = card.querySelector(`[data-slot="${name}"]`);
      if (slot) fill(slot, text);
    }
    // Said on the card, because a style that has to look for it would be asked anew with each mark that Plotly draws.
    card.dataset.has = Object.keys(parts).filter((name) => parts[name]).join(" ");
  };
  const fill = (element, text = element.getAttribute("data-html") ?? "") => {
    if (element.shownMarkup === text) return;
    element.shownMarkup = text;
    const next = element.cloneNode(false);
    next.innerHTML = text;
    window.morphdom(element, next, { ...keep, childrenOnly: true });
  };
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "attributes") target.hasAttribute("data-parts") ? spread(target) : fill(target);
      for (const node of addedNodes) {
        if (node.nodeType !== Node.ELEMENT_NODE) continue;
        if (node.hasAttribute("data-html")) fill(node);
        node.querySelectorAll("[data-html]").forEach((inner) => fill(inner));
      }
    }
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-html", "data-parts"] });

  /* A link to another page of the application leads there without loading the document anew. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-page]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || link.origin !== location.origin) return;
    event.preventDefault();
    history.pushState({}, "", link.href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    scrollTo(0, 0);
  });
})();
