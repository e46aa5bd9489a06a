// The browser's own filters and the host's, kept together: the map changes at once, the host hears of it soon after.

const PAUSE_MS = 350; // long enough for a drag of the slider to be one message

export function addSync(atlas, set) {
  let turn = 0, timer = null;
  const own = ({ shown, kinds, years, undated }) => ({ shown, kinds, years, undated });

  function tell() {
    clearTimeout(timer);
    const { shown, kinds, years, undated, host } = atlas.state;
    // Layers that the reader left alone stay unnamed, so that the address stays short.
    const layers = shown.join() === host.shown.join() ? null : shown;
    atlas.options.onFilter?.({ layers, kinds, years, undated, turn });
  }
  return {
    tell,
    // `soon: false` holds the message back, as play does until it stops.
    change(part, { soon = true } = {}) {
      set(part);
      if (!atlas.options.onFilter) return;
      turn += 1;
      clearTimeout(timer);
      if (soon) timer = setTimeout(tell, PAUSE_MS);
    },
    // A state from the host. While it answers an older filter than the reader's last one, the reader's stands.
    accept(next) {
      const behind = (next.turn ?? 0) < turn;
      if (!behind) turn = next.turn ?? 0;
      return { ...next, ...(behind ? own(atlas.state) : {}), host: { shown: next.shown } };
    },
  };
}
