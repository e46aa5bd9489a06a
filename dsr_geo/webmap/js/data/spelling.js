// How text is compared: one name in its several spellings is one text, and words are compared, not parts of words.
// The same as dsr_geo/spelling.py, by the same tables; both are tested on the same cases (tests/spellings.json).

const ACCENTS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]/g;
const HYPHEN = /(?<=[\p{L}\p{N}])[-\u2010-\u2015\u2212](?=[\p{L}\p{N}])/gu;
const WITHIN = /(?<=\p{L})['.](?=\p{L})/gu;
// Scripts that set no space between words: Chinese, Japanese, Thai, Lao, Burmese, Khmer.
const RUN = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u{20000}-\u{3ffff}";
const RUNS = new RegExp(`[${RUN}]+|[^${RUN}]+`, "gu"), STARTS_RUN = new RegExp(`^[${RUN}]`, "u");

/** @param {Spelling} tables see spelling.json */
export function speller({ letters, words: patterns, simplified }) {
  const read = new Map(Object.entries(letters)), pairs = [...simplified];
  for (let i = 0; i < pairs.length; i += 2) read.set(pairs[i], pairs[i + 1]);
  const british = patterns.map(([pattern, word]) => ({ pattern: new RegExp(pattern), word }));

  const translate = (text) => text.replace(/[^\0-\x7f]|[&`]/gu, (sign) => read.get(sign) ?? sign);
  const plain = (text) => translate(translate(text).normalize("NFKD").toLowerCase().replace(ACCENTS, ""));
  const split = (text) => text.replace(/\p{Cf}+/gu, "").replace(/[\p{Z}\p{P}\p{S}\p{C}]+/gu, " ").split(" ")
    .flatMap((word) => word.match(RUNS) ?? []);
  const inOneSpelling = (word) => (/[^\0-\x7f]/.test(word) ? word
    : british.reduce((written, each) => written.replace(each.pattern, each.word), word));

  /** Text for comparing: its words, each in one spelling, a space between. */
  const fold = (text) => split(plain(text).replace(WITHIN, "")).map(inOneSpelling).join(" ");

  /** Text to be looked into (see `pattern`): its words as `fold` has them, then each as it may be written, too. */
  function words(text) {
    const own = plain(text), folded = fold(text).split(" ").filter(Boolean);
    const others = [own, own.replace(WITHIN, ""), own.replace(HYPHEN, "").replace(WITHIN, "")].flatMap(split);
    const more = new Set([...others, ...others.map(inOneSpelling)].filter((word) => !folded.includes(word)));
    return ` ${[...folded, ...[...more].sort()].join(" ")} `;
  }
  return { fold, words };
}

/** What to look for in `words`: a word as a whole or as the beginning of one; anywhere where no spaces are set. */
export const pattern = (word, whole) => (STARTS_RUN.test(word) ? word : whole ? ` ${word} ` : ` ${word}`);
