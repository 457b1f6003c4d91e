/* What AG Grid asks for by name. */
(() => {
  "use strict";
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const lang = () => document.documentElement.lang || "en";
  functions.dealNumber = (params, digits) => {
    if (!params.data) return "";  // the row is still on its way
    if (params.value === null || params.value === undefined) return "–";
    return Number(params.value).toLocaleString(lang(), { minimumFractionDigits: Number(digits), maximumFractionDigits: Number(digits) });
  };
})();
