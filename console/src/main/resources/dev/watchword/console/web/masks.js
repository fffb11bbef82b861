// Draws an object's shape: values over its box, stretched smoothly, filled where they reach 128.

const SIDE = 256;

/** A translucent picture of the shape, to be stretched over the box; null without a shape. */
export function maskPicture(mask, colour) {
  if (mask === null) {
    return null;
  }
  const values = Uint8Array.from(atob(mask.values), (character) => character.charCodeAt(0));
  const canvas = document.createElement("canvas");
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = canvas.getContext("2d");
  const image = context.createImageData(SIDE, SIDE);
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const columns = places(mask.width);
  places(mask.height).forEach((row, y) => columns.forEach((column, x) => {
    const above = between(values, row.first * mask.width, column);
    const below = between(values, row.second * mask.width, column);
    if (above + (below - above) * row.part > 127.5) {
      image.data.set([red, green, blue, 110], (y * SIDE + x) * 4);
    }
  }));
  context.putImageData(image, 0, 0);
  return canvas;
}

// For each pixel, the two values it lies between, and how far it is from the first to the second.
function places(count) {
  return Array.from({ length: SIDE }, (_, i) => {
    const at = Math.min(Math.max(((i + 0.5) * count) / SIDE - 0.5, 0), count - 1);
    const first = Math.floor(at);
    return { first, second: Math.min(first + 1, count - 1), part: at - first };
  });
}

function between(values, row, { first, second, part }) {
  return values[row + first] + (values[row + second] - values[row + first]) * part;
}
