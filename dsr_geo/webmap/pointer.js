// What the pointer does over the painted records: a short label while it rests on one, a choice when it is pressed.

// label(hit) gives an element, choose(hit or undefined) takes the choice; hits are the painter's.
export function listen(L, map, painter, label, choose) {
  const tooltip = L.tooltip({ className: "atlas-tooltip", direction: "auto", offset: [12, 0], interactive: false });
  let latest = null, asking = false, under = null;

  function close() {
    latest = under = null;
    map.getContainer().style.cursor = "";
    tooltip.remove();
  }

  // One question at a time; while it is out, only the latest place counts.
  async function hover() {
    if (asking) return;
    asking = true;
    while (latest) {
      const { containerPoint: { x, y }, latlng } = latest;
      latest = null;
      const [found] = await painter.hits(x, y);
      if (!found) {
        if (under) close();
        continue;
      }
      if (under?.source !== found.source || under.record !== found.record) tooltip.setContent(label(found));
      under = found;
      map.getContainer().style.cursor = "pointer";
      tooltip.setLatLng(latlng);
      if (!map.hasLayer(tooltip)) tooltip.addTo(map);
    }
    asking = false;
  }

  map.on("mousemove", (event) => {
    if (map.dragging.moving()) return;
    latest = event;
    hover();
  });
  map.on("mouseout movestart", close);
  map.on("click", async ({ containerPoint: { x, y } }) => choose((await painter.hits(x, y))[0]));
}
