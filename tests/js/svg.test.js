import assert from "node:assert/strict";
import { test } from "node:test";

import { fillOf, THEMES } from "../../dsr_geo/webmap/js/paint/style.js";
import { escaped, SvgPath, SvgPen } from "../../dsr_geo/webmap/js/paint/svg.js";
import { drawKey, drawSymbol } from "../../dsr_geo/webmap/js/paint/symbols.js";

test("text is text, and nothing that XML cannot hold", async () => {
  assert.equal(escaped("<b>&\"'"), "&#60;b&#62;&#38;&#34;&#39;");
  assert.equal(escaped("旧塔 😀\u0000\u001b\ud800\ufffe\t."), "旧塔 😀\t.");
  const pen = new SvgPen();
  Object.assign(pen, { font: "600 20px a\"b, serif", textBaseline: "middle", textAlign: "center" });
  pen.fillText("</text><script>", 10, 20);
  assert.equal(await pen.text(), '<text x="10" y="27" font-family="a&#34;b, serif" font-size="20" font-weight="600" '
    + 'text-anchor="middle" fill="#000">&#60;/text&#62;&#60;script&#62;</text>');
});

test("moved and scaled as a canvas is, and given back as it was", async () => {
  const pen = new SvgPen();
  pen.save();
  pen.translate(10, 5);
  pen.scale(2);
  pen.rect(0, 0, 5, 5);
  pen.clip();
  Object.assign(pen, { fillStyle: "#123456", globalAlpha: 0.5 });
  pen.fillRect(1, 1, 2, 3);
  pen.restore();
  pen.setLineDash([3, 1]);
  pen.strokeRect(0, 0, 1, 1);
  assert.equal(await pen.text(), '<clipPath id="atlas-clip-1"><path d="M10 5H20V15H10Z"/></clipPath>'
    + '<g clip-path="url(#atlas-clip-1)"><path d="M12 7H16V13H12Z" fill="#123456" opacity="0.5"/></g>'
    + '<path d="M0 0H1V1H0Z" fill="none" stroke="#000" stroke-width="1" stroke-dasharray="3 1"/>');
});

test("a path is drawn under the transformation of its moment, without what cannot be seen", async () => {
  const path = new SvgPath(), pen = new SvgPen();
  path.moveTo(0, 0);
  for (const [x, y] of [[0.1, 0], [0.1001, 0], [0.2, 0.1]]) path.lineTo(x, y);
  pen.setTransform(100, 0, 0, 100, 7, 0);
  pen.fill(path, "evenodd");
  assert.equal(await pen.text(), '<path d="M7 0L17 0L27 10" fill="#000" fill-rule="evenodd"/>');
});

test("every symbol and every mark of the shading can be written", async () => {
  const shapes = ["line", "square", "diamond", "triangle-up", "hexagon", "pentagon", "star", "plus", "circle", "ring"];
  for (const shape of shapes) {
    const pen = new SvgPen();
    drawKey(pen, shape, "#336699", 7, 7, 14);
    const look = { fill: "#fff", ink: "#000", weight: 1, dots: true, haze: 4, halo: "#eee", hole: true };
    if (shape !== "line") drawSymbol(pen, shape, 30, 30, 5, look);
    const text = await pen.text();
    assert.ok(text.includes("#336699") && !/NaN|undefined/.test(text), shape);
  }
  const pen = new SvgPen();
  assert.equal(fillOf(pen, THEMES.light, "missing", 1), "url(#atlas-missing)");
  assert.notEqual(fillOf(pen, THEMES.light, "none", 1), fillOf(pen, THEMES.light, "zero", 1));
  assert.equal(pen.patterns.size, 2);
});

test("what is used by its name stands in what is written, under a name of its pen's own", async () => {
  const pen = new SvgPen("atlas-land");
  pen.fillStyle = fillOf(pen, THEMES.light, "missing", 1);
  pen.fillRect(0, 0, 4, 4);
  const text = await pen.text();
  assert.match(text, /^<defs><pattern id="atlas-land-missing" .*<\/pattern><\/defs><path /);
  assert.ok(text.endsWith('fill="url(#atlas-land-missing)"/>'));
});
