/* What AG Grid asks for by name. */
(() => {
  "use strict";
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const lang = () => document.documentElement.lang || "en";
  functions.dealShare = (params) => {
    if (!params.data) return "";
    if (params.value === null || params.value === undefined) return "–";
    return Number(params.value).toLocaleString(lang(), { style: "percent", maximumFractionDigits: 1 });
  };
  /* "1.7 critical": the word of the first limit that the age index is above. */
  functions.dealAge = (params, limits) => {
    const word = limits.find(([limit]) => params.value > limit)?.[1];
    return [functions.dealNumber(params, "1"), word].filter(Boolean).join(" ");
  };
  functions.dealNumber = (params, digits) => {
    if (!params.data) return "";  // the row is still on its way
    if (params.value === null || params.value === undefined) return "–";
    return Number(params.value).toLocaleString(lang(), { minimumFractionDigits: Number(digits), maximumFractionDigits: Number(digits) });
  };
})();
