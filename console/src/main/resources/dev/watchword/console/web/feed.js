// The latest detections. One row is one stay: the same label on the same camera updates its row
// until it has not been seen for a while, so that the list can be read. Rows never move.

import { colourOf } from "./boxes.js";

const MOST_ROWS = 60;
const STAY = 4_000;
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23" });

export class Feed {
  #root;
  #nothing;
  #rows = [];

  constructor(root, nothing) {
    this.#root = root;
    this.#nothing = nothing;
  }

  /** Starts anew from the console's memory: detections of several frames, newest first. */
  fill(detections) {
    this.#rows.forEach((row) => row.element.remove());
    this.#rows = [];
    const frames = Map.groupBy(detections, (d) => `${d.camera} ${d.session} ${d.sequence}`);
    [...frames.values()].reverse().forEach((seen) => this.#frame(seen[0], seen));
  }

  /** Called once a second: what has left the picture says when it was seen last. */
  tick() {
    this.#rows.forEach(write);
  }

  picture(header) {
    this.#frame(header, header.boxes);
  }

  #frame({ camera, session, sequence, capturedAt }, boxes) {
    const at = Date.parse(capturedAt);
    const frame = `${session} ${sequence}`;
    for (const [label, same] of Map.groupBy(boxes, (box) => box.label)) {
      const score = Math.max(...same.map((box) => box.score));
      this.#seen({ camera, label, frame, at, score, count: same.length });
    }
    this.#nothing.hidden = this.#rows.length > 0;
  }

  #seen(seen) {
    const stay = this.#rows.find((row) => row.camera === seen.camera && row.label === seen.label);
    if (stay !== undefined && Math.abs(seen.at - stay.at) <= STAY) {
      if (seen.at >= stay.at) {
        Object.assign(stay, seen);
        write(stay);
      }
      return;
    }
    const row = { ...seen, element: rowElement(seen) };
    write(row);
    this.#rows.unshift(row);
    this.#root.prepend(row.element);
    while (this.#rows.length > MOST_ROWS) {
      this.#rows.pop().element.remove();
    }
  }
}

function rowElement({ camera, label }) {
  const row = document.createElement("li");
  row.dataset.camera = camera;
  row.dataset.label = label;
  const swatch = part(row, "span", "swatch");
  swatch.style.backgroundColor = colourOf(label);
  swatch.setAttribute("aria-hidden", "true");
  const name = part(row, "span", "label");
  name.append(label);
  part(name, "span", "count");
  part(row, "span", "score");
  part(row, "span", "where").textContent = camera;
  part(row, "time", "at");
  return row;
}

function part(parent, tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  parent.append(element);
  return element;
}

function write({ element, at, score, count }) {
  const present = Date.now() - at <= STAY;
  element.dataset.present = String(present);
  element.querySelector(".count").textContent = count > 1 ? ` ×${count}` : "";
  element.querySelector(".score").textContent = `${Math.round(score * 100)}%`;
  const time = element.querySelector("time");
  time.textContent = present ? "now" : clock.format(at);
  time.dateTime = new Date(at).toISOString();
}
