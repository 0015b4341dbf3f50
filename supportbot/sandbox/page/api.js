/** Talks to the sandbox's actor API; see docs/sandbox.md. */

const ROOT = "/sandbox/api";
const RETRY_MS = 2000;

/** A refusal of the sandbox; `message` is the sentence to show. */
export class ApiError extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * @param {string} method
 * @param {string} path below the API's root
 * @param {object} [body]
 * @param {AbortSignal} [signal]
 */
async function call(method, path, body, signal) {
  const headers = body ? { "Content-Type": "application/json" } : undefined;
  const answer = await fetch(ROOT + path, { method, headers, body: body && JSON.stringify(body), signal }).catch((reason) => {
    if (signal?.aborted) throw reason;
    throw new ApiError("The sandbox does not answer. Is it still running?", 0);
  });
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new ApiError(data.error ?? `The sandbox answered ${answer.status}.`, answer.status);
  return data;
}

/** @param {Record<string, string>} fields */
function query(fields) {
  return `?${new URLSearchParams(fields)}`;
}

export const api = {
  /** @returns {Promise<import("./types.js").World>} */
  state: () => call("GET", "/state"),
  /** @param {object} person @returns {Promise<import("./types.js").User>} */
  addUser: (person) => call("POST", "/users", person),
  /** @param {string} user @param {object} change */
  changeUser: (user, change) => call("PATCH", `/users/${encodeURIComponent(user)}`, change),
  /** @param {string} user @param {string} channel @returns {Promise<import("./types.js").Command[]>} */
  commands: (user, channel) => call("GET", `/commands${query({ user, channel })}`),
  /** @param {object} body @returns {Promise<import("./types.js").Result>} */
  invoke: (body) => call("POST", "/invoke", body),
  /** @param {object} body @param {AbortSignal} signal @returns {Promise<{choices: import("./types.js").Choice[]}>} */
  autocomplete: (body, signal) => call("POST", "/autocomplete", body, signal),
  /** @param {object} body @returns {Promise<import("./types.js").Result>} */
  press: (body) => call("POST", "/press", body),
  /** @param {object} body @returns {Promise<import("./types.js").Result>} */
  submit: (body) => call("POST", "/submit", body),
  /** @param {string} user @param {string} channel @param {string} content */
  say: (user, channel, content) => call("POST", "/message", { user, channel, content }),
  /** @param {string} user @param {string} channel @returns {Promise<any[]>} */
  messages: (user, channel) => call("GET", `/channels/${encodeURIComponent(channel)}/messages${query({ user, limit: "100" })}`),
  /** @param {{advance: number, through_alarms: true} | {to_alarm: string}} move */
  moveClock: (move) => call("POST", "/clock", move),
};

/**
 * Follows what this person's client would be told, and keeps following when the line breaks.
 * @param {string} user
 * @param {string[]} types the events wanted
 * @param {{event: (type: string, data: any) => void, open: () => void, lost: () => void}} listener
 * @returns {() => void} stops
 */
export function follow(user, types, listener) {
  /** @type {EventSource} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retry;
  const connect = () => {
    source = new EventSource(`${ROOT}/events${query({ user })}`);
    source.addEventListener("open", listener.open);
    source.addEventListener("error", () => {
      listener.lost();
      if (source.readyState === EventSource.CLOSED) retry = setTimeout(connect, RETRY_MS);
    });
    for (const type of types) {
      source.addEventListener(type, (event) => listener.event(type, JSON.parse(/** @type {MessageEvent} */ (event).data)));
    }
  };
  connect();
  return () => {
    clearTimeout(retry);
    source.close();
  };
}
