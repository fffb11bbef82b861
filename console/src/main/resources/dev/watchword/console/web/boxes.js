// Draws boxes over a picture. A label keeps its colour for ever, on every screen.

import { maskPicture } from "./masks.js";

const COLOURS = [
  "#5ad1ff", "#ffb454", "#7ee787", "#ff8fab", "#c4a7ff", "#ffe066",
  "#4fe0c8", "#ff9b71", "#a0c4ff", "#d7f171", "#f5a3ff", "#8fe3ff",
];
const FONT = '"Segoe UI", system-ui, -apple-system, Roboto, "Noto Sans", sans-serif';

export function colourOf(label) {
  // FNV-1a: the same number for the same word everywhere.
  let hash = 0x811c9dc5;
  for (let i = 0; i < label.length; i++) {
    hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  }
  return COLOURS[(hash >>> 0) % COLOURS.length];
}

/** The boxes of a picture with what is made once for all drawings of them. */
export function withMasks(boxes) {
  return boxes.map((box) => ({ ...box, shape: maskPicture(box.mask, colourOf(box.label)) }));
}

/** Draws boxes (fractions) into the rectangle (CSS pixels) that the picture fills. */
export function drawBoxes(context, boxes, picture) {
  const size = Math.max(11, Math.min(14, picture.width / 46));
  // The surest lies on top.
  const placed = boxes.toSorted((a, b) => a.score - b.score).map(({ label, score, shape, box: [xMin, yMin, xMax, yMax] }) => ({
    label,
    score,
    shape,
    colour: colourOf(label),
    x: picture.x + xMin * picture.width,
    y: picture.y + yMin * picture.height,
    width: (xMax - xMin) * picture.width,
    height: (yMax - yMin) * picture.height,
  }));
  context.lineJoin = "round";
  placed.filter((box) => box.shape !== null)
    .forEach((box) => context.drawImage(box.shape, box.x, box.y, box.width, box.height));
  placed.forEach((box) => outline(context, box));
  placed.forEach((box) => chip(context, box, picture, size));
}

function outline(context, box) {
  const radius = Math.min(4, box.width / 2, box.height / 2);
  for (const [style, width] of [["rgb(6 8 11 / 62%)", 4.5], [box.colour, 2]]) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.beginPath();
    context.roundRect(box.x, box.y, box.width, box.height, radius);
    context.stroke();
  }
}

function chip(context, box, picture, size) {
  const score = `${Math.round(box.score * 100)}%`;
  const padding = size * 0.5;
  context.textBaseline = "middle";
  context.font = `600 ${size}px ${FONT}`;
  const labelWidth = context.measureText(box.label).width;
  context.font = `500 ${size * 0.9}px ${FONT}`;
  const width = labelWidth + context.measureText(score).width + padding * 2.9;
  const height = size * 1.6;
  const right = picture.x + picture.width - width;
  const x = Math.max(picture.x, Math.min(box.x - 1, right));
  const above = box.y - height - 2;
  const y = above >= picture.y ? above : Math.max(picture.y, box.y + 3);

  context.fillStyle = "rgb(6 8 11 / 62%)";
  context.beginPath();
  context.roundRect(x - 1, y - 1, width + 2, height + 2, 5);
  context.fill();
  context.fillStyle = box.colour;
  context.beginPath();
  context.roundRect(x, y, width, height, 4);
  context.fill();

  context.fillStyle = "#0a0d12";
  context.font = `600 ${size}px ${FONT}`;
  context.fillText(box.label, x + padding, y + height / 2 + 0.5);
  context.font = `500 ${size * 0.9}px ${FONT}`;
  context.fillStyle = "rgb(10 13 18 / 78%)";
  context.fillText(score, x + padding * 1.9 + labelWidth, y + height / 2 + 0.5);
}
