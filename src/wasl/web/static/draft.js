// An answer while it grows: light Markdown made of elements and text nodes only, so nothing in it can ever be markup.
// The server sends the whole message, rendered, at the end; this is only what is seen until then.

const INLINE = /(`[^`\n]+`)|(\*\*[^*\n]+\*\*)|(\*[^*\s][^*\n]*\*)|\[([^\]\n]+)\]\([^)\s]+\)/;

export class Draft {
  constructor(element) { this.element = element; this.clear(); }

  clear() { this.turn = null; this.text = ""; this.length = 0; this.broken = false; this.blocks = []; this.element.replaceChildren(); this.waiting = 0; }

  // `at` counts code points, as the server does. A gap means words were missed: then only the end will be shown.
  add(turn, at, text) {
    if (this.turn !== turn) { this.clear(); this.turn = turn; }
    if (at === 0 && this.length > 0) { this.clear(); this.turn = turn; }
    if (at !== this.length) { this.broken = at > this.length || this.broken; return; }
    if (this.broken) return;
    this.text += text;
    for (const _ of text) this.length += 1;
    if (!this.waiting) this.waiting = requestAnimationFrame(() => { this.waiting = 0; this.paint(); });
  }

  paint() {
    const sources = split(this.text);
    sources.forEach((source, i) => {
      if (this.blocks[i] === source) return;
      const node = block(source);
      if (node.tagName !== "PRE") node.dir = direction(source);
      if (this.element.children[i]) this.element.children[i].replaceWith(node); else this.element.append(node);
      this.blocks[i] = source;
    });
    while (this.element.children.length > sources.length) this.element.lastChild.remove();
    this.blocks.length = sources.length;
  }
}

function split(text) {
  const blocks = [];
  let fenced = false, lines = [];
  const flush = () => { if (lines.length) blocks.push(lines.join("\n")); lines = []; };
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) { if (!fenced) flush(); lines.push(line); if (fenced) flush(); fenced = !fenced; continue; }
    if (!fenced && !line.trim()) { flush(); continue; }
    lines.push(line);
  }
  flush();
  return blocks;
}

// By most letters, as the server does for the whole message.
function direction(text) {
  const letters = text.match(/\p{L}/gu)?.length;
  if (!letters) return "auto";
  return (text.match(/[\u0590-\u08ff\ufb1d-\ufefc]/g)?.length || 0) * 5 >= letters * 2 ? "rtl" : "ltr";
}

function element(name, ...children) {
  const node = document.createElement(name);
  node.append(...children);
  return node;
}

function block(source) {
  if (source.startsWith("```")) {
    const pre = element("pre", source.replace(/^```[^\n]*\n?/, "").replace(/\n?```$/, ""));
    pre.dir = "ltr";
    return pre;
  }
  const heading = /^(#{1,4})\s+(.*)$/s.exec(source);
  if (heading) return element("h4", ...inline(heading[2]));
  const lines = source.split("\n");
  if (lines.every((line) => /^\s*[-*+]\s/.test(line))) return list("ul", lines, /^\s*[-*+]\s+/);
  if (lines.every((line) => /^\s*\d+[.)]\s/.test(line))) return list("ol", lines, /^\s*\d+[.)]\s+/);
  if (lines.every((line) => line.startsWith(">"))) return element("blockquote", element("p", ...broken(lines.map((l) => l.replace(/^>\s?/, "")))));
  return element("p", ...broken(lines));
}

function list(name, lines, bullet) {
  const node = document.createElement(name);
  node.append(...lines.map((line) => element("li", ...inline(line.replace(bullet, "")))));
  return node;
}

function broken(lines) { return inline(lines.join("\n")); }

function inline(text) {
  const nodes = [];
  let rest = text;
  for (let found = INLINE.exec(rest); found; found = INLINE.exec(rest)) {
    if (found.index) nodes.push(rest.slice(0, found.index));
    if (found[1]) nodes.push(element("code", found[1].slice(1, -1)));
    else if (found[2]) nodes.push(element("strong", found[2].slice(2, -2)));
    else if (found[3]) nodes.push(element("em", found[3].slice(1, -1)));
    else nodes.push(found[4]);
    rest = rest.slice(found.index + found[0].length);
  }
  if (rest) nodes.push(rest);
  return nodes;
}
