// Draws the charts, and draws them again when light and dark change.
"use strict";
(() => {
  const palettes = JSON.parse(document.getElementById("palettes").textContent);
  const specs = [...document.querySelectorAll('script[id^="spec-"]')].map((script) => ({
    place: document.getElementById("chart-" + script.id.slice(5)),
    spec: JSON.parse(script.textContent),
    risky: script.id === "spec-matrix",
  }));
  // Colours that stand in a chart are those of the light page.
  const recoloured = (part, theme) => {
    if (Array.isArray(part)) return part.map((one) => recoloured(one, theme));
    if (part && typeof part === "object")
      return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, recoloured(value, theme)]));
    const place = typeof part === "string" ? palettes.light.drawn.indexOf(part) : -1;
    return place < 0 ? part : palettes[theme].drawn[place];
  };
  const font = getComputedStyle(document.body).fontFamily;
  let views = [];
  let turn = 0;

  function configOf(chart, theme) {
    const palette = palettes[theme];
    const config = structuredClone(palette.config);
    config.background = "transparent";
    config.font = font;
    config.axis = { ...config.axis, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", titlePadding: 10 };
    config.legend = { ...config.legend, labelFontSize: 12 };
    config.bar = { color: palette.series[0] };
    config.circle = { color: palette.series[0] };
    config.tick = { color: palette.series[1] };
    // Nominal colours of the matrix are its risk levels, ordinal ones those of text upon them.
    config.range = chart.risky
      ? { category: palette.levels, ordinal: palette.on_levels }
      : { category: chart.spec.usermeta?.rest ? [palette.series[0], palette.config.axis.gridColor] : palette.series };
    return config;
  }

  async function draw() {
    const mine = ++turn;
    for (const view of views) view.finalize();
    views = [];
    for (const chart of specs) {
      if (!chart.place) continue;
      const narrow = chart.place.clientWidth < 480;
      const options = (theme) => {
        const config = configOf(chart, theme);
        if (narrow) {
          config.axisY = { labelLimit: 110 };
          config.axis.labelFontSize = 11;
        }
        return { actions: false, ast: true, renderer: "svg", config };
      };
      const spec = limited(chart.spec, narrow);
      const theme = window.gradus.isDark() ? "dark" : "light";
      const result = await vegaEmbed(chart.place, recoloured(spec, theme), options(theme));
      chart.paper = null;
      if (window.gradus.isDark()) {
        // Paper is light, and there is no time to draw when it is asked for.
        const light = await vegaEmbed(document.createElement("div"), { ...spec, width: chart.place.clientWidth }, options("light"));
        chart.paper = await light.view.toSVG();
        light.finalize();
      }
      if (mine !== turn) {
        result.finalize();
        return;
      }
      views.push(result);
    }
    document.body.dataset.theme = window.gradus.isDark() ? "dark" : "light";
    document.body.dataset.charts = "drawn";
    performance.mark("charts-drawn");
  }

  // On a narrow screen long labels would leave no room for the chart.
  function limited(spec, narrow) {
    if (!narrow) return spec;
    const copy = structuredClone(spec);
    for (const layer of [copy, ...(copy.layer ?? [])]) {
      const axis = layer.encoding?.y?.axis;
      if (axis?.labelLimit) axis.labelLimit = 110;
    }
    return copy;
  }

  window.addEventListener("beforeprint", () => {
    for (const chart of specs) {
      if (!chart.place || !chart.paper) continue;
      chart.sheet = document.createElement("div");
      chart.sheet.className = "chart paper";
      chart.sheet.innerHTML = chart.paper;
      chart.place.classList.add("screen");
      chart.place.after(chart.sheet);
    }
  });
  window.addEventListener("afterprint", () => {
    for (const chart of specs) {
      chart.sheet?.remove();
      chart.place?.classList.remove("screen");
      chart.sheet = null;
    }
  });

  document.addEventListener("themechange", draw);
  draw();
})();
