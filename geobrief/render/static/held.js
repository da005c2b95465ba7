/* The map of a sealed briefing, in a frame of it. The page around holds the geometries and the
   pictures; what the frame has of its own names layers by number and leaves out defaults. */
(function () {
  "use strict";

  const held = window.parent.geobriefHeld, { begin, raster, vector } = geobrief;

  function unfold() {
    const block = document.getElementById("spec"), spec = JSON.parse(block.textContent);
    const whole = (feature) => Object.assign({}, held.feature, feature);
    spec.layers = spec.layers.map(held.layer);
    [spec, ...spec.layers].forEach((one) => ["records", "unplaced", "features"].forEach((list) => {
      if (one[list]) one[list] = one[list].map(whole);
    }));
    const drawn = spec.layers.flatMap((layer) => layer.features).filter((one) => one.interactive);
    list(drawn.concat(spec.records, spec.unplaced), (i) => spec.kinds[spec.kind_of[i]]);
    block.textContent = JSON.stringify(spec);
  }

  /* The list of places, as the page of a map has it. */
  function list(features, kind) {
    const add = (parent, name, values, text) => {
      const element = document.createElement(name);
      Object.keys(values).forEach((key) => element.setAttribute(key, values[key]));
      element.textContent = text || "";
      parent.append(element);
      return element;
    };
    features.forEach((feature, i) => {
      const row = add(document.querySelector("#places tbody"), "tr", {});
      const button = add(add(row, "td", {}), "button", { type: "button", "data-select": feature.id, "aria-pressed": "false" });
      add(button, "bdi", {}, feature.name);
      add(add(row, "td", {}), "bdi", {}, kind(i));
      add(row, "td", { dir: "ltr" }, feature.passages.join(", "));
    });
  }

  geobrief.begin = (...given) => { unfold(); begin(...given); };
  geobrief.vector = (id, pane, kind, own, anchors) => vector(id, pane, kind, held.geometry(id), anchors);
  geobrief.raster = (id, pane, url, bounds) => raster(id, pane, held.picture(id), bounds);
})();
