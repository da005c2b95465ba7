/* A map of the presenter is drawn layer by layer, with a breath between: the slide in view answers to
   keys while its neighbours load in the same thread. */
(function () {
  "use strict";

  if (!geobrief.presented) return;
  const SLICE = 24; // milliseconds of drawing before others have their turn
  const jobs = [];
  const turns = new MessageChannel();

  turns.port1.onmessage = () => {
    const start = performance.now();
    while (jobs.length && performance.now() - start < SLICE) jobs.shift()();
    if (jobs.length) turns.port2.postMessage(0);
  };

  ["raster", "vector", "ready"].forEach((verb) => {
    const whole = geobrief[verb];
    geobrief[verb] = (...given) => {
      jobs.push(() => whole(...given));
      if (jobs.length === 1) turns.port2.postMessage(0);
    };
  });
})();
