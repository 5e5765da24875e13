// Read curves off at a month: by slider, pointer or finger. Without this script every curve and table is there, at one month.
(() => {
  "use strict";

  const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const panel = (root) => {
    const data = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
    const say = data.say;
    const slider = root.querySelector('input[type="range"]');
    const output = root.querySelector("output");
    const figures = [...root.querySelectorAll("figure")];
    const tables = [...root.querySelectorAll(".km-read")];
    const rules = figures.map((figure) => figure.querySelector('[stroke="var(--rule)"]'));
    const start = Number(slider.value);
    // Where month 0 is: the rule was drawn at the month that the slider stands on.
    const scale = data.width / data.end;
    const places = rules.map((rule) => {
      const [x, y] = rule.getAttribute("transform").match(/-?[\d.]+/g).map(Number);
      return { zero: x - start * scale, y };
    });

    const share = (thousandths) => (thousandths / 10).toFixed(data.decimals);
    const reading = ([survival, low, high, atRisk], month) => ({
      value: survival[month] === null ? say.none : fill(say.percent, { x: share(survival[month]) }),
      interval: low[month] === null || high[month] === null ? "" : fill(say.interval, { low: share(low[month]), high: share(high[month]) }),
      at_risk: atRisk[month] === null ? say.none : atRisk[month].toLocaleString("en-US"),
    });

    const radios = [...root.querySelectorAll('input[type="radio"]')];
    const chosen = () => Math.max(0, radios.findIndex((radio) => radio.checked));

    const show = () => {
      const place = chosen();
      const month = Number(slider.value);
      const at = fill(say.month, { month });
      const table = tables[place];
      rules[place].setAttribute("transform", `translate(${(places[place].zero + month * scale).toFixed(2)},${places[place].y})`);
      table.querySelector('[data-read="month"]').textContent = at;
      const said = [...table.querySelectorAll("tbody tr")].map((row, index) => {
        const read = reading(data.groups[place][index], month);
        row.querySelector('[data-read="survival"]').textContent = read.value;
        row.querySelector('[data-read="limits"]').textContent = read.interval;
        row.querySelector('[data-read="at-risk"]').textContent = read.at_risk;
        return fill(read.interval ? say.row : say.row_alone, { name: row.querySelector("b").textContent, ...read });
      });
      slider.setAttribute("aria-valuetext", at);
      return [at, ...said].join(". ");
    };

    // Who listens hears what they asked for, not what the page began with.
    const tell = () => { output.textContent = show(); };

    const follow = (event) => {
      const place = chosen();
      const svg = rules[place].ownerSVGElement;
      const matrix = rules[place].parentNode.getScreenCTM();
      const x = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse()).x;
      const month = Math.round((x - places[place].zero) / scale);
      if (svg && month >= 0 && month <= data.end && month !== Number(slider.value)) {
        slider.value = month;
        tell();
      }
    };

    slider.closest("[hidden]").hidden = false;
    slider.addEventListener("input", tell);
    root.addEventListener("change", (event) => { if (event.target.type === "radio") tell(); });
    for (const rule of rules) {
      const svg = rule.ownerSVGElement;
      svg.classList.add("live");
      svg.addEventListener("pointermove", follow);
      svg.addEventListener("pointerdown", follow);
    }
    show();
  };

  document.querySelectorAll('[data-chart="km"]').forEach(panel);
})();
