#!/bin/sh
# Fetches the third-party files under assets/ from npm, at the versions pinned here, and keeps only what the pages use.
# Run it after changing a version; the result is committed, so neither installing nor serving needs Node.
set -eu

BOOTSTRAP=5.3.9
ICONS=1.13.1
INTER=5.3.0
PLOTLY_LOCALES=3.7.0
MORPHDOM=2.7.8
AG_GRID_LOCALE=35.3.0 # the AG Grid inside the pinned dash-ag-grid

assets=$(cd "$(dirname "$0")/../assets" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --no-audit --no-fund --ignore-scripts \
    "bootstrap@$BOOTSTRAP" "bootstrap-icons@$ICONS" "@fontsource-variable/inter@$INTER" \
    "plotly.js-locales@$PLOTLY_LOCALES" "@ag-grid-community/locale@$AG_GRID_LOCALE" "morphdom@$MORPHDOM"
cd node_modules
mkdir -p "$assets/fonts"

# Styles, without the reference to a source map that is not there.
sed '/^\/\*# sourceMappingURL/d' bootstrap/dist/css/bootstrap.min.css >"$assets/00_bootstrap.min.css"
# Icons, without the old font format.
sed 's/,url("fonts\/bootstrap-icons\.woff?[^)]*) format("woff")//' \
    bootstrap-icons/font/bootstrap-icons.min.css >"$assets/01_bootstrap-icons.min.css"
cp bootstrap-icons/font/fonts/bootstrap-icons.woff2 "$assets/fonts/"

for subset in latin latin-ext; do
    cp "@fontsource-variable/inter/files/inter-$subset-wght-normal.woff2" "$assets/fonts/"
done
cp @fontsource-variable/inter/LICENSE "$assets/fonts/inter-license.txt"

# Plotly takes its locales from this list when it starts, which is later than this file.
node -e '
    const locale = require("plotly.js-locales/zh-cn");
    console.log("/*! plotly.js-locales " + process.argv[1] + " zh-CN, MIT */");
    console.log("(window.PlotlyLocales ||= []).push(" + JSON.stringify(locale) + ");");
' "$PLOTLY_LOCALES" >"$assets/03_plotly_zh.js"

# AG Grid asks for each text by key: {"getLocaleText": {"function": "localeText(params)"}}.
node -e '
    const texts = require("@ag-grid-community/locale").AG_GRID_LOCALE_CN;
    console.log("/*! @ag-grid-community/locale " + process.argv[1] + " zh-CN, MIT */");
    console.log("window.agGridChinese = " + JSON.stringify(texts) + ";");
' "$AG_GRID_LOCALE" >"$assets/04_ag_grid_zh.js"

# Patches what callbacks say as markup into the page.
{
    echo "/*! morphdom $MORPHDOM, MIT, https://github.com/patrick-steele-idem/morphdom */"
    cat morphdom/dist/morphdom-umd.min.js
} >"$assets/05_morphdom.min.js"
