/* AG Grid's own texts in the language of the page: {"getLocaleText": {"function": "localeText(params)"}}. */
(window.dashAgGridFunctions ||= {}).localeText = ({ key, defaultValue, variableValues }) => {
  const chinese = document.documentElement.lang.startsWith("zh");
  const text = (chinese && window.agGridChinese[key]) || defaultValue;
  return (variableValues || []).reduce((filled, value) => filled.replace(/\$\{[^}]*\}/, value), text);
};
