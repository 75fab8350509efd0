// What every script of ours starts from: the words and settings that the page carries, dates, small elements.

const carried = document.getElementById("page");
export const page = carried ? JSON.parse(carried.textContent) : { words: {} };
const locale = document.documentElement.lang === "ar" ? "ar-u-nu-latn" : document.documentElement.lang;

export const comma = document.documentElement.lang === "ar" ? "، " : ", ";
const forms = new Intl.PluralRules(locale);
const filled = (words, values) => words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

export const say = (key, values = {}) => filled(page.words[key] || key, values);

// Words that change with the number in them: "1 message", "2 messages"; plain words do not.
export function count(key, n, values = {}) {
  const words = page.words[key] || key;
  return filled(typeof words === "string" ? words : words[forms.select(n)] || words.other, { n: number(n), ...values });
}

const clock = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
const dayOfYear = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const dayOfAnyYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
const whole = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" });
const shortDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const sizes = [["byte", 1], ["kilobyte", 1000], ["megabyte", 1e6]];

export const timeOf = (ms) => clock.format(ms);
export const momentOf = (ms) => whole.format(ms);
export const dayKey = (ms) => { const d = new Date(ms); return `${d.getFullYear()}-${d.getMonth()}-${d.getDate()}`; };

export function dayOf(ms) {
  const now = new Date();
  if (dayKey(ms) === dayKey(now)) return say("today");
  if (dayKey(ms) === dayKey(now.getTime() - 86_400_000)) return say("yesterday");
  return (new Date(ms).getFullYear() === now.getFullYear() ? dayOfYear : dayOfAnyYear).format(ms);
}

export const whenOf = (ms) => (dayKey(ms) === dayKey(Date.now()) ? clock : shortDay).format(ms);

export function sizeOf(bytes) {
  const [unit, scale] = sizes.findLast(([, s]) => bytes >= s) || sizes[0];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: scale > 1 ? "short" : "long", maximumFractionDigits: bytes / scale < 10 && scale > 1 ? 1 : 0 }).format(bytes / scale);
}

export const number = (n) => new Intl.NumberFormat(locale).format(n);

// el("button", {class: "icon", onclick: f}, child, "text"): attributes as given, functions as listeners, null left out.
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

// Drawn icons stand in one hidden <svg> of the page.
export function icon(name, size = 20) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("width", size); svg.setAttribute("height", size); svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}
