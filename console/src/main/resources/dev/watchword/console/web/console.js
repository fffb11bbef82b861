// The page: takes what the connection brings and hands it to the tiles and the list.

import { connect } from "./connection.js";
import { Grid } from "./grid.js";
import { Feed } from "./feed.js";

const element = (id) => document.getElementById(id);
const grid = new Grid(element("cameras"), element("empty"), element("tile"));
const feed = new Feed(element("feed"), element("nothing"));

function showOverview(overview) {
  if (overview.trouble === null) {
    showLink("connected", "connected");
  } else {
    showLink("trouble", overview.trouble);
  }
  element("live-count").value = overview.live;
  element("camera-count").value = overview.cameras.length;
  element("frame-rate").value = overview.framesPerSecond.toFixed(1);
  element("detection-rate").value = overview.detectionsPerSecond.toFixed(1);
  grid.cameras(overview.cameras);
  feed.tick();
}

function showLink(state, words) {
  const connected = state === "connected" || state === "trouble";
  document.body.dataset.connected = String(connected);
  const link = element("link");
  if (link.dataset.link !== state || link.lastElementChild.textContent !== words) {
    link.dataset.link = state;
    link.lastElementChild.textContent = words;
  }
  grid.connected(connected);
}

async function showRecent() {
  const answer = await fetch("api/detections?limit=100");
  if (answer.ok) {
    feed.fill((await answer.json()).detections);
  }
}

connect({
  link: showLink,
  opened: () => showRecent().catch(() => {}),
  picture(header, jpeg) {
    grid.picture(header, jpeg);
    feed.picture(header);
  },
  message(message) {
    if (message.type === "overview") {
      showOverview(message);
    } else if (message.type === "camera") {
      grid.camera(message.camera);
    }
  },
});
