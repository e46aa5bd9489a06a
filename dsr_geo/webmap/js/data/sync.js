// The browser's own filters and the host's, kept together: the map changes at once, the host hears of it soon after.

const PAUSE_MS = 350; // long enough for a drag of the slider to be one message
const PATIENCE_MS = 10_000; // after which an unanswered message counts as lost and the host is right again

export function addSync(atlas, set) {
  let turn = 0, timer = null, told = 0, known = "";
  const own = ({ shown, kinds, years, undated }) => ({ shown, kinds, years, undated });

  function tell() {
    clearTimeout(timer);
    told = performance.now();
    const { shown, kinds, years, undated } = atlas.state;
    // Layers that the reader left alone stay unnamed, so that the address stays short.
    const layers = shown.join() === known ? null : shown;
    known = shown.join();
    atlas.options.onFilter?.({ layers, kinds, years, undated, turn });
  }
  return {
    tell,
    // `soon: false` holds the message back, as play does until it stops.
    change(part, { soon = true } = {}) {
      set(part);
      if (!atlas.options.onFilter) return;
      turn += 1;
      told = Infinity;
      clearTimeout(timer);
      if (soon) timer = setTimeout(tell, PAUSE_MS);
    },
    // A state from the host. While it answers an older filter than the reader's last one, the reader's stands.
    accept(next) {
      const behind = (next.turn ?? 0) < turn && performance.now() < told + PATIENCE_MS;
      if (!behind) [turn, known] = [next.turn ?? 0, next.shown.join()];
      return { ...next, ...(behind ? own(atlas.state) : {}), host: { shown: next.shown } };
    },
  };
}
