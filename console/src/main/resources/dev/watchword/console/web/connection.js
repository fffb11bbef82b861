// One WebSocket that comes back by itself. Binary messages: 4 bytes length of the JSON header,
// big-endian, the header, the JPEG. Text messages: JSON with a "type".

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
// The server speaks once a second; this much silence means that nobody is there.
const SILENCE_LIMIT = 6_000;

const text = new TextDecoder();

export function decode(buffer) {
  const length = new DataView(buffer).getUint32(0);
  const header = JSON.parse(text.decode(new Uint8Array(buffer, 4, length)));
  return [header, new Blob([new Uint8Array(buffer, 4 + length)], { type: "image/jpeg" })];
}

export function connect(page) {
  let pause = FIRST_PAUSE;
  let timer = 0;

  function open() {
    clearTimeout(timer);
    const address = new URL("live", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    let silence = setTimeout(lost, SILENCE_LIMIT);
    let over = false;

    function lost() {
      if (over) {
        return;
      }
      over = true;
      clearTimeout(silence);
      socket.close();
      comeBack();
    }

    socket.onopen = () => {
      page.link("connected", "connected");
      page.opened();
    };
    socket.onclose = lost;
    socket.onmessage = (event) => {
      if (over) {
        return;
      }
      pause = FIRST_PAUSE;
      clearTimeout(silence);
      silence = setTimeout(lost, SILENCE_LIMIT);
      if (typeof event.data === "string") {
        page.message(JSON.parse(event.data));
      } else {
        page.picture(...decode(event.data));
      }
    };
  }

  function comeBack() {
    const until = performance.now() + pause * (0.8 + 0.4 * Math.random());
    pause = Math.min(pause * 2, LONGEST_PAUSE);
    (function wait() {
      const left = until - performance.now();
      if (left <= 0) {
        page.link("lost", "connecting again");
        open();
      } else {
        page.link("lost", `no connection, next try in ${Math.ceil(left / 1000)} s`);
        timer = setTimeout(wait, Math.min(left, 1000));
      }
    })();
  }

  page.link("connecting", "connecting");
  open();
}
