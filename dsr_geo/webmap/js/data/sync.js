// The browser's own filters and the host's, kept together: the map changes at once, the host hears of it soon after.

const PAUSE_MS = 350; // long enough for a drag of the slider to be one message
const PATIENCE_MS = 10_000; // after which an unanswered message counts as lost and the host is right again

const own = ({ shown, kinds, years, undated, text }) => ({ shown, kinds, years, undated, text });

/**
 * @param {() => State} now the state that is shown
 * @param {(part: Partial<State>) => void} set shows a part of a new one
 * @param {Options["onFilter"]} onFilter
 */
export function addSync(now, set, onFilter) {
  let act = 0, answered = 0, repeated = 0; // number of the reader's last filter, of the host's answer, of what was lost
  let timer, sentAt = 0, known = "", held = ""; // layers that the host was told, and those that it said it shows

  function send() {
    clearTimeout(timer);
    sentAt = performance.now();
    const { shown, ...others } = own(now());
    // Layers that the reader left alone stay unnamed, so that the address stays short.
    const layers = shown.join() === known ? null : shown;
    known = shown.join();
    onFilter?.({ layers, ...others, act });
  }
  // What may have been lost is told as to one who has not heard of it.
  function again() {
    known = held;
    send();
  }
  return {
    send,
    // The line is there again: what was told without an answer did not arrive.
    restored() {
      if (answered < act) again();
    },
    // Whether the host has yet to answer the reader's last filter.
    waits: () => answered < act,
    // `soon: false` holds the message back, as play does until it stops.
    change(part, { soon = true } = {}) {
      set(part);
      if (!onFilter) return;
      act += 1;
      sentAt = Infinity;
      clearTimeout(timer);
      if (soon) timer = setTimeout(send, PAUSE_MS);
    },
    // A state from the host. While it answers an older filter than the reader's last one, the reader's stands.
    accept(next) {
      // Where the message was lost, since the line was cut or the host is another one, it is sent once more.
      answered = next.act ?? 0;
      held = next.shown.join();
      if (answered < act && repeated < act && performance.now() >= sentAt + PATIENCE_MS) {
        repeated = act;
        again();
      }
      const behind = answered < act && performance.now() < sentAt + PATIENCE_MS;
      if (!behind) [act, known] = [answered, held];
      return { ...next, ...(behind ? own(now()) : {}), host: { shown: next.shown } };
    },
  };
}
