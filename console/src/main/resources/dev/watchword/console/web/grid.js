// All cameras, in the order of their names, at most one of them enlarged.

import { Tile } from "./tile.js";

const order = new Intl.Collator(undefined, { numeric: true });

export class Grid {
  #root;
  #empty;
  #template;
  #tiles = new Map();
  #large = null;
  #connected = false;

  constructor(root, empty, template) {
    this.#root = root;
    this.#empty = empty;
    this.#template = template;
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#large !== null) {
        this.#enlarge(this.#large);
      }
    });
  }

  /** The whole list: a camera that is not in it is gone. */
  cameras(states) {
    const named = new Set(states.map((state) => state.camera));
    for (const [camera, tile] of this.#tiles) {
      if (!named.has(camera)) {
        tile.remove();
        this.#tiles.delete(camera);
        this.#large = this.#large === camera ? null : this.#large;
      }
    }
    states.forEach((state) => this.camera(state));
    this.#count();
  }

  camera(state) {
    this.#tile(state.camera).state(state);
  }

  picture(header, jpeg) {
    this.#tile(header.camera).picture(header, jpeg);
  }

  connected(connected) {
    if (this.#connected !== connected) {
      this.#connected = connected;
      this.#tiles.forEach((tile) => tile.connected(connected));
    }
  }

  #tile(camera) {
    let tile = this.#tiles.get(camera);
    if (tile === undefined) {
      tile = new Tile(this.#template, camera, (name) => this.#enlarge(name));
      const after = [...this.#tiles.keys()].filter((name) => order.compare(name, camera) > 0);
      const next = after.sort(order.compare)[0];
      this.#root.insertBefore(tile.root, next === undefined ? null : this.#tiles.get(next).root);
      this.#tiles.set(camera, tile);
      this.#count();
    }
    return tile;
  }

  #count() {
    this.#root.dataset.tiles = String(this.#tiles.size);
    this.#empty.hidden = this.#tiles.size > 0;
  }

  #enlarge(camera) {
    this.#large = this.#large === camera ? null : camera;
    this.#tiles.forEach((tile, name) => tile.large(name === this.#large));
    const tile = this.#tiles.get(camera);
    tile.root.scrollIntoView({ block: this.#large === null ? "nearest" : "start" });
  }
}
