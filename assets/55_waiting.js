/* What is still being learnt comes by itself: the page asks until it is there, then has everything drawn anew. */
(() => {
  "use strict";
  const EVERY = 1500;
  let asking = false;
  setInterval(async () => {
    const waits = document.querySelector("[data-waits]");
    if (!waits || asking || document.hidden) return;
    asking = true;
    try {
      const answer = await fetch(waits.dataset.waits, { cache: "no-store", signal: AbortSignal.timeout(8000) });
      const { state } = await answer.json();
      if (state !== "waiting" && waits.isConnected) window.dispatchEvent(new Event("askanew"));
    } catch {
      /* The server is away for a moment: ask again. */
    } finally {
      asking = false;
    }
  }, EVERY);
})();
