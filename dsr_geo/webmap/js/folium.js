// A classic script, not one of the modules: what folium's own elements look for on a page and would fetch from other
// servers, as far as our map brings it: markers with folium.Icon, popups. And the names of files that did not come.

(() => {
  /** @type {any} */
  const page = window, { L } = page;
  const missing = [];
  // Elements that fail to load tell nobody but those who listen before.
  page.addEventListener("error", ({ target }) => {
    const address = target instanceof Element && (target.getAttribute("src") ?? target.getAttribute("href"));
    if (!/^https?:|^\/\//.test(address || "") || target instanceof HTMLImageElement) return;
    missing.push(address);
    if (document.readyState === "complete") tell();
  }, true);
  page.addEventListener("load", tell);

  function tell() {
    if (!missing.length) return;
    for (const map of document.querySelectorAll(".folium-map")) {
      const box = map.querySelector(".atlas-missing")
        ?? map.appendChild(Object.assign(document.createElement("div"), { className: "atlas-missing" }));
      box.setAttribute("role", "status");
      box.textContent = `Not loaded, and what needs it is not on the map: ${missing.join(", ")}`;
    }
  }

  // Popups are made by the one call of jQuery that folium needs: text of HTML to elements.
  page.$ ??= (given) => {
    if (typeof given !== "string") return { ready: (work) => page.addEventListener("load", work) };
    const box = document.createElement("template");
    box.innerHTML = given.trim();
    return [...box.content.children];
  };

  // folium.Icon: a pin in its colour. Its signs are letters of a font that is not here, but for the commonest.
  const COLOURS = {
    red: "#d33d2a", darkred: "#a23336", lightred: "#ff8e7f", orange: "#f69730", beige: "#ffcb92", green: "#72af26",
    darkgreen: "#728224", lightgreen: "#bbf970", blue: "#38aadd", darkblue: "#00649f", lightblue: "#8adaff",
    purple: "#d252b9", darkpurple: "#5b396b", pink: "#ff91ea", cadetblue: "#436978", white: "#fbfbfb",
    gray: "#575757", lightgray: "#a3a3a3", black: "#303030",
  };
  const SIGNS = {
    "info-sign": "i", "info": "i", "plus": "+", "minus": "−", "star": "★", "ok": "✓", "check": "✓",
    "remove": "×", "times": "×", "heart": "♥", "flag": "⚑", "home": "⌂", "question-sign": "?",
    "exclamation-sign": "!", "cloud": "☁",
  };
  const PIN = "M16 1a14 14 0 0 0-14 14c0 9 10 15 14 26 4-11 14-17 14-26a14 14 0 0 0-14-14z";

  L.AwesomeMarkers ??= {
    icon({ markerColor, iconColor, icon, ...others }) {
      const box = document.createElement("div"), sign = document.createElement("span");
      box.innerHTML = `<svg viewBox="0 0 32 42" width="32" height="42" aria-hidden="true"><path d="${PIN}"/></svg>`;
      box.querySelector("path").setAttribute("fill", COLOURS[markerColor] ?? COLOURS.blue);
      sign.textContent = SIGNS[icon] ?? "●";
      sign.style.color = iconColor ?? "white";
      box.append(sign);
      const size = { iconSize: [32, 42], iconAnchor: [16, 41], popupAnchor: [1, -36], tooltipAnchor: [14, -26] };
      return L.divIcon({ ...size, ...others, html: box, className: "atlas-pin" });
    },
  };
})();
