// One camera: its header and its picture. Draws at most once per display frame, always the newest.

import { drawBoxes, withMasks } from "./boxes.js";

const WAITING_WORDS = {
  AUTH_FAILED: "the camera refuses the password",
  NOT_FOUND: "there is no such stream",
  TIMEOUT: "the camera does not answer",
  REFUSED: "the camera refuses the connection",
  UNREACHABLE: "the camera cannot be reached",
  CODEC_UNSUPPORTED: "the video format is not supported",
  NO_VIDEO: "the stream has no video",
  STALLED: "the picture has stopped",
  ENDED: "the stream has ended",
  DAMAGED: "the stream is damaged",
};
const OUTCOME_WORDS = {
  NO_ANSWER: "no answer yet",
  SKIPPED_STALE: "skipped, the model is busy",
  FAILED: "the model failed on this frame",
};
const CLOCK_WORDS = {
  RTCP: "times by the camera's clock",
  ARRIVAL: "times by arrival",
  CONTAINER: "times of the recording",
};
// After this long without a picture, a live tile says how old its picture is.
const OLD_PICTURE = 8_000;

export class Tile {
  #root;
  #canvas;
  #context;
  #next = null;
  #decoding = false;
  #bitmap = null;
  #boxes = [];
  #scheduled = false;
  #undrawn = false;
  #frames = 0;
  #arrived = 0;
  #state = null;
  #connected = true;
  #resizes;
  #lines = new Map();

  constructor(template, camera, enlarge) {
    this.#root = template.content.firstElementChild.cloneNode(true);
    this.#root.dataset.camera = camera;
    this.#root.dataset.state = "unknown";
    this.#root.dataset.boxes = "0";
    this.#root.dataset.frames = "0";
    this.#root.dataset.outcome = "NONE";
    this.#find(".camera").textContent = camera;
    this.#canvas = this.#find("canvas");
    this.#context = this.#canvas.getContext("2d", { alpha: false });
    this.#find(".view").addEventListener("click", () => enlarge(camera));
    this.#resizes = new ResizeObserver(() => this.#schedule());
    this.#resizes.observe(this.#canvas);
    this.large(false);
    this.#showState();
  }

  get root() {
    return this.#root;
  }

  large(large) {
    this.#root.dataset.large = String(large);
    const view = this.#find(".view");
    view.setAttribute("aria-pressed", String(large));
    view.setAttribute("aria-label", `${large ? "Shrink" : "Enlarge"} camera ${this.#root.dataset.camera}`);
  }

  state(camera) {
    this.#state = camera;
    this.#root.dataset.state = camera.state.toLowerCase();
    this.#root.title = [camera.url, clockWords(camera.clock)].filter((line) => line !== "").join("\n");
    this.#numbers(camera);
    this.#showState();
  }

  connected(connected) {
    this.#connected = connected;
    this.#showState();
  }

  picture(header, jpeg) {
    this.#next = { header, jpeg };
    this.#arrived = performance.now();
    this.#decode();
  }

  remove() {
    this.#resizes.disconnect();
    this.#bitmap?.close();
    this.#bitmap = null;
    this.#root.remove();
  }

  #find(selector) {
    return this.#root.querySelector(selector);
  }

  async #decode() {
    if (this.#decoding) {
      return; // The newest picture is taken when this one is done; those between are skipped.
    }
    this.#decoding = true;
    while (this.#next !== null) {
      const { header, jpeg } = this.#next;
      this.#next = null;
      try {
        const bitmap = await createImageBitmap(jpeg);
        this.#bitmap?.close();
        this.#bitmap = bitmap;
        this.#boxes = withMasks(header.boxes);
        this.#say(header.said);
        this.#root.dataset.outcome = header.outcome;
        this.#undrawn = true;
        this.#root.style.setProperty("--aspect", `${bitmap.width} / ${bitmap.height}`);
        this.#numbers(header);
        this.#showState();
        this.#schedule();
      } catch {
        // A picture that cannot be decoded is passed over; the next one shows.
      }
    }
    this.#decoding = false;
  }

  #schedule() {
    if (!this.#scheduled) {
      this.#scheduled = true;
      requestAnimationFrame(() => {
        this.#scheduled = false;
        this.#draw();
      });
    }
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (this.#bitmap === null || width === 0) {
      return;
    }
    const scale = Math.min(window.devicePixelRatio || 1, 2);
    const [columns, rows] = [Math.round(width * scale), Math.round(height * scale)];
    if (this.#canvas.width !== columns || this.#canvas.height !== rows) {
      this.#canvas.width = columns;
      this.#canvas.height = rows;
    }
    const fit = Math.min(width / this.#bitmap.width, height / this.#bitmap.height);
    const picture = { width: this.#bitmap.width * fit, height: this.#bitmap.height * fit };
    picture.x = (width - picture.width) / 2;
    picture.y = (height - picture.height) / 2;

    const context = this.#context;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.fillStyle = "#07090c";
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = "high";
    context.drawImage(this.#bitmap, picture.x, picture.y, picture.width, picture.height);
    if (this.#root.dataset.stale !== "true") {
      drawBoxes(context, this.#boxes, picture);
    }
    if (this.#undrawn) {
      this.#undrawn = false;
      this.#root.dataset.boxes = String(this.#boxes.length);
      this.#root.dataset.frames = String(++this.#frames);
    }
  }

  /** The words stay until others come: a prompt may answer later than the boxes of its frame. */
  #say(said) {
    for (const { prompt, text } of said) {
      let line = this.#lines.get(prompt);
      if (line === undefined) {
        line = document.createElement("p");
        line.append(document.createElement("strong"), document.createElement("span"));
        line.firstElementChild.textContent = prompt;
        this.#lines.set(prompt, line);
        this.#find(".said").append(line);
      }
      write(line.lastElementChild, text);
    }
  }

  #numbers({ framesPerSecond, shownMillis }) {
    write(this.#find(".rate"), framesPerSecond > 0 ? `${framesPerSecond.toFixed(1)} fps` : "");
    write(this.#find(".latency"), shownMillis === null ? "" : span(shownMillis));
  }

  #showState() {
    const state = this.#root.dataset.state;
    const [title, sentence] = this.#words(state);
    const pictured = this.#bitmap !== null;
    const stale = !this.#connected || !pictured || state === "waiting" || state === "connecting";
    if (this.#root.dataset.stale !== String(stale)) {
      this.#root.dataset.stale = String(stale);
      this.#schedule(); // Old boxes do not belong to a picture that is only a memory.
    }
    write(this.#find(".state"), state === "live" || state === "unknown" ? "" : state);
    write(this.#find(".veil strong"), this.#veil(state, title, pictured));
    write(this.#find(".veil > span"), this.#connected ? sentence : "");
    write(this.#find(".note"), stale ? "" : this.#note());
  }

  #veil(state, title, pictured) {
    if (!this.#connected) {
      return "";
    }
    return (state === "live" || state === "unknown") && !pictured ? "waiting for the first picture" : title;
  }

  #words(state) {
    const detail = this.#state?.detail ?? "";
    switch (state) {
      case "connecting": return ["connecting", detail];
      case "waiting": return [WAITING_WORDS[this.#state.cause] ?? "the camera is away", detail];
      case "ended": return ["ended", detail];
      case "stopped": return ["stopped", detail];
      default: return ["", ""];
    }
  }

  #note() {
    const age = performance.now() - this.#arrived;
    if (this.#root.dataset.state === "live" && age > OLD_PICTURE) {
      return `last picture ${Math.round(age / 1000)} s ago`;
    }
    if (this.#state?.recording === "DEGRADED") {
      return `not recorded: ${this.#state.recordingDetail}`;
    }
    return OUTCOME_WORDS[this.#root.dataset.outcome] ?? "";
  }
}

function clockWords(clock) {
  if (clock === null) {
    return "";
  }
  const error = clock.errorMicros === null ? "" : `, within ${span(Math.ceil(clock.errorMicros / 1000))}`;
  const skew = clock.skewPpm === null ? "" : `, ${clock.skewPpm.toFixed(0)} ppm fast`;
  return CLOCK_WORDS[clock.source] + error + skew;
}

function span(millis) {
  return millis < 1000 ? `${millis} ms` : `${(millis / 1000).toFixed(1)} s`;
}

function write(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}
